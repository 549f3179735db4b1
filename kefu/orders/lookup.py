"""Whose a phone number is: for people of the shop who must find somebody's data, not for buyers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import String, Table, select, type_coerce
from sqlalchemy.engine import Connection, Engine, Row

from kefu.orders.database import reading
from kefu.orders.tables import customers, orders
from kefu.orders.tables.sealed import keys_of, phone_key


@dataclass(frozen=True)
class PhoneMatches:
    """Customers by their id, and (number, customer) of orders that go to the phone."""

    customers: tuple[str, ...]
    orders: tuple[tuple[str, str], ...]


def find_phone(engine: Engine, phone: str) -> PhoneMatches:
    """Who has this number, and which orders go to it; no row is opened for that.

    Raises:
        DatabaseError: the database does not answer.
    """
    with reading(engine) as connection:
        people = _with_phone(connection, customers, phone)
        parcels = _with_phone(connection, orders, phone)
    return PhoneMatches(
        tuple(sorted(row.id for row in people)),
        tuple(sorted((row.order_no, row.customer_id) for row in parcels)),
    )


def _with_phone(connection: Connection, table: Table, phone: str) -> list[Row]:
    wanted = keys_of(connection.dialect).indexes(phone_key(phone), f"{table.name}.phone")
    columns = [table.c.id] if table is customers else [table.c.order_no, table.c.customer_id]
    index = type_coerce(table.c.phone_index, String)
    return list(connection.execute(select(*columns).where(index.in_(wanted))))
