"""The demo shop: the same 40 products, 200 buyers and 1,000 orders each time, dated by `now`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import Integer, Table, func, insert, select, text
from sqlalchemy.engine import Connection, Engine

from kefu.orders import tables
from kefu.orders.database import writing
from kefu.orders.demo_rows import demo_rows

SEED = 20_260_801


@dataclass(frozen=True)
class SeedReport:
    """What the shop holds; `created` is False where it was filled already and stayed untouched."""

    created: bool
    products: int
    buyers: int
    orders: int
    parcels: int


def seed_demo_shop(engine: Engine, *, now: datetime) -> SeedReport:
    """Fill an empty, migrated shop; leave any other as it is. All or nothing.

    Raises:
        DatabaseError: the database is missing, not migrated or unreachable.
    """
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Of two at once the second waits, then finds a filled shop.
            connection.execute(text("LOCK TABLE customers IN SHARE ROW EXCLUSIVE MODE"))
        created = _count(connection, "customers") == 0
        if created:
            _fill(connection, now)
        return SeedReport(
            created=created,
            products=_count(connection, "products"),
            buyers=_count(connection, "customers"),
            orders=_count(connection, "orders"),
            parcels=_count(connection, "parcels"),
        )


def _fill(connection: Connection, now: datetime) -> None:
    rows = demo_rows(now, Random(SEED))  # noqa: S311 - the same shop each time is the point
    for table in tables.metadata.sorted_tables:
        if not rows[table.name]:
            continue
        connection.execute(insert(table), rows[table.name])
        continue_ids(connection, table)


def continue_ids(connection: Connection, table: Table) -> None:
    """Let the next id come after those that rows brought along: PostgreSQL counts by itself."""
    counts = "id" in table.c and isinstance(table.c.id.type, Integer)
    if counts and connection.dialect.name == "postgresql":
        last = select(func.max(table.c.id)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, last)))


def _count(connection: Connection, table: str) -> int:
    count: int = connection.execute(
        select(func.count()).select_from(tables.metadata.tables[table])
    ).scalar_one()
    return count
