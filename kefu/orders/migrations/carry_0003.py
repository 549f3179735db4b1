"""The rows that version 0003 carries over: what buyers wrote, sealed.

A JSON value is sealed as its text, so here all columns are text. Plain text is read as it is and
sealed values are opened: run again, nothing is sealed twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, select, type_coerce
from sqlalchemy.engine import Connection, Row

from kefu.orders.tables.sealed import Sealed

BATCH = 1000
WRITTEN = {
    "tickets": ("reason", "conversation"),
    "cases": ("reason", "evidence"),
    "ratings": ("comment",),
}

_tables = tuple(
    Table(
        table,
        MetaData(),
        Column("id", Integer, primary_key=True),
        *(Column(name, Sealed(f"{table}.{name}")) for name in names),
    )
    for table, names in WRITTEN.items()
)


def up(bind: Connection) -> None:
    """Seal them; columns of JSON are text already."""
    for table in _tables:
        _rewrite(bind, table, sealed=True)


def down(bind: Connection) -> None:
    """Back to plain text."""
    for table in _tables:
        _rewrite(bind, table, sealed=False)


def _rewrite(bind: Connection, table: Table, *, sealed: bool) -> None:
    names = WRITTEN[table.name]
    kinds = {name: table.c[name].type if sealed else Text() for name in names}
    values = {name: type_coerce(bindparam(f"new_{name}"), kind) for name, kind in kinds.items()}
    statement = table.update().where(table.c.id == bindparam("pk")).values(values)
    for rows in _batches(bind, table):
        given: list[dict[str, Any]] = [
            {"pk": row.id} | {f"new_{name}": row._mapping[name] for name in names} for row in rows
        ]
        bind.execute(statement, given)


def _batches(bind: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows, by id, a thousand at a time."""
    last = 0
    while True:
        statement = select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
        rows = list(bind.execute(statement))
        if not rows:
            return
        last = rows[-1].id
        yield rows
