"""Where the benchmark's orders lie: a PostgreSQL of its own while it runs, or a given one."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine

from kefu.errors import DatabaseError
from kefu.orders.database import make_engine, upgrade, writing
from kefu.orders.read_model import views
from kefu.orders.tables import metadata
from kefu.settings import load_settings
from tests.servers import postgres_server

# As PostgreSQL comes, durable too, unlike that of the tests; but it would use 128 MB of memory.
OPTIONS = postgres_server.Options(serve=("-c", "shared_buffers=512MB"))
# The same each time; it opens nothing but invented people.
_KEY = f"bench:{b64encode(bytes(range(32))).decode()}"


@contextmanager
def own_server() -> Iterator[str]:
    """The address of an empty database on a server that ends with the block; nothing stays.

    Raises:
        DatabaseError: no PostgreSQL on this machine starts.
    """
    try:
        with postgres_server.own_server(OPTIONS) as url:
            yield url
    except postgres_server.NoServerError as error:
        raise DatabaseError(
            f"{error} Or set KEFU_BENCH_DATABASE_URL to an empty database."
        ) from error


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
