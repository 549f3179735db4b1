"""The rows of orders, cases, stock and invoices that a write changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from kefu.errors import DatabaseError, OrderError
from kefu.orders.commands import Quote, QuoteLine, RequestInvoice
from kefu.orders.lifecycle import Party
from kefu.orders.masking import mask_text
from kefu.orders.numbers import ATTEMPTS, case_number
from kefu.orders.status import CaseStatus
from kefu.orders.tables import (
    case_events,
    case_items,
    cases,
    invoices,
    order_items,
    orders,
    product_variants,
)

KEY_USED = "The idempotency key belongs to another order or command: use one key per request."


def set_order(connection: Connection, order: Row, **values: object) -> None:
    """Change the order, and count the change."""
    connection.execute(
        update(orders)
        .where(orders.c.id == order.id, orders.c.customer_id == order.customer_id)
        .values(version=orders.c.version + 1, **values)
    )


def add_case(
    connection: Connection,
    order: Row,
    quote: Quote,
    status: CaseStatus,
    key: str,
    *,
    event: str,
    now: datetime,
    zone: ZoneInfo,
    random: Random,
) -> str:
    """Open a case with its lines and its first event; its number.

    Raises:
        DatabaseError: no number is free.
        OrderError: a write of another order, at the same time, has used the key.
    """
    command = quote.command
    values = {
        "order_id": order.id,
        "customer_id": order.customer_id,
        "kind": quote.kind,
        "status": status.value,
        "amount_cents": quote.amount_cents,
        "reason": mask_text(
            str(getattr(command, "reason", None) or getattr(command, "description", ""))
        ),
        "created_at": now,
        "idempotency_key": key,
        "ground": quote.ground,
        "tender": quote.tender,
        "automatic": quote.automatic,
        "evidence": [mask_text(piece) for piece in getattr(command, "evidence", ())],
        "received": getattr(command, "received", None),
        "freight_paid_by": quote.freight_paid_by,
        "return_by": quote.until,
        "new_sku": getattr(command, "new_sku", None) if quote.kind == "exchange" else None,
    }
    for _ in range(ATTEMPTS):
        case_no = case_number(now, zone, random)
        try:
            with connection.begin_nested():
                added = connection.execute(insert(cases).values(case_no=case_no, **values))
        except IntegrityError:
            if key_used(connection, order.customer_id, key):
                raise OrderError(KEY_USED) from None
            continue  # the number was taken; draw another
        break
    else:
        raise DatabaseError(
            "No free case number for today, or rows that were loaded with their ids: let the "
            "sequence of cases.id go on after them."
        )
    (case_id,) = added.inserted_primary_key
    for line, item in _with_items(connection, order, quote.lines):
        connection.execute(
            insert(case_items).values(
                case_id=case_id,
                order_item_id=item.id,
                quantity=line.quantity,
                amount_cents=line.amount_cents,
            )
        )
    _add_event(connection, case_id, event, None, status, now)
    return case_no


def key_used(connection: Connection, customer_id: str, key: str) -> bool:
    """Whether the customer has opened a case under this key."""
    statement = select(cases.c.id).where(
        cases.c.customer_id == customer_id, cases.c.idempotency_key == key
    )
    return connection.execute(statement).first() is not None


def find_case(connection: Connection, order: Row, case_no: str) -> Row:
    """The order's case with that number."""
    return connection.execute(
        select(cases).where(
            cases.c.order_id == order.id,
            cases.c.customer_id == order.customer_id,
            cases.c.case_no == case_no,
        )
    ).one()


def move_case(
    connection: Connection,
    case: Row,
    event: str,
    status: CaseStatus,
    *,
    now: datetime,
    actor: Party = "buyer",
    **values: object,
) -> int:
    """Put the case into another state, closed where that ends it, and note it; the event's id."""
    connection.execute(
        update(cases)
        .where(cases.c.id == case.id, cases.c.customer_id == case.customer_id)
        .values(status=status.value, closed_at=now if status.closed else None, **values)
    )
    before = CaseStatus(case.status)
    return _add_event(connection, case.id, event, before, status, now, actor)


def case_lines(connection: Connection, case: Row) -> int:
    """How many pieces the case is for."""
    rows = connection.execute(
        select(case_items.c.quantity)
        .join(cases, case_items.c.case_id == cases.c.id)
        .where(cases.c.id == case.id, cases.c.customer_id == case.customer_id)
    )
    return sum(row.quantity for row in rows)


def move_stock(connection: Connection, pieces: dict[str, int]) -> str | None:
    """Add to the stock of each variant; below zero is taken from it.

    Returns the first variant with too little, with nothing to rely on but a rollback then. Variants
    come in one order for everybody, so that two writers never wait for each other.
    """
    for sku, change in sorted(pieces.items()):
        stock = product_variants.c.stock
        done = connection.execute(
            update(product_variants)
            .where(product_variants.c.sku == sku, stock + change >= 0)
            .values(stock=stock + change)
        )
        if not done.rowcount:
            return sku
    return None


def set_variant(connection: Connection, order: Row, sku: str, new_sku: str) -> None:
    """Let the order's line of `sku` be one of `new_sku`."""
    new_id = select(product_variants.c.id).where(product_variants.c.sku == new_sku)
    for _, item in _with_items(connection, order, [QuoteLine(sku, 1, 0)]):
        connection.execute(
            update(order_items)
            .where(order_items.c.id == item.id, order_items.c.order_id == order.id)
            .values(variant_id=new_id.scalar_subquery())
        )


def add_invoice(
    connection: Connection, order: Row, command: RequestInvoice, cents: int, now: datetime
) -> None:
    """An invoice that is to be issued."""
    connection.execute(
        insert(invoices).values(
            order_id=order.id,
            customer_id=order.customer_id,
            status="requested",
            amount_cents=cents,
            title=command.title,
            tax_number=command.tax_number,
            email=command.email,
            created_at=now,
        )
    )


def _with_items(
    connection: Connection, order: Row, lines: Iterable[QuoteLine]
) -> list[tuple[QuoteLine, Row]]:
    rows = connection.execute(
        select(order_items.c.id, product_variants.c.sku)
        .select_from(order_items)
        .join(orders, order_items.c.order_id == orders.c.id)
        .join(product_variants, order_items.c.variant_id == product_variants.c.id)
        .where(orders.c.id == order.id, orders.c.customer_id == order.customer_id)
    )
    by_sku = {row.sku: row for row in rows}
    return [(line, by_sku[line.sku]) for line in lines]


def _add_event(
    connection: Connection,
    case_id: int,
    event: str,
    before: CaseStatus | None,
    after: CaseStatus,
    now: datetime,
    actor: Party = "buyer",
) -> int:
    added = connection.execute(
        insert(case_events).values(
            case_id=case_id,
            at=now,
            actor=actor,
            event=event,
            from_status=None if before is None else before.value,
            to_status=after.value,
        )
    )
    return int(added.inserted_primary_key[0])
