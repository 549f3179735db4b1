"""Changing keys: every sealed value is sealed again with the first key of the ring.

Row by row in small transactions, beside buyers who read and write. What is done is not done again,
so a rotation that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table, Text, bindparam, func, or_, select, text, type_coerce, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.sql import ColumnElement

from kefu.errors import DatabaseError
from kefu.orders.database import reading, writing
from kefu.orders.sealing import PREFIX, KeyRing, key_of
from kefu.orders.tables import metadata
from kefu.orders.tables.sealed import BlindIndex, Sealed, keys_of, phone_key

BATCH = 500
"""Rows a transaction: their buyers' writes wait some tenths of a second for it at most."""


@dataclass(frozen=True)
class SealedTable:
    """A table with columns of personal data; `indexes` of the column `phone`."""

    table: Table
    columns: tuple[Column, ...]
    indexes: tuple[Column, ...]

    @property
    def key(self) -> Column:
        """The primary key."""
        (column,) = self.table.primary_key.columns
        return column


@dataclass(frozen=True)
class RotationReport:
    """What was done: `rows` by table, and the keys that no value needs any more."""

    current: str
    rows: dict[str, int] = field(default_factory=dict)
    idle: tuple[str, ...] = ()


def sealed_tables() -> Iterator[SealedTable]:
    """All tables with personal data."""
    for table in metadata.sorted_tables:
        columns = tuple(column for column in table.c if isinstance(column.type, Sealed))
        if columns:
            indexes = tuple(column for column in table.c if isinstance(column.type, BlindIndex))
            yield SealedTable(table, columns, indexes)


def rotate(engine: Engine, *, report: Callable[[str, int], None] | None = None) -> RotationReport:
    """Seal everything with the current key.

    `report` is told a table and how many of its rows are done.

    Raises:
        SealedValueError: a value was sealed with a key that is not in the ring.
        DatabaseError: the database does not answer; or another program still seals with another
            key. Run again.
    """
    ring = keys_of(engine.dialect)
    done: dict[str, int] = {}
    for place in sealed_tables():
        done[place.table.name] = 0
        for rows in _batches(engine, place, ring):
            done[place.table.name] += rows
            if report:
                report(place.table.name, done[place.table.name])
    left = {place.table.name: count_stale(engine, place, ring) for place in sealed_tables()}
    if any(left.values()):
        named = ", ".join(f"{count} in {table}" for table, count in left.items() if count)
        raise DatabaseError(
            f"Rows were written with another key than {ring.current} meanwhile ({named}): restart "
            "all servers with the present KEFU_DATA_KEYS, then run `kefu db rotate-keys` again."
        )
    return RotationReport(ring.current, done, ring.ids[1:])


def count_stale(engine: Engine, place: SealedTable, ring: KeyRing) -> int:
    """Rows that hold plain text or were sealed with another key than the current one.

    Raises:
        DatabaseError: the database does not answer.
    """
    with reading(engine) as connection:
        _be_patient(connection)
        statement = select(func.count()).select_from(place.table).where(_stale(place, ring))
        count: int = connection.execute(statement).scalar_one()
    return count


@dataclass(frozen=True)
class KeysInUse:
    """The key that seals (None: nothing is sealed yet), and how else some values are held."""

    current: str | None
    others: tuple[str, ...]


def keys_in_use(engine: Engine) -> KeysInUse:
    """Open the oldest and the newest value of each column; quick, so not the whole truth.

    Raises:
        SealedValueError: the ring does not open one.
        DatabaseError: the database does not answer.
    """
    others: set[str] = set()
    current: str | None = None
    for place in sealed_tables():
        raw = [type_coerce(column, Text).label(column.name) for column in place.columns]
        with reading(engine) as connection:
            rows = [
                row
                for order in (place.key.asc(), place.key.desc())
                for row in connection.execute(select(*raw).order_by(order).limit(1))
            ]
        for column in place.columns:
            for stored in (row._mapping[column.name] for row in rows):
                if stored is None:
                    continue
                ring = keys_of(engine.dialect)
                current = ring.current
                ring.open(stored, column.type.column)
                id = key_of(stored)
                if id != current:
                    others.add("plain text" if id is None else f"sealed with {id}")
    return KeysInUse(current, tuple(sorted(others)))


def _batches(engine: Engine, place: SealedTable, ring: KeyRing) -> Iterator[int]:
    last: Any = None
    raw = [type_coerce(column, Text).label(column.name) for column in place.columns]
    while True:
        statement = (
            select(place.key.label("pk"), *raw)
            .where(_stale(place, ring), *([] if last is None else [place.key > last]))
            .order_by(place.key)
            .limit(BATCH)
            .with_for_update()
        )
        with writing(engine) as connection:
            _be_patient(connection)
            rows = list(connection.execute(statement))
            if rows:
                _write(connection, place, [_resealed(row, place, ring) for row in rows])
        if not rows:
            return
        last = rows[-1].pk
        yield len(rows)


def _stale(place: SealedTable, ring: KeyRing) -> ColumnElement:
    ours = f"{PREFIX}{ring.current}:"
    return or_(
        *(~type_coerce(column, Text).startswith(ours, autoescape=True) for column in place.columns)
    )


def _resealed(row: Row, place: SealedTable, ring: KeyRing) -> dict[str, Any]:
    values: dict[str, Any] = {"row": row.pk}
    for column in place.columns:
        stored = row._mapping[column.name]
        plain = None if stored is None else ring.open(stored, column.type.column)
        values[column.name] = None if plain is None else ring.seal(plain, column.type.column)
        if column.name == "phone":
            for index in place.indexes:
                key = phone_key(plain) if plain is not None else None
                values[index.name] = key and ring.index(key, index.type.column)
    return values


def _write(connection: Connection, place: SealedTable, rows: list[dict[str, Any]]) -> None:
    names = [name for name in rows[0] if name != "row"]
    # Past the columns' own types, which would seal once more.
    changed = {name: type_coerce(bindparam(f"new_{name}"), Text) for name in names}
    statement = update(place.table).where(place.key == bindparam("row")).values(changed)
    given = [
        {"row": values["row"]} | {f"new_{name}": values[name] for name in names} for values in rows
    ]
    connection.execute(statement, given)


def _be_patient(connection: Connection) -> None:
    """A look for the last rows to do may take longer than a buyer may wait."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
