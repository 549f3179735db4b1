"""The rows that version 0002 carries over: personal data sealed, refunds as cases, payments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, Table, Text, bindparam, select
from sqlalchemy import func as sql
from sqlalchemy.engine import Connection, Row

from kefu.orders.tables.columns import UtcDateTime
from kefu.orders.tables.sealed import BlindIndex, Sealed

BATCH = 1000
# What 0001 did not write down: the period of extend-receipt.md at the time of this version.
CONFIRMED_AFTER = timedelta(days=10)
FIRST = {"refund_only": "paying", "return_and_refund": "awaiting_return"}
FREIGHT = {"refund_only": None, "return_and_refund": "buyer"}
GROUND = {"refund_only": "unshipped", "return_and_refund": "no_reason"}

_new = MetaData()
_customers = Table(
    "customers",
    _new,
    Column("id", Text, primary_key=True),
    Column("name", Sealed("customers.name")),
    Column("phone", Sealed("customers.phone")),
    Column("phone_index", BlindIndex("customers.phone")),
)
_orders = Table(
    "orders",
    _new,
    Column("id", Integer, primary_key=True),
    Column("status", Text),
    Column("paid_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("total_cents", Integer),
    Column("recipient", Sealed("orders.recipient")),
    Column("phone", Sealed("orders.phone")),
    Column("address", Sealed("orders.address")),
    Column("phone_index", BlindIndex("orders.phone")),
    Column("receipt_deadline", UtcDateTime),
)


def _cases_of(name: str, *more: Column) -> Table:
    return Table(
        name,
        _new,
        Column("id", Integer, primary_key=True),
        Column("case_no", Text),
        Column("order_id", Integer),
        Column("customer_id", Text),
        Column("kind", Text),
        Column("status", Text),
        Column("amount_cents", Integer),
        Column("reason", Text),
        Column("created_at", UtcDateTime),
        Column("closed_at", UtcDateTime),
        Column("idempotency_key", Text),
        *more,
    )


_refunds = _cases_of("refunds")
_cases = _cases_of(
    "cases",
    Column("ground", Text),
    Column("automatic", Boolean),
    Column("evidence", JSON),
    Column("freight_paid_by", Text),
)
_events = Table(
    "case_events",
    _new,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer),
    Column("at", UtcDateTime),
    Column("actor", Text),
    Column("event", Text),
    Column("from_status", Text),
    Column("to_status", Text),
)
_payments = Table(
    "payments",
    _new,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer),
    Column("kind", Text),
    Column("method", Text),
    Column("amount_cents", Integer),
    Column("at", UtcDateTime),
    Column("case_id", Integer),
)


def up(bind: Connection) -> None:
    """From the rows of 0001 to those of 0002; the tables and columns are there already."""
    now = datetime.now(timezone.utc)
    for rows in _batches(bind, _customers):
        _update(bind, _customers, [_customer(row) for row in rows])
    for rows in _batches(bind, _orders):
        _update(bind, _orders, [_order(row, now) for row in rows])
        _add(bind, _payments, [_payment(row) for row in rows if row.paid_at and row.total_cents])
    for rows in _batches(bind, _refunds):
        _add(bind, _cases, [_case(row) for row in rows])
        _add(bind, _events, [event for row in rows for event in _history(row)])
        _add(bind, _payments, [_refund(row) for row in rows if _paid_back(row)])
    if bind.dialect.name == "postgresql":
        # The rows brought their ids; the next one must come after them.
        last = select(sql.max(_cases.c.id)).scalar_subquery()
        bind.execute(select(sql.setval(sql.pg_get_serial_sequence("cases", "id"), last)))


def down(bind: Connection, columns: Mapping[str, Mapping[str, int]]) -> None:
    """Back to plain text and refunds; cases of other kinds, events and payments are given up.

    `columns`: of each table the columns of personal data and the lengths that they had.
    """
    for table in (_customers, _orders):
        lengths = columns[table.name]
        plain = Table(
            table.name,
            MetaData(),
            Column("id", table.c.id.type, primary_key=True),
            *(Column(name, Text) for name in lengths),
        )
        for rows in _batches(bind, table):
            cut = [
                {"pk": row.id} | {name: row._mapping[name][:most] for name, most in lengths.items()}
                for row in rows
            ]
            _update(bind, plain, cut)
    for rows in _batches(bind, _cases):
        kept = [row for row in rows if row.kind in FIRST]
        _add(
            bind,
            _refunds,
            [
                {column.name: row._mapping[column.name] for column in _refunds.c}
                | {"status": "withdrawn" if row.status == "expired" else row.status}
                for row in kept
            ],
        )


def _customer(row: Row) -> dict[str, Any]:
    return {"pk": row.id, "name": row.name, "phone": row.phone, "phone_index": row.phone}


def _order(row: Row, now: datetime) -> dict[str, Any]:
    deadline = row.delivered_at and row.delivered_at + CONFIRMED_AFTER
    if row.status == "completed" and deadline:
        deadline = min(deadline, now)
    return {
        "pk": row.id,
        "recipient": row.recipient,
        "phone": row.phone,
        "address": row.address,
        "phone_index": row.phone,
        "receipt_deadline": deadline,
    }


def _payment(row: Row) -> dict[str, Any]:
    return {
        "order_id": row.id,
        "kind": "payment",
        "method": "unknown",
        "amount_cents": row.total_cents,
        "at": row.paid_at,
        "case_id": None,
    }


def _case(row: Row) -> dict[str, Any]:
    return dict(row._mapping) | {
        "ground": GROUND.get(row.kind, ""),
        "automatic": True,
        "evidence": [],
        "freight_paid_by": FREIGHT.get(row.kind),
    }


def _history(row: Row) -> Iterator[dict[str, Any]]:
    """The opening, and where the case stands if that is elsewhere."""
    first = FIRST.get(row.kind, row.status)
    known = {"case_id": row.id, "at": row.created_at}
    opening = {"actor": "buyer", "event": "request_refund", "from_status": None}
    yield known | opening | {"to_status": first}
    if row.status != first:
        later = {"actor": "system", "event": "carried_over", "from_status": first}
        yield known | later | {"at": row.closed_at or row.created_at, "to_status": row.status}


def _paid_back(row: Row) -> bool:
    return bool(row.status == "refunded" and row.closed_at and row.amount_cents)


def _refund(row: Row) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "kind": "refund",
        "method": "unknown",
        "amount_cents": row.amount_cents,
        "at": row.closed_at,
        "case_id": row.id,
    }


def _batches(bind: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows, by id, a thousand at a time; those that are written meanwhile stay behind."""
    last: Any = None
    while True:
        statement = select(table).order_by(table.c.id).limit(BATCH)
        if last is not None:
            statement = statement.where(table.c.id > last)
        rows = list(bind.execute(statement))
        if not rows:
            return
        last = rows[-1].id
        yield rows


def _update(bind: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Rows with their id as `pk`."""
    if rows:
        names = [name for name in rows[0] if name != "pk"]
        statement = table.update().where(table.c.id == bindparam("pk"))
        bind.execute(statement.values({name: bindparam(name) for name in names}), rows)


def _add(bind: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        bind.execute(table.insert(), rows)
