"""Engines for the order database, PostgreSQL or SQLite, whose every wait ends."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote

import psycopg2  # type: ignore[import-untyped]
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Dialect, Engine, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from kefu.errors import SettingsError
from kefu.orders import patience
from kefu.orders.keys import data_keys
from kefu.orders.resolving import addresses
from kefu.orders.tables.sealed import use_keys
from kefu.settings import Settings

# Execution options: a transaction will write; the engine's longest wait; its connections.
WRITES, SECONDS, SLOTS = "kefu_writes", "kefu_seconds", "kefu_slots"

# The server gives up a little before we do, so that its answer still comes.
_SERVER_SHARE = 0.8
# So long a lost client may hold its locks; longer than the outbox waits for the shop's server.
_IDLE_IN_TRANSACTION = "60s"
_READ_ONLY = "25006"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


def make_engine(settings: Settings) -> Engine:
    """An engine for `settings.database_url`; connects at first use, not here.

    Every wait (for a free connection, for the network, for a statement, for a lock) ends after
    `database_timeout_seconds`, and all of them together inside `patience.spending`.

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
    milliseconds = math.ceil(settings.database_timeout_seconds * 1000 * _SERVER_SHARE)
    options = (
        f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds} "
        f"-c idle_in_transaction_session_timeout={_IDLE_IN_TRANSACTION}"
    )
    engine = create_engine(
        url,
        pool_pre_ping=True,
        use_native_hstore=False,  # asks the server at each new connection
        executemany_mode="values_plus_batch",  # many rows in one round trip
        connect_args={
            "connection_factory": patience.patient(settings.database_timeout_seconds),
            "options": f"{url.query.get('options', '')} {options}".strip(),
            "application_name": "kefu",
            # A firewall forgets idle connections after some minutes, or they show that it has.
            "keepalives_idle": 30,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
        **_common(settings),
    )

    _leave_read_only(engine)

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Dialect, record: object, args: Any, values: dict[str, Any]) -> Any:
        return dialect.connect(*args, **_resolved(values, settings.database_timeout_seconds))

    @event.listens_for(engine, "checkin")
    def _returned(connection: Any, record: object) -> None:
        if connection is not None:
            connection.pinging = True

    @event.listens_for(engine, "checkout")
    def _taken(connection: Any, record: object, proxy: object) -> None:
        connection.pinging = False

    return engine


def _resolved(values: dict[str, Any], seconds: float) -> dict[str, Any]:
    """What to connect with, the host's addresses among it: libpq would look it up without end.

    The name stays beside them, for certificates. Several hosts are left to libpq.
    """
    host = str(values.get("host", ""))
    if not host or host[0] in "/@" or "," in host or "hostaddr" in values:
        return values
    try:
        with patience.paying():
            found = addresses(host, patience.left(seconds))
    except OSError as error:
        raise psycopg2.OperationalError(f"{host} was not found: {error}") from error
    names = ",".join([host] * len(found))
    return {**values, "host": names, "hostaddr": ",".join(found)}


def _sqlite_engine(url: URL, settings: Settings) -> Engine:
    def connect() -> sqlite3.Connection:
        # Never makes a file: an empty shop in place of a lost one would take orders.
        return sqlite3.connect(
            f"file:{quote(url.database)}?mode=rw",
            uri=True,
            timeout=settings.database_timeout_seconds,
            check_same_thread=False,
        )

    engine = create_engine(url, poolclass=QueuePool, creator=connect, **_common(settings))
    _leave_read_only(engine)

    # The driver would open transactions by itself and too late, only at the first write:
    # https://docs.sqlalchemy.org/en/14/dialects/sqlite.html#pysqlite-serializable
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        record.info["file"] = _identity(url.database)

    # A file that was removed or replaced lives on for those who have it open: they would write
    # into nothing.
    @event.listens_for(engine, "checkout")
    def _taken(connection: sqlite3.Connection, record: Any, proxy: object) -> None:
        if record.info["file"] != _identity(url.database):
            raise DisconnectionError("the file was replaced")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        milliseconds = math.ceil(patience.left(settings.database_timeout_seconds) * 1000)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _leave_read_only(engine: Engine) -> None:
    """Give up connections that may not write.

    A server or a file that may be written again, or the server that took over, shows only to new
    ones.
    """

    @event.listens_for(engine, "handle_error")
    def _failed(context: Any) -> None:
        error = context.original_exception
        if getattr(error, "pgcode", None) == _READ_ONLY or "readonly database" in str(error):
            context.is_disconnect = True
            engine.dispose()  # SQLite stays read-only as long as any connection to the file is open


def _identity(file: str) -> tuple[int, int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _common(settings: Settings) -> dict[str, Any]:
    seconds = settings.database_timeout_seconds
    return {
        "future": True,
        "hide_parameters": True,
        "pool_size": settings.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": seconds,
        "execution_options": {
            SECONDS: seconds,
            SLOTS: BoundedSemaphore(settings.database_pool_size),
        },
    }
