"""The server that the other tests stand on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.servers.postgres_server import (
    THROWAWAY,
    NoServerError,
    Options,
    binaries,
    first_that_starts,
    own_server,
    stop,
)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that other users may pass through; pytest's own they may not."""
    with tempfile.TemporaryDirectory(prefix="kefu-pg-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_without_any_program_there_is_a_clear_sentence(home: Path, tmp_path: Path) -> None:
    with pytest.raises(NoServerError, match="install the server"):
        first_that_starts([], home, THROWAWAY)
    empty = tmp_path / "wheel" / "pginstall" / "bin"
    empty.mkdir(parents=True)
    with pytest.raises(NoServerError, match=r"No such file.*initdb"):
        first_that_starts([empty], home, THROWAWAY)


@pytest.mark.integration
def test_the_server_lives_until_it_is_stopped(home: Path) -> None:
    server, socket = first_that_starts(binaries(), home, THROWAWAY)
    place = {"host": str(socket), "user": "kefu", "dbname": "postgres"}
    psycopg2.connect(**place).close()
    stop(server)
    assert server.poll() == 0
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(**place)


@pytest.mark.integration
def test_the_wheel_is_enough_even_where_only_its_owner_may_look(home: Path) -> None:
    wheel = binaries()[-1]
    package = wheel.parent.parent
    private = home / "private"
    private.mkdir(0o700)
    shutil.copytree(wheel.parent, private / package.name / wheel.parent.name, symlinks=True)
    libraries = f"{package.name}.libs"
    shutil.copytree(package.with_name(libraries), private / libraries)
    folder = private / package.name / wheel.parent.name / "bin"
    stop(first_that_starts([folder], home, THROWAWAY)[0])


@pytest.mark.integration
@pytest.mark.parametrize(("options", "fsync"), [(THROWAWAY, "off"), (Options(), "on")])
def test_what_is_durable_is_the_callers_choice(options: Options, fsync: str) -> None:
    with own_server(options) as url:
        connection = psycopg2.connect(url)
        with connection.cursor() as cursor:
            cursor.execute("SHOW fsync")
            assert cursor.fetchone() == (fsync,)
        connection.close()
