"""Where the benchmark's orders lie: a PostgreSQL of its own while it runs, or a given one."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine

from kefu.errors import DatabaseError
from kefu.orders.database import make_engine, upgrade, writing
from kefu.orders.read_model import views
from kefu.orders.tables import metadata
from kefu.settings import load_settings
from tests.servers.postgres import binaries, stop, within_reach

START_SECONDS = 60.0
MAKE = ("--auth=trust", "--encoding=UTF8", "--locale=C")
# As PostgreSQL comes, durable too, unlike that of the tests; but it would use 128 MB of memory.
SERVE = ("-c", "listen_addresses=", "-c", "shared_buffers=512MB")
# The same each time; it opens nothing but invented people.
_KEY = f"bench:{b64encode(bytes(range(32))).decode()}"


@contextmanager
def own_server() -> Iterator[str]:
    """The address of an empty database on a server that ends with the block; nothing stays.

    Raises:
        DatabaseError: no PostgreSQL on this machine starts.
    """
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as folder:
        Path(folder).chmod(0o711)  # the server's user must get through
        failures = []
        for number, binary in enumerate(binaries()):
            home = Path(folder) / str(number)
            home.mkdir()
            try:
                server = _start(binary, home)
            except (RuntimeError, OSError) as error:
                failures.append(str(error))
                continue
            try:
                yield f"postgresql://kefu@/postgres?host={home}"
            finally:
                stop(server)
            return
    raise DatabaseError(
        "No PostgreSQL starts: install the server (Debian: postgresql) or set "
        f"KEFU_BENCH_DATABASE_URL to an empty database. Tried: {failures or 'nothing found'}"
    )


def _start(binary: Path, home: Path) -> subprocess.Popen[bytes]:
    """A server of the programs in `binary`, on a Unix socket in `home`."""
    person: dict[str, Any] = {"cwd": home, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        person |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        binary = within_reach(binary, home)
    home.chmod(stat.S_IRWXU)
    data, log = home / "data", home / "log"
    with log.open("wb") as out:
        person |= {"stdout": out, "stderr": subprocess.STDOUT}
        make = [binary / "initdb", "-D", data, "-U", "kefu", *MAKE]
        if subprocess.run(make, check=False, **person).returncode:
            raise RuntimeError(f"{binary}/initdb failed: {_end(log)}")
        serve = [binary / "postgres", "-D", data, "-k", home, *SERVE]
        server = subprocess.Popen(serve, **person)
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


def _end(log: Path) -> str:
    return log.read_text(errors="replace")[-500:]


def connect(url: str, *, connections: int = 1, timeout_seconds: float = 30.0) -> Engine:
    """An engine as the action server has it, with the benchmark's key for personal data."""
    return make_engine(
        load_settings(
            database_url=url,
            database_pool_size=connections,
            database_timeout_seconds=timeout_seconds,
            data_keys=_KEY,
        )
    )


@contextmanager
def shop(url: str) -> Iterator[Engine]:
    """An engine for filling: the tables are made in an empty database and dropped at the end.

    Raises:
        DatabaseError: the database cannot be reached, or is not empty.
    """
    engine = connect(url, timeout_seconds=1800.0)
    try:
        with writing(engine) as connection:
            if inspect(connection).get_table_names():
                raise DatabaseError(
                    "The database of the benchmark has tables: it would fill and drop them; "
                    "set KEFU_BENCH_DATABASE_URL to an empty one."
                )
        try:
            upgrade(engine)
            yield engine
        finally:
            with writing(engine) as connection:
                for view in views.tables:
                    connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
                metadata.drop_all(connection)
                connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    finally:
        engine.dispose()


def facts(engine: Engine) -> dict[str, str]:
    """What the figures depend on at the server: its version and settings."""
    names = ("server_version", "shared_buffers", "fsync", "synchronous_commit")
    with engine.connect() as connection:
        return {name: str(connection.execute(text(f"SHOW {name}")).scalar_one()) for name in names}
