"""The order database: one engine, one way to read, one way to write, one kind of error."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from kefu.errors import DatabaseError, KefuError
from kefu.orders import migrate, patience
from kefu.orders.engines import SECONDS, SLOTS, WRITES, make_engine
from kefu.orders.tables import customers

__all__ = [
    "address",
    "altering",
    "check_schema",
    "database_errors",
    "is_empty",
    "make_engine",
    "reading",
    "upgrade",
    "writing",
]


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """A connection; waits for it as long as the budget lasts, which the pool by itself cannot."""
    options = engine.get_execution_options()
    patience.check()
    with ExitStack() as stack:
        stack.enter_context(patience.slot(options[SLOTS], options[SECONDS]))
        if engine.dialect.name == "sqlite":
            stack.enter_context(patience.paying())  # on PostgreSQL each wait is paid for
        yield stack.enter_context(engine.connect())


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that is only read from.

    Raises:
        DatabaseError: whatever the database does not do, as one sentence.
    """
    with database_errors(engine), _connected(engine) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection inside one transaction; on SQLite it holds the write lock from the start.

    Raises:
        DatabaseError: whatever the database does not do, as one sentence; nothing was written,
            unless its `maybe_done` is true: then the answer to COMMIT was lost.
    """
    committing = False
    with database_errors(engine), _connected(engine) as connection:
        writer = connection.execution_options(**{WRITES: True})
        try:
            with writer.begin():
                yield writer
                patience.check(patience.COMMIT_SECONDS)
                committing = True
        except DBAPIError as error:
            if committing and error.connection_invalidated:
                raise DatabaseError(
                    f"The order database {address(engine)} was lost while it committed "
                    f"({_words(error)}): whether the change was made, the same idempotency key "
                    "tells; see that the database runs.",
                    maybe_done=True,
                ) from error
            raise


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
    with database_errors(engine), _connected(engine) as connection:
        # Not possible in a transaction.
        connection.connection.execute("PRAGMA foreign_keys = OFF")
        try:
            writer = connection.execution_options(**{WRITES: True})
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
        raise patience.pool_exhausted() from error
    except StatementError as error:
        if isinstance(error.orig, KefuError):  # no key to seal a value with
            raise error.orig from None
        if not isinstance(error, DBAPIError):
            raise
        raise _no_answer(engine, error) from error
    except sqlite3.Error as error:
        raise _no_answer(engine, error) from error


def _no_answer(engine: Engine, error: Exception) -> DatabaseError:
    return DatabaseError(
        f"The order database {address(engine)} did not answer ({_words(error)}): "
        "see that it runs, that KEFU_DATABASE_URL is right and that `kefu db upgrade` was run."
    )


def _words(error: Exception) -> str:
    cause = getattr(error, "orig", error)
    return " ".join(str(cause).split("\n", 1)[0].split()) or type(cause).__name__


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
            Path(engine.url.database).touch()
        except OSError as error:
            raise DatabaseError(
                f"{engine.url.database} or its folder cannot be made ({error.strerror}): set "
                "KEFU_DATABASE_URL to a file that may be written."
            ) from error
        with database_errors(engine), _connected(engine) as connection:
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
