"""What the tables hold, to compare before and after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine

from kefu.orders.database import reading
from kefu.orders.tables import metadata, product_variants


def rows(engine: Engine, table: Any) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(table)))


def everything(engine: Engine) -> dict[str, list[Any]]:
    return {table.name: rows(engine, table) for table in metadata.sorted_tables}


def stock(engine: Engine) -> dict[str, int]:
    return {row.sku: row.stock for row in rows(engine, product_variants)}
