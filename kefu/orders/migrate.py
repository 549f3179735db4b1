"""Alembic, run from within the program: no alembic.ini, no second place for the address."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

SCRIPTS = Path(__file__).parent / "migrations"

# Any number that no other program takes on the same server: "kefu" in ASCII.
_UPGRADE_LOCK = 0x6B656675


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; `migrations/env.py` runs on `connection`."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run every migration that is missing, inside the connection's transaction."""
    if connection.dialect.name == "postgresql":
        # A migration may take longer than a buyer may wait, and two must not run at once.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
    command.upgrade(alembic_config(connection), revision)


def head() -> str | None:
    """The newest version that this program knows."""
    revision: str | None = ScriptDirectory.from_config(alembic_config()).get_current_head()
    return revision


def current(connection: Connection) -> str | None:
    """The version of the tables behind `connection`; None where there are none."""
    revision: str | None = MigrationContext.configure(connection).get_current_revision()
    return revision
