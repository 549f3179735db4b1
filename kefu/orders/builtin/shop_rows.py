"""The rows that only the shop's side writes: its orders locked, money booked, parcels, amounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from kefu.errors import MoveRefusedError, OrderNotFoundError
from kefu.orders.builtin.moves import Move, OrderMove
from kefu.orders.commands import QuoteLine
from kefu.orders.masking import mask_text
from kefu.orders.status import ParcelStatus
from kefu.orders.tables import (
    case_events,
    case_items,
    cases,
    order_items,
    orders,
    parcels,
    payments,
    product_variants,
)

COURIER_MAX_CHARACTERS, CODE_MAX_CHARACTERS, METHOD_MAX_CHARACTERS = 32, 64, 32

_UNKNOWN_METHOD = "unknown"


def lock_order(connection: Connection, move: Move) -> Row:
    """The order that a move is about; nobody else changes it before the transaction ends.

    Buyers' commands lock the same row first, so that whoever comes second sees what the first did.

    Raises:
        OrderNotFoundError: there is none, or it is not the named customer's.
    """
    if isinstance(move, OrderMove):
        what, statement = "order", select(orders).where(orders.c.order_no == move.order_no)
    else:
        what = "case"
        of_case = select(cases.c.order_id).where(cases.c.case_no == move.case_no)
        statement = select(orders).where(orders.c.id == of_case.scalar_subquery())
    if move.customer_id is not None:
        statement = statement.where(orders.c.customer_id == move.customer_id)
    order = connection.execute(statement.with_for_update()).first()
    if order is None:
        number = move.order_no if isinstance(move, OrderMove) else move.case_no
        whose = f" of buyer {move.customer_id}" if move.customer_id is not None else ""
        raise OrderNotFoundError(f"There is no {what} {number}{whose}: check the number.")
    return order


def book(
    connection: Connection,
    order: Row,
    kind: str,
    cents: int,
    *,
    case_id: int | None,
    method: str | None,
    transaction_no: str | None,
    at: datetime,
) -> None:
    """A row among the payments: money from the buyer, or back for a case.

    Raises:
        MoveRefusedError: the transaction was booked before, or a code is too long.
    """
    if len(method or "") > METHOD_MAX_CHARACTERS or len(transaction_no or "") > CODE_MAX_CHARACTERS:
        raise MoveRefusedError(
            f"A method has at most {METHOD_MAX_CHARACTERS} characters and a transaction number "
            f"{CODE_MAX_CHARACTERS}: give the codes of whoever moved the money."
        )
    try:
        with connection.begin_nested():
            connection.execute(
                insert(payments).values(
                    order_id=order.id,
                    kind=kind,
                    method=method or _paid_by(connection, order),
                    amount_cents=cents,
                    at=at,
                    case_id=case_id,
                    transaction_no=transaction_no,
                )
            )
    except IntegrityError:
        raise MoveRefusedError(
            f"The transaction {transaction_no} of order {order.order_no} is booked already: "
            "give the number of this one."
        ) from None


def _paid_by(connection: Connection, order: Row) -> str:
    """How the order was paid."""
    statement = (
        select(payments.c.method)
        .where(payments.c.order_id == order.id, payments.c.kind == "payment")
        .order_by(payments.c.id.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar() or _UNKNOWN_METHOD


def add_parcel(connection: Connection, order: Row, move: OrderMove, zone: ZoneInfo) -> None:
    """The parcel that an order left in.

    Raises:
        MoveRefusedError: only one of courier and number, or another order's parcel has both.
    """
    if not move.courier and not move.tracking_number:
        return
    if not move.courier or not move.tracking_number:
        raise MoveRefusedError("A parcel has a courier and a tracking number: give both or none.")
    courier = mask_text(move.courier)
    if len(courier) > COURIER_MAX_CHARACTERS or len(move.tracking_number) > CODE_MAX_CHARACTERS:
        raise MoveRefusedError(
            f"A courier has at most {COURIER_MAX_CHARACTERS} characters and its number "
            f"{CODE_MAX_CHARACTERS}: give the usual names."
        )
    expected = None if move.expected_on is None else _evening(move.expected_on, zone)
    try:
        with connection.begin_nested():
            connection.execute(
                insert(parcels).values(
                    order_id=order.id,
                    courier=courier,
                    tracking_number=move.tracking_number,
                    status=ParcelStatus.COLLECTED.value,
                    expected_at=expected,
                )
            )
    except IntegrityError:
        of_order = select(parcels.c.id).where(
            parcels.c.order_id == order.id,
            parcels.c.courier == courier,
            parcels.c.tracking_number == move.tracking_number,
        )
        if connection.execute(of_order).first() is None:
            raise MoveRefusedError(
                f"The parcel {move.tracking_number} is another order's: check the number."
            ) from None


def parcels_arrived(connection: Connection, order: Row) -> None:
    """All parcels of the order are delivered."""
    connection.execute(
        update(parcels)
        .where(parcels.c.order_id == order.id)
        .values(status=ParcelStatus.DELIVERED.value)
    )


def price_lines(connection: Connection, case: Row, lines: Iterable[QuoteLine]) -> None:
    """What each line of a case is worth."""
    for line in lines:
        item = (
            select(order_items.c.id)
            .join(product_variants, order_items.c.variant_id == product_variants.c.id)
            .where(order_items.c.order_id == case.order_id, product_variants.c.sku == line.sku)
        )
        connection.execute(
            update(case_items)
            .where(
                case_items.c.case_id == case.id,
                case_items.c.order_item_id == item.scalar_subquery(),
            )
            .values(amount_cents=line.amount_cents)
        )


def has_seen(connection: Connection, case: Row, event: str) -> bool:
    """Whether that has happened to the case."""
    statement = select(case_events.c.id).where(
        case_events.c.case_id == case.id, case_events.c.event == event
    )
    return connection.execute(statement.limit(1)).first() is not None


def _evening(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=zone)
