"""Reads all that a command may change in one round trip, for it is asked for after each step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any

from sqlalchemy import Boolean, Date, Integer, String, cast, func, literal, null, select, union_all
from sqlalchemy import case as when
from sqlalchemy.engine import Engine

from kefu.orders.tables import (
    audit_log,
    case_events,
    case_items,
    cases,
    idempotency_keys,
    invoices,
    order_items,
    orders,
    outbox,
    payments,
    product_variants,
)
from kefu.orders.tables.columns import UtcDateTime
from kefu.orders.tables.sealed import Sealed, keys_of
from tests.orders.machine.snapshot import ORDER_VALUES, Snapshot

_COLUMNS = {
    "buyer": "customer_id",
    "total": "total_cents",
    "freight": "freight_cents",
    "deadline": "receipt_deadline",
    "extensions": "receipt_extensions",
}
_IN_ORDER = order_items.join(orders, order_items.c.order_id == orders.c.id).join(
    product_variants, order_items.c.variant_id == product_variants.c.id
)
_IN_CASE = case_items.join(cases, case_items.c.case_id == cases.c.id).join(
    order_items.join(product_variants, order_items.c.variant_id == product_variants.c.id),
    case_items.c.order_item_id == order_items.c.id,
)
_PAID = payments.join(orders, payments.c.order_id == orders.c.id).outerjoin(
    cases, payments.c.case_id == cases.c.id
)
# Part → where from, what is in which order, columns after the first of the order.
_PARTS: dict[str, tuple[Any, tuple[Any, Any], tuple[Any, ...]]] = {
    "orders": (
        orders,
        (orders.c.order_no, literal(0)),
        tuple(orders.c[_COLUMNS.get(value, value)] for value in ORDER_VALUES[1:]),
    ),
    "lines": (
        _IN_ORDER,
        (orders.c.order_no, order_items.c.id),
        (product_variants.c.sku, order_items.c.quantity, order_items.c.unit_price_cents),
    ),
    "payments": (
        _PAID,
        (orders.c.order_no, payments.c.id),
        (payments.c.kind, payments.c.amount_cents, cases.c.case_no),
    ),
    "cases": (
        cases.join(orders, cases.c.order_id == orders.c.id),
        (orders.c.order_no, cases.c.id),
        (
            cases.c.case_no,
            cases.c.customer_id,
            cases.c.kind,
            cases.c.status,
            cases.c.amount_cents,
            cases.c.ground,
            cases.c.tender,
            cases.c.automatic,
            cases.c.return_by,
            cases.c.new_sku,
            cases.c.return_tracking_number,
            cases.c.idempotency_key,
        ),
    ),
    "case_lines": (
        _IN_CASE,
        (cases.c.case_no, order_items.c.id),
        (product_variants.c.sku, case_items.c.quantity, case_items.c.amount_cents),
    ),
    "events": (
        case_events.join(cases, case_events.c.case_id == cases.c.id),
        (cases.c.case_no, case_events.c.id),
        (
            case_events.c.actor,
            case_events.c.event,
            case_events.c.from_status,
            case_events.c.to_status,
        ),
    ),
    "invoices": (
        invoices.join(orders, invoices.c.order_id == orders.c.id),
        (orders.c.order_no, invoices.c.id),
        (invoices.c.customer_id, invoices.c.status, invoices.c.amount_cents),
    ),
    "stock": (
        product_variants,
        (product_variants.c.sku, literal(0)),
        (product_variants.c.stock, product_variants.c.price_cents),
    ),
    "keys": (
        idempotency_keys,
        (idempotency_keys.c.customer_id, literal(0)),
        (idempotency_keys.c.key, idempotency_keys.c.command),
    ),
    "audit_log": (audit_log, (literal(""), literal(0)), (func.count(),)),
    "outbox": (outbox, (literal(""), literal(0)), (func.count(),)),
}
_WIDTH = 3 + max(len(columns) for _, _, columns in _PARTS.values())


class Reader:
    """A connection of its own to one database, outside of all transactions."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection()
        self._cursor = self._connection.cursor()
        self._opened: dict[tuple[str, str], str] = {}
        ring = keys_of(engine.dialect)

        def opens(column: str) -> Callable[[str], str]:
            def open_once(value: str) -> str:
                if (value, column) not in self._opened:
                    self._opened[value, column] = ring.open(value, column)
                return self._opened[value, column]

            return open_once

        self._kinds = {
            part: [_kind(column, opens) for column in columns]
            for part, (_, _, columns) in _PARTS.items()
        }
        statement = union_all(*map(_part, _PARTS))
        self._ask = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))
        if engine.dialect.name == "postgresql":
            self._connection.set_session(autocommit=True)
            self._cursor.execute("SET TIME ZONE 'UTC'")
            self._cursor.execute(f"PREPARE snapshot AS {self._ask}")
            self._ask = "EXECUTE snapshot"

    def snapshot(self) -> Snapshot:
        """Everything as it is committed, without the rows' ids."""
        self._cursor.execute(self._ask)
        state: Snapshot = {part: [] for part in _PARTS}
        for part, group, _, *values in sorted(self._cursor.fetchall(), key=lambda row: row[:3]):
            told = zip(self._kinds[part], values, strict=False)
            state[part].append(
                (group, *(None if value is None else kind(value) for kind, value in told))
            )
        state["keys"].sort()
        return state

    def close(self) -> None:
        """Give the connection back."""
        self._connection.invalidate()


def _part(name: str) -> Any:
    table, (group, place), columns = _PARTS[name]
    values = [literal(name), cast(group, String), place, *map(_text, columns)]
    values += [null()] * (_WIDTH - len(values))
    labelled = (value.label(f"v{number}") for number, value in enumerate(values))
    return select(*labelled).select_from(table)


def _text(column: Any) -> Any:
    if isinstance(column.type, Boolean):
        return when((column, "1"), else_="0")
    return cast(column, String)


def _kind(column: Any, opens: Callable[[str], Callable[[str], str]]) -> Callable[[str], Any]:
    """From the text of a column to its value."""
    if isinstance(column.type, Sealed):
        return opens(column.type.column)
    if isinstance(column.type, UtcDateTime):
        return _moment
    kinds: dict[type[Any], Callable[[str], Any]] = {
        Integer: int,
        Boolean: "1".__eq__,
        Date: date.fromisoformat,
    }
    return next((kind for of, kind in kinds.items() if isinstance(column.type, of)), str)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:19]).replace(tzinfo=timezone.utc)
