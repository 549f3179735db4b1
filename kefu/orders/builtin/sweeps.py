"""What falls due by itself: orders never paid, returns never sent, receipts never confirmed.

For cron: each case and each order is a transaction of its own, found in batches by the primary key,
so a sweep holds no lock for long, may be stopped anywhere, and may run twice or at the same time as
another. What changed in between is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.engine import Engine
from sqlalchemy.sql import Select

from kefu.errors import MoveRefusedError
from kefu.orders.builtin.desk import ShopDesk
from kefu.orders.builtin.moves import CaseMove, Moved, OrderMove
from kefu.orders.database import reading
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.shop_rules import ShopRules, shop_rules
from kefu.orders.status import CaseStatus, OrderStatus
from kefu.orders.tables import cases, orders

BATCH = 200
BY = "system"


def expire_due(
    engine: Engine, desk: ShopDesk, now: datetime, *, zone: ZoneInfo = SHOP_ZONE, batch: int = BATCH
) -> Iterator[Moved]:
    """End the cases whose goods were to be sent back before today; each as it is done.

    Raises:
        DatabaseError: the database did not answer in time; what was done stays done.
    """
    today = now.astimezone(zone).date()
    due = select(cases.c.id, cases.c.case_no.label("number")).where(
        cases.c.closed_at.is_(None),
        cases.c.status == CaseStatus.AWAITING_RETURN.value,
        cases.c.return_by < today,
    )
    yield from _each(engine, due, cases.c.id, batch, lambda number: _expire(desk, number))


def complete_due(
    engine: Engine, desk: ShopDesk, now: datetime, *, batch: int = BATCH
) -> Iterator[Moved]:
    """Complete the orders whose receipt has confirmed itself; each as it is done.

    Raises:
        DatabaseError: as `expire_due`.
    """
    # An order without a deadline counts from its delivery, which only its own move can do.
    due = select(orders.c.id, orders.c.order_no.label("number")).where(
        orders.c.status == OrderStatus.DELIVERED.value,
        or_(
            orders.c.receipt_deadline <= now,
            orders.c.receipt_deadline.is_(None) & (orders.c.delivered_at <= now),
        ),
    )
    yield from _each(engine, due, orders.c.id, batch, lambda number: _complete(desk, number))


def close_unpaid(
    engine: Engine,
    desk: ShopDesk,
    now: datetime,
    *,
    rules: ShopRules | None = None,
    batch: int = BATCH,
) -> Iterator[Moved]:
    """Close the orders that were not paid in time, their goods back in stock; each as it is done.

    Raises:
        DatabaseError: as `expire_due`.
    """
    wait = timedelta(hours=(rules or shop_rules()).payment.within_hours)
    due = select(orders.c.id, orders.c.order_no.label("number")).where(
        orders.c.status == OrderStatus.PENDING_PAYMENT.value, orders.c.placed_at <= now - wait
    )
    yield from _each(engine, due, orders.c.id, batch, lambda number: _close(desk, number))


def _expire(desk: ShopDesk, number: str) -> Moved:
    return desk.move(CaseMove(number, "expire"), by=BY, key=f"expire:{number}")


def _complete(desk: ShopDesk, number: str) -> Moved:
    return desk.move(OrderMove(number, "complete"), by=BY, key=f"complete:{number}")


def _close(desk: ShopDesk, number: str) -> Moved:
    return desk.move(OrderMove(number, "close_unpaid"), by=BY, key=f"close_unpaid:{number}")


def _each(
    engine: Engine, due: Select, id_: object, batch: int, carry_out: Callable[[str], Moved]
) -> Iterator[Moved]:
    last = 0
    while True:
        with reading(engine) as connection:
            statement = due.where(id_ > last).order_by(id_).limit(batch)  # type: ignore[operator]
            found = connection.execute(statement).all()
        for row in found:
            try:
                yield carry_out(row.number)
            except MoveRefusedError:
                continue  # somebody was faster
        if len(found) < batch:
            return
        last = found[-1].id
