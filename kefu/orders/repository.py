"""The SQL of reading orders: over the six views, each statement bound to one customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from kefu.orders.masking import mask_address, mask_name, mask_phone
from kefu.orders.order_number import LENGTH
from kefu.orders.read_model import (
    code,
    shop_cases,
    shop_order_items,
    shop_orders,
    shop_parcel_events,
    shop_parcels,
    shop_products,
)
from kefu.orders.status import CaseStatus, OrderStatus, ParcelStatus
from kefu.orders.views import (
    CaseView,
    ItemView,
    OrderView,
    ParcelEventView,
    ParcelView,
    VariantView,
)


def newest_orders(connection: Connection, customer_id: str, limit: int) -> list[Row]:
    """The customer's last orders, newest first."""
    return list(
        connection.execute(
            select(shop_orders)
            .where(shop_orders.c.customer_id == customer_id)
            .order_by(shop_orders.c.placed_at.desc(), shop_orders.c.order_no.desc())
            .limit(limit)
        )
    )


def find_orders(connection: Connection, customer_id: str, digits: str) -> list[Row]:
    """The customer's orders with this number, or whose number ends so; two at most."""
    number = shop_orders.c.order_no
    wanted = number == digits if len(digits) == LENGTH else number.like(f"%{digits}")
    return list(
        connection.execute(
            select(shop_orders)
            .where(shop_orders.c.customer_id == customer_id, wanted)
            .order_by(number)
            .limit(2)
        )
    )


def goods_of(connection: Connection, customer_id: str, order_no: str) -> list[Row]:
    """(name, category) of each line of the customer's order."""
    lines = shop_order_items.c
    return list(
        connection.execute(
            select(lines.name, lines.category)
            .where(lines.customer_id == customer_id, lines.order_no == order_no)
            .order_by(lines.position)
        )
    )


def order_views(connection: Connection, customer_id: str, rows: Sequence[Row]) -> list[OrderView]:
    """The rows as views, in their order, with items and parcels: three queries however many.

    Raises:
        DatabaseError: a view holds a state that is none of ours.
    """
    numbers = [row.order_no for row in rows]
    items = items_of(connection, customer_id, numbers)
    boxes = parcels_of(connection, customer_id, numbers)
    return [
        OrderView(
            order_no=row.order_no,
            status=code(OrderStatus, row.status, "shop_orders.status"),
            placed_at=row.placed_at,
            paid_at=row.paid_at,
            ship_by=row.ship_by,
            shipped_at=row.shipped_at,
            delivered_at=row.delivered_at,
            total_cents=row.total_cents,
            items=tuple(items[row.order_no]),
            parcels=tuple(boxes[row.order_no]),
            recipient_masked=mask_name(row.recipient or ""),
            phone_masked=mask_phone(row.phone or ""),
            address_masked=mask_address(row.address or ""),
            freight_cents=row.freight_cents,
            hold_until=row.hold_until,
            receipt_deadline=row.receipt_deadline,
            receipt_extensions=row.receipt_extensions or 0,
        )
        for row in rows
    ]


def items_of(
    connection: Connection, customer_id: str, order_nos: Sequence[str]
) -> dict[str, list[ItemView]]:
    """The lines of the customer's orders, by order number."""
    found: dict[str, list[ItemView]] = defaultdict(list)
    lines = shop_order_items.c
    for line in connection.execute(
        select(shop_order_items)
        .where(lines.customer_id == customer_id, lines.order_no.in_(order_nos))
        .order_by(lines.position)
    ):
        found[line.order_no].append(
            ItemView(
                sku=line.sku,
                name=line.name,
                color=line.color or "",
                size=line.size or "",
                quantity=line.quantity,
                unit_price_cents=line.unit_price_cents,
                category=line.category or "",
            )
        )
    return found


def parcels_of(
    connection: Connection, customer_id: str, order_nos: Sequence[str]
) -> dict[str, list[ParcelView]]:
    """The parcels of the customer's orders with their histories, by order number.

    Raises:
        DatabaseError: a view holds a state that is none of ours.
    """
    events: dict[tuple[str, str], list[ParcelEventView]] = defaultdict(list)
    news = shop_parcel_events.c
    for event in connection.execute(
        select(shop_parcel_events)
        .where(news.customer_id == customer_id, news.order_no.in_(order_nos))
        .order_by(news.at, news.position)
    ):
        events[event.order_no, event.tracking_number].append(
            ParcelEventView(event.at, event.place or "", event.text)
        )
    found: dict[str, list[ParcelView]] = defaultdict(list)
    boxes = shop_parcels.c
    for box in connection.execute(
        select(shop_parcels)
        .where(boxes.customer_id == customer_id, boxes.order_no.in_(order_nos))
        .order_by(boxes.position)
    ):
        found[box.order_no].append(
            ParcelView(
                courier=box.courier,
                tracking_number=box.tracking_number,
                status=code(ParcelStatus, box.status, "shop_parcels.status"),
                events=tuple(events[box.order_no, box.tracking_number]),
                expected_at=box.expected_at,
            )
        )
    return found


def newest_cases(
    connection: Connection, customer_id: str, limit: int, *, order_no: str | None = None
) -> list[CaseView]:
    """The customer's cases of all kinds, newest first; with `order_no` those of that order.

    Raises:
        DatabaseError: a view holds a state that is none of ours.
    """
    found = shop_cases.c
    statement = (
        select(shop_cases)
        .where(found.customer_id == customer_id)
        .order_by(found.created_at.desc(), found.case_no.desc())
        .limit(limit)
    )
    if order_no is not None:
        statement = statement.where(found.order_no == order_no)
    return [_case(row) for row in connection.execute(statement)]


def find_case(connection: Connection, customer_id: str, case_no: str) -> CaseView | None:
    """The customer's case with this number.

    Raises:
        DatabaseError: a view holds a state that is none of ours.
    """
    found = shop_cases.c
    row = connection.execute(
        select(shop_cases).where(found.customer_id == customer_id, found.case_no == case_no)
    ).first()
    return None if row is None else _case(row)


def _case(row: Row) -> CaseView:
    return CaseView(
        case_no=row.case_no,
        order_no=row.order_no,
        kind=row.kind,
        status=code(CaseStatus, row.status, "shop_cases.status"),
        amount_cents=row.amount_cents,
        reason=row.reason or "",
        created_at=row.created_at,
        closed_at=row.closed_at,
        freight_paid_by=row.freight_paid_by,
        return_by=row.return_by,
        return_courier=row.return_courier,
        return_tracking_number=row.return_tracking_number,
        new_sku=row.new_sku,
        tender=row.tender or "money",
    )


def variants(connection: Connection, sku: str) -> list[VariantView]:
    """What is sold under the same product as `sku`, itself among them; of no customer."""
    of_sku = select(shop_products.c.product).where(shop_products.c.sku == sku).scalar_subquery()
    rows = connection.execute(
        select(shop_products).where(shop_products.c.product == of_sku).order_by(shop_products.c.sku)
    )
    return [
        VariantView(
            product=row.product,
            sku=row.sku,
            name=row.name,
            category=row.category or "",
            color=row.color or "",
            size=row.size or "",
            price_cents=row.price_cents,
            stock=row.stock,
        )
        for row in rows
    ]
