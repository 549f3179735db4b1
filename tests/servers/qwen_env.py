"""Makes `.venv-qwen`, the environment of the Qwen server that the tests ask.

    python3 tests/servers/qwen_env.py      prints what it does; does nothing when all is there

`transformers serve` needs a newer Python than Rasa, so it lives apart from the assistant's own
environment. Needs only the standard library and runs on any Python 3. A stamp with a hash of the
requirements tells whether the environment is up to date.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
FOLDER = HOME / ".venv-qwen"
PYTHON = FOLDER / "bin" / "python"
PINNED = HOME / "requirements" / "qwen.txt"
TORCH = HOME / "requirements" / "qwen-torch.txt"
STAMP = FOLDER / "requirements.sha256"

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
"""Pythons that will do. The lowest first: the pins were resolved for it."""

FOLDERS = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")

PROBE = """
import ensurepip, ssl, sys, venv
print("%d.%d" % sys.version_info[:2])
print(getattr(sys, "_base_executable", None) or sys.executable)
"""


class QwenEnvironmentError(RuntimeError):
    """The environment cannot be made; one sentence says what to install."""


def ensure() -> Path:
    """The environment's Python, made first where it is missing or out of date.

    Raises:
        QwenEnvironmentError: there is no Python 3.11 or newer, or pip failed.
    """
    with _alone():
        wanted = _fingerprint()
        if STAMP.is_file() and STAMP.read_text() == wanted and _real(PYTHON):
            return PYTHON
        python = find_python()
        _say(f"making {FOLDER.name} with {python}, a few minutes the first time")
        shutil.rmtree(FOLDER, ignore_errors=True)
        _call([python, "-m", "venv", str(FOLDER)])
        _say("installing the server's packages")
        # --no-deps: the list is complete but for torch, which comes next.
        _pip("--no-deps", "--require-hashes", "-r", str(PINNED))
        _say("installing torch: 0.2 GB where pip is offered a CPU build, gigabytes otherwise")
        _pip("-r", str(TORCH))
        STAMP.write_text(wanted)
        _say("done")
        return PYTHON


def find_python() -> str:
    """A Python of `VERSIONS` that really starts and can make environments.

    A version manager's shims answer to `python3.12` on PATH even where no such version is chosen,
    so each candidate is run, and the versions' own folders are looked into as well.

    Raises:
        QwenEnvironmentError: there is none, and uv cannot fetch one.
    """
    for candidate in _candidates():
        python = _real(candidate)
        if python:
            return python
    uv = shutil.which("uv") or next(map(str, HOME.glob(".uv/**/bin/uv")), None)
    if uv:
        _say("no Python 3.11 or newer here: asking uv for one")
        subprocess.run([uv, "python", "install", "3.12"], check=False)
        found = subprocess.run(
            [uv, "python", "find", "3.12"], check=False, capture_output=True, text=True
        )
        python = _real(Path(found.stdout.strip())) if found.returncode == 0 else None
        if python:
            return python
    raise QwenEnvironmentError(
        "The Qwen server of the tests needs Python 3.11 or newer with its venv module: "
        "install one (Debian: apt install python3.11-venv, pyenv: pyenv install 3.11), try again."
    )


def _candidates() -> Iterator[Path]:
    managers = [
        Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv"),
        Path.home() / ".pyenv",
    ]
    for version in VERSIONS:
        name = f"python{version}"
        on_path = shutil.which(name)
        if on_path:
            yield Path(on_path)
        for manager in managers:
            yield from sorted(manager.glob(f"versions/{version}.*/bin/{name}"), reverse=True)
        for folder in FOLDERS:
            yield Path(folder) / name
    for name in ("python3", "python"):
        on_path = shutil.which(name)
        if on_path:
            yield Path(on_path)


def _real(python: Path) -> str | None:
    """The executable behind `python`, whatever shim or link it is; None where it will not do."""
    if not python.is_file():
        return None
    try:
        probe = subprocess.run(
            [str(python), "-c", PROBE], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = probe.stdout.split("\n")
    return lines[1] if probe.returncode == 0 and lines[0] in VERSIONS else None


def _pip(*arguments: str) -> None:
    _call(
        # Twice quiet: errors only.
        [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *arguments]
    )


def _call(command: list[str]) -> None:
    done = subprocess.run(command, check=False)
    if done.returncode:
        raise QwenEnvironmentError(
            f"`{' '.join(command)}` ended with {done.returncode}: "
            "mend what it says above and try again."
        )


def _fingerprint() -> str:
    return hashlib.sha256(PINNED.read_bytes() + TORCH.read_bytes()).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Lets one process at a time make the environment."""
    lock = HOME / "var" / "qwen-environment.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    print(f"qwen: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        ensure()
    except QwenEnvironmentError as error:
        sys.exit(str(error))
