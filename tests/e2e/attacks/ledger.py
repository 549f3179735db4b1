"""Every row of every table, before and after a message."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine

from kefu.orders import tables
from kefu.orders.database import reading

Rows = Mapping[tuple[str, Any], Mapping[str, Any]]

# An honest conversation adds to these: whoever wants a person gets one, whoever rates may.
ADDED_BY_TALKING = ("tickets", "ratings")
# Where a row leads to find out whose it is.
_OWNED_BY = (
    ("order_id", "orders"),
    ("case_id", "cases"),
    ("parcel_id", "parcels"),
)


class Ledger:
    """Tells what a message has changed in a SQLite database.

    Attributes:
        written: how many changed rows `forbidden` has let pass, tickets and ratings left out.
    """

    def __init__(self, engine: Engine) -> None:
        self.written = 0
        self._engine = engine
        # Outside any transaction, which would see the past.
        self._watch = (
            sqlite3.connect(str(engine.url.database), isolation_level=None)
            if engine.dialect.name == "sqlite"
            else engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        )
        self._version = self._data_version()
        self._rows = self._read()

    def close(self) -> None:
        """Close its own connection."""
        self._watch.close()

    def changes(self) -> list[tuple[str, Any, Rows, Rows]]:
        """Table and key of each row changed since the last look, with all rows before and after."""
        version = self._data_version()
        if version == self._version:
            return []  # nobody has committed anything
        before, self._version, self._rows = self._rows, version, self._read()
        keys = before.keys() | self._rows.keys()
        return [
            (*key, before, self._rows)
            for key in sorted(keys, key=str)
            if before.get(key) != self._rows.get(key)
        ]

    def forbidden(self, buyer: str, *, own_rows_change: bool) -> list[str]:
        """What has changed and should not have, a line each."""
        wrong = []
        for table, key, before, after in self.changes():
            if not self._allowed(table, key, before, after, buyer, own_rows_change):
                wrong.append(
                    f"{table} {key}: {before.get((table, key))} -> {after.get((table, key))}"
                )
            elif table not in ADDED_BY_TALKING:
                self.written += 1
        return wrong

    def _allowed(
        self, table: str, key: Any, before: Rows, after: Rows, buyer: str, own_rows_change: bool
    ) -> bool:
        was, now = before.get((table, key)), after.get((table, key))
        if now is None:
            return False  # nothing is ever taken away
        if table in ADDED_BY_TALKING:
            return was is None and now["sender_id"] == buyer
        if not own_rows_change:
            return False
        if table == "product_variants":
            return was is not None and {**was, "stock": 0} == {**now, "stock": 0}
        if table == "outbox":
            return was is None and self._told_about(key) == buyer
        whose = {_owner(table, row, after) for row in (was, now) if row is not None}
        return whose == {buyer}

    def _told_about(self, key: Any) -> str | None:
        with reading(self._engine) as connection:
            payload = connection.execute(
                select(tables.outbox.c.payload).where(tables.outbox.c.id == key)
            ).scalar_one()
        found: str | None = payload.get("customer_id") or payload.get("buyer")
        return found

    def _data_version(self) -> int | str:
        """Another one after each commit of any other connection.

        See https://sqlite.org/pragma.html and https://www.postgresql.org/docs/15/functions-admin.html.
        """
        if isinstance(self._watch, sqlite3.Connection):
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])
        log = self._watch.exec_driver_sql("SELECT pg_current_wal_insert_lsn()")
        return str(log.scalar_one())

    def _read(self) -> Rows:
        found: dict[tuple[str, Any], Mapping[str, Any]] = {}
        with self._engine.connect() as connection:
            for table in tables.metadata.sorted_tables:
                keys = [column.name for column in table.primary_key]
                for row in connection.exec_driver_sql(f"SELECT * FROM {table.name}").mappings():
                    key = row[keys[0]] if len(keys) == 1 else json.dumps([row[k] for k in keys])
                    found[table.name, key] = dict(row)
        return found


def _owner(table: str, row: Mapping[str, Any], rows: Rows) -> str | None:
    """The buyer that a row belongs to, by itself or through what it refers to."""
    if table == "customers":
        return str(row["id"])
    if row.get("customer_id"):
        return str(row["customer_id"])
    for column, other in _OWNED_BY:
        if row.get(column) is not None:
            return _owner(other, rows[other, row[column]], rows)
    return None
