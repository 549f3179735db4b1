"""Whether the six views are as the program reads them: for a shop that brings its own."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Date, Table, inspect, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.types import Date as DateType
from sqlalchemy.types import DateTime, Integer, String, TypeEngine

from kefu.errors import DatabaseError, SealedValueError
from kefu.orders.database import reading
from kefu.orders.read_model import code, views
from kefu.orders.status import CaseStatus, OrderStatus, ParcelStatus
from kefu.orders.tables.aftersales import CASE_KINDS
from kefu.orders.tables.columns import UtcDateTime

SAMPLE = 200
"""Rows of each view that are looked at."""

_STATES: dict[str, type[Enum]] = {
    "shop_orders": OrderStatus,
    "shop_parcels": ParcelStatus,
    "shop_cases": CaseStatus,
}
_CODES = {
    "kind": CASE_KINDS,
    "freight_paid_by": ("buyer", "shop", None),
    "tender": ("money", "coupon"),
}


def check_views(engine: Engine) -> list[str]:
    """What is wrong with the views, one sentence each; empty where nothing is.

    Columns, their types (PostgreSQL only), and up to `SAMPLE` rows of each view.

    Raises:
        DatabaseError: the database does not answer.
    """
    with reading(engine) as connection:
        problems = [
            problem for view in views.tables.values() for problem in _shape(connection, view)
        ]
        if problems:
            return problems
        return [problem for view in views.tables.values() for problem in _rows(connection, view)]


def _shape(connection: Connection, view: Table) -> Iterator[str]:
    inspector = inspect(connection)
    if view.name not in (*inspector.get_view_names(), *inspector.get_table_names()):
        yield f"There is no view {view.name}: run `kefu db upgrade`, or make your own."
        return
    found = {column["name"]: column["type"] for column in inspector.get_columns(view.name)}
    for column in view.columns:
        if column.name not in found:
            yield f"{view.name} has no column {column.name}: add it to the view."
        elif connection.dialect.name == "postgresql":
            wanted = _wanted(column.type)
            if not _is(found[column.name], wanted):
                yield f"{view.name}.{column.name} is {found[column.name]}: cast it to {wanted}."


def _wanted(kind: TypeEngine) -> str:
    if isinstance(kind, UtcDateTime):
        return "timestamptz"
    if isinstance(kind, Date):
        return "date"
    return "bigint" if isinstance(kind, BigInteger) else "text"


def _is(found: TypeEngine, wanted: str) -> bool:
    if wanted == "timestamptz":
        return isinstance(found, DateTime) and bool(found.timezone)
    if wanted == "date":
        return isinstance(found, DateType) and not isinstance(found, DateTime)
    return isinstance(found, Integer if wanted == "bigint" else String)


def _rows(connection: Connection, view: Table) -> Iterator[str]:
    try:
        rows = connection.execute(select(view).limit(SAMPLE)).all()
    except SealedValueError as error:
        yield f"{view.name}: {error}"
        return
    except ValueError as error:  # SQLite keeps times as text
        yield f"{view.name} has a time that cannot be read ({error}): give it as the tables do."
        return
    told: set[str] = set()
    for row in rows:
        for column in view.columns:
            problem = _value(view.name, column.name, row._mapping[column.name], column.nullable)
            if problem and column.name not in told:
                told.add(column.name)
                yield problem


def _value(view: str, column: str, value: Any, nullable: bool) -> str | None:
    where = f"{view}.{column}"
    if value is None and not nullable:
        return f"{where} is NULL in some rows: put something in its place in the view."
    if column.endswith("_cents") and (not isinstance(value, int) or value < 0):
        return f"{where} holds {value!r}: give whole cents, none below zero."
    if view == "shop_cases" and column in _CODES and value not in _CODES[column]:
        known = ", ".join(str(each) for each in _CODES[column])
        return f"{where} holds {value!r}: map it in the view to one of {known}."
    if column == "status" and view in _STATES:
        try:
            code(_STATES[view], value, where)
        except DatabaseError as error:
            return str(error)
    return None
