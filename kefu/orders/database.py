"""The order database: one engine, one way to read, one way to write, one kind of error."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event, inspect, select
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from kefu.errors import DatabaseError, KefuError, SettingsError
from kefu.orders import migrate
from kefu.orders.keys import data_keys
from kefu.orders.tables import customers
from kefu.orders.tables.sealed import use_keys
from kefu.settings import Settings

_WRITES = "kefu_writes"


def make_engine(settings: Settings) -> Engine:
    """An engine for `settings.database_url`; connects at first use, not here.

    Every wait (for a connection, for the server, for a statement, for a lock) ends after
    `database_timeout_seconds`.

    Raises:
        SettingsError: the address is of neither PostgreSQL nor SQLite, or there are no keys for
            personal data outside development.
    """
    ring = data_keys(settings)
    try:
        engine = _engine(make_url(settings.database_url.get_secret_value()), settings)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise _wrong_url() from error
    use_keys(engine, ring)
    return engine


def _engine(url: URL, settings: Settings) -> Engine:
    if url.get_backend_name() == "postgresql":
        return _postgresql_engine(url, settings)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return _sqlite_engine(url, settings)
    raise _wrong_url()


def _wrong_url() -> SettingsError:
    return SettingsError(
        "KEFU_DATABASE_URL: is no database address; "
        "set it to sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
    )


def _postgresql_engine(url: URL, settings: Settings) -> Engine:
    milliseconds = math.ceil(settings.database_timeout_seconds * 1000)
    options = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
    return create_engine(
        url,
        future=True,
        hide_parameters=True,
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=settings.database_timeout_seconds,
        pool_pre_ping=True,
        executemany_mode="values_plus_batch",  # many rows in one round trip
        connect_args={
            "connect_timeout": math.ceil(settings.database_timeout_seconds),
            "options": f"{url.query.get('options', '')} {options}".strip(),
            "application_name": "kefu",
        },
    )


def _sqlite_engine(url: URL, settings: Settings) -> Engine:
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=settings.database_timeout_seconds,
        connect_args={"timeout": settings.database_timeout_seconds, "check_same_thread": False},
    )

    # The driver would open transactions by itself and too late, only at the first write:
    # https://docs.sqlalchemy.org/en/14/dialects/sqlite.html#pysqlite-serializable
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that is only read from.

    Raises:
        DatabaseError: whatever the database does not do, as one sentence.
    """
    with database_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection inside one transaction; on SQLite it holds the write lock from the start.

    Raises:
        DatabaseError: whatever the database does not do, as one sentence; nothing was written.
    """
    with database_errors(engine), engine.connect() as connection:
        writer = connection.execution_options(**{_WRITES: True})
        with writer.begin():
            yield writer


@contextmanager
def altering(engine: Engine) -> Iterator[Connection]:
    """Like `writing`, for migrations: SQLite may replace tables that others refer to.

    https://www.sqlite.org/lang_altertable.html#otheralter

    Raises:
        DatabaseError: as in `writing`, or rows were left that refer to nothing.
    """
    if engine.dialect.name != "sqlite":
        with writing(engine) as connection:
            yield connection
        return
    with database_errors(engine), engine.connect() as connection:
        # Not possible in a transaction.
        connection.connection.execute("PRAGMA foreign_keys = OFF")
        try:
            writer = connection.execution_options(**{_WRITES: True})
            with writer.begin():
                yield writer
                lost = writer.exec_driver_sql("PRAGMA foreign_key_check").first()
                if lost:
                    raise DatabaseError(
                        f"A row of {lost[0]} in {address(engine)} refers to nothing in {lost[2]}: "
                        "mend it, then run `kefu db upgrade` again."
                    )
        finally:
            connection.connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def database_errors(engine: Engine) -> Iterator[None]:
    """The one place where the driver's errors become DatabaseError."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseError(
            "All connections to the order database are in use: "
            "raise KEFU_DATABASE_POOL_SIZE or find what holds them."
        ) from error
    except StatementError as error:
        if isinstance(error.orig, KefuError):  # no key to seal a value with
            raise error.orig from None
        if not isinstance(error, DBAPIError):
            raise
        raise _no_answer(engine, error) from error
    except sqlite3.Error as error:
        raise _no_answer(engine, error) from error


def _no_answer(engine: Engine, error: Exception) -> DatabaseError:
    cause = getattr(error, "orig", error)
    words = " ".join(str(cause).split("\n", 1)[0].split()) or type(cause).__name__
    return DatabaseError(
        f"The order database {address(engine)} did not answer ({words}): "
        "see that it runs, that KEFU_DATABASE_URL is right and that `kefu db upgrade` was run."
    )


def address(engine: Engine) -> str:
    """Where the database is, for people: without password and query."""
    url = engine.url.set(query={})
    return str(url.render_as_string(hide_password=True))


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to this version; makes SQLite's folder and file. Safe to run again.

    An older `revision` than the newest one is for tests of the migrations.

    Raises:
        DatabaseError: the database cannot be reached or changed.
    """
    if engine.dialect.name == "sqlite":
        try:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(
                f"The folder of {engine.url.database} cannot be made ({error.strerror}): "
                "set KEFU_DATABASE_URL to a file that may be written."
            ) from error
        with database_errors(engine), engine.connect() as connection:
            # Readers and one writer at once; the file remembers it. Not allowed in a transaction.
            connection.connection.execute("PRAGMA journal_mode = WAL")
    with altering(engine) as connection:
        migrate.upgrade(connection, revision)


def check_schema(engine: Engine) -> None:
    """See that the database answers and has the tables of this version; changes nothing.

    Raises:
        DatabaseError: one sentence that says what is wrong and what to run.
    """
    where = address(engine)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database).is_file():
        raise DatabaseError(f"There is no database at {where}: run `kefu db upgrade`.")
    with reading(engine) as connection:
        if not inspect(connection).has_table(customers.name):
            raise DatabaseError(f"The database {where} has no tables: run `kefu db upgrade`.")
        found, wanted = migrate.current(connection), migrate.head()
    if found != wanted:
        raise DatabaseError(
            f"The tables of {where} are at version {found}, but this program needs {wanted}: "
            "run `kefu db upgrade` with the newest program."
        )


def is_empty(engine: Engine) -> bool:
    """Whether the shop has no customer yet.

    Raises:
        DatabaseError: the database cannot be read.
    """
    with reading(engine) as connection:
        return connection.execute(select(customers.c.id).limit(1)).first() is None
