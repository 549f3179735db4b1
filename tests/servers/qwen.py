"""A real Qwen server for the tests: `transformers serve` with a tiny Qwen3 made here.

    python -m tests.servers.qwen      makes environment and model, so that no test waits for them

A pytest plugin: the fixture `qwen_server` gives the address and the model's name. The model is made
once for each version of lessons, prompt, training script and requirements, and kept in
`var/test-qwen/`.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.servers import qwen_env
from tests.servers.qwen_lessons import lessons

STORE = qwen_env.HOME / "var" / "test-qwen"
TRAINER = Path(__file__).with_name("qwen_train.py")
LESSONS = 3600
START_SECONDS = 150.0
STOP_SECONDS = 10.0


class QwenServer(NamedTuple):
    """Where the server listens (`http://…/v1`) and the name of its model."""

    base_url: str
    model: str


def prepare() -> Path:
    """The folder of the trained model; environment and model are made where missing.

    Raises:
        qwen_env.QwenEnvironmentError: no fit Python, or an installation failed.
        RuntimeError: training failed.
    """
    python = qwen_env.ensure()
    text = json.dumps([dataclasses.asdict(lesson) for lesson in lessons(LESSONS)])
    recipe = text.encode() + TRAINER.read_bytes() + qwen_env.PINNED.read_bytes()
    folder = STORE / hashlib.sha256(recipe).hexdigest()[:16]
    STORE.mkdir(parents=True, exist_ok=True)
    with (STORE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _train(python, text, folder)
    return folder


def _train(python: Path, text: str, folder: Path) -> None:
    print("qwen: training the tiny model, about a minute", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=STORE) as scratch:
        file, made = Path(scratch, "lessons.json"), Path(scratch, "model")
        file.write_text(text)
        command = [str(python), str(TRAINER), str(file), str(made)]
        done = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"Training the tiny Qwen failed:\n{done.stdout}{done.stderr}")
        print(f"qwen: {done.stdout.splitlines()[-1]}", file=sys.stderr, flush=True)
        made.replace(folder)
    for other in STORE.iterdir():  # models of older recipes
        if other.is_dir() and len(other.name) == 16 and other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _environment() -> dict[str, str]:
    home = STORE / "hub-home"
    (home / "hub").mkdir(parents=True, exist_ok=True)  # `transformers serve` fails without it
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "OMP_NUM_THREADS": "1",
    }


@contextmanager
def serving(folder: Path) -> Iterator[QwenServer]:
    """Serves the model in `folder` on a free loopback port while the context lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(str(qwen_env.PYTHON.with_name("transformers")), "serve", str(folder)),
        *("--host", "127.0.0.1", "--port", str(port), "--device", "cpu"),
    ]
    log_file = STORE / f"server-{port}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait(process, f"http://127.0.0.1:{port}/health", log_file)
            yield QwenServer(f"http://127.0.0.1:{port}/v1", str(folder))
        finally:
            _stop(process)
    log_file.unlink()


def _wait(process: subprocess.Popen[bytes], url: str, log_file: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(timeout=5.0, trust_env=False) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(url).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
    raise RuntimeError(f"The Qwen server did not start; it says:\n{log_file.read_text()[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the server and what it started: they are one process group of their own."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    process.wait(STOP_SECONDS)


@pytest.fixture(scope="session")
def qwen_server() -> Iterator[QwenServer]:
    """Address and model name of a real OpenAI-compatible server with a tiny Qwen3."""
    with serving(prepare()) as server:
        yield server


if __name__ == "__main__":
    try:
        prepare()
    except (qwen_env.QwenEnvironmentError, RuntimeError) as error:
        sys.exit(str(error))
