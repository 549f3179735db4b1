"""What an event of the shop or of a courier does to an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Row

from kefu.errors import MoveRefusedError, RefusedError
from kefu.orders.builtin import rows, shop_rows
from kefu.orders.builtin.moves import Moved, OrderMove
from kefu.orders.facts import OrderFacts
from kefu.orders.lifecycle import order_transition, party
from kefu.orders.quoting import remaining
from kefu.orders.quoting.receipts import receipt_deadline
from kefu.orders.shop_rules import ShopRules

EVENTS = ("pay", "ship", "deliver", "complete", "close_unpaid")
"""Those that are an order's own; the others are the ends of its refunds, which cases tell it."""


def move_order(
    connection: Connection,
    order: Row,
    facts: OrderFacts,
    move: OrderMove,
    now: datetime,
    zone: ZoneInfo,
    rules: ShopRules,
) -> Moved:
    """Let it happen; `order` is locked, `facts` are of before it.

    Raises:
        MoveRefusedError: where the order stands forbids it, or something is missing.
    """
    by = party("order", move.event)
    if by is None or move.event not in EVENTS:
        raise MoveRefusedError(f"{move.event} is no event of an order: use {', '.join(EVENTS)}.")
    try:
        step = order_transition(facts.status, move.event, by)
    except RefusedError:
        raise MoveRefusedError(
            f"Order {order.order_no} is {order.status}: no {move.event} now."
        ) from None
    at = _within(move.at, facts, now)
    values: dict[str, Any] = {}
    for effect in step.effects:
        if effect == "book_payment":
            values |= {"paid_at": at, "ship_by": move.ship_by or order.ship_by}
            _book(connection, order, move, at)
        elif effect == "release_stock":
            pieces = {line.sku: line.quantity for line in remaining(facts)}
            rows.move_stock(connection, pieces)
        elif effect == "write_dispatch":
            values["shipped_at"] = at
            shop_rows.add_parcel(connection, order, move, zone)
        elif effect == "write_delivery":
            _check_left(facts)
            values["delivered_at"] = at
            shop_rows.parcels_arrived(connection, order)
        elif effect == "write_receipt_deadline":
            values["receipt_deadline"] = _deadline(facts, move, at, now, zone, rules)
    rows.set_order(connection, order, status=step.state.value, **values)
    return Moved(
        customer_id=order.customer_id,
        order_no=order.order_no,
        order_status=step.state.value,
        event=move.event,
        by=by,
    )


def _within(at: datetime | None, facts: OrderFacts, now: datetime) -> datetime:
    """The moment, between the order's last one and now: other clocks go wrong."""
    last = facts.shipped_at or facts.paid_at or facts.placed_at
    return now if at is None else max(min(at, now), min(last, now))


def _book(connection: Connection, order: Row, move: OrderMove, at: datetime) -> None:
    if not order.total_cents:
        return
    if not move.method:
        raise MoveRefusedError(
            f"Say how order {order.order_no} was paid: wechat, alipay, card or another method."
        )
    shop_rows.book(
        connection,
        order,
        "payment",
        order.total_cents,
        case_id=None,
        method=move.method,
        transaction_no=move.transaction_no,
        at=at,
    )


def _check_left(facts: OrderFacts) -> None:
    """A refund that is open hides where an order stands: it may not have left."""
    if facts.shipped_at is None:
        raise MoveRefusedError(
            f"Order {facts.order_no} has not left: it cannot be delivered before it is shipped."
        )
    if facts.delivered_at is not None:
        raise MoveRefusedError(f"Order {facts.order_no} was delivered before.")


def _deadline(
    facts: OrderFacts,
    move: OrderMove,
    at: datetime,
    now: datetime,
    zone: ZoneInfo,
    rules: ShopRules,
) -> datetime:
    if move.event == "deliver":
        return receipt_deadline(at, zone, rules)
    deadline = facts.receipt_deadline or receipt_deadline(facts.delivered_at or now, zone, rules)
    if now < deadline:
        raise MoveRefusedError(
            f"The receipt of order {facts.order_no} confirms itself at {deadline.isoformat()}: "
            "it is completed after that."
        )
    return deadline
