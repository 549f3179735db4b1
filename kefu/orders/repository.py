"""The SQL of the order tables. Every statement is bound to one customer in its WHERE clause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row

from kefu.orders.masking import mask_address, mask_name, mask_phone
from kefu.orders.order_number import LENGTH
from kefu.orders.status import OrderStatus, ParcelStatus, RefundStatus
from kefu.orders.tables import (
    order_items,
    orders,
    parcel_events,
    parcels,
    product_variants,
    products,
    refunds,
)
from kefu.orders.views import ItemView, OrderView, ParcelEventView, ParcelView, RefundKind


def newest_orders(connection: Connection, customer_id: str, limit: int) -> list[Row]:
    """The customer's last orders, newest first."""
    return list(
        connection.execute(
            select(orders)
            .where(orders.c.customer_id == customer_id)
            .order_by(orders.c.placed_at.desc(), orders.c.id.desc())
            .limit(limit)
        )
    )


def find_orders(
    connection: Connection, customer_id: str, digits: str, *, lock: bool = False
) -> list[Row]:
    """The customer's orders with this number, or whose number ends so; two at most.

    With `lock` nobody else changes the rows before the transaction ends (SQLite needs none: its
    writers come one at a time).
    """
    number = orders.c.order_no
    wanted = number == digits if len(digits) == LENGTH else number.like(f"%{digits}")
    statement = (
        select(orders)
        .where(orders.c.customer_id == customer_id, wanted)
        .order_by(orders.c.id)
        .limit(2)
    )
    return list(connection.execute(statement.with_for_update() if lock else statement))


def goods_of(connection: Connection, customer_id: str, order_id: int) -> list[Row]:
    """(name, category) of each line of the customer's order."""
    return list(
        connection.execute(
            select(order_items.c.name, products.c.category)
            .join(orders, orders.c.id == order_items.c.order_id)
            .join(product_variants, product_variants.c.id == order_items.c.variant_id)
            .join(products, products.c.id == product_variants.c.product_id)
            .where(orders.c.customer_id == customer_id, orders.c.id == order_id)
            .order_by(order_items.c.id)
        )
    )


def order_views(connection: Connection, customer_id: str, rows: Sequence[Row]) -> list[OrderView]:
    """The rows as views, in their order, with items and parcels: three queries however many."""
    ids = [row.id for row in rows]
    items = _items(connection, customer_id, ids)
    boxes = _parcels(connection, customer_id, ids)
    return [
        OrderView(
            order_no=row.order_no,
            status=OrderStatus(row.status),
            placed_at=row.placed_at,
            paid_at=row.paid_at,
            ship_by=row.ship_by,
            shipped_at=row.shipped_at,
            delivered_at=row.delivered_at,
            total_cents=row.total_cents,
            items=tuple(items[row.id]),
            parcels=tuple(boxes[row.id]),
            recipient_masked=mask_name(row.recipient),
            phone_masked=mask_phone(row.phone),
            address_masked=mask_address(row.address),
        )
        for row in rows
    ]


def _items(
    connection: Connection, customer_id: str, order_ids: list[int]
) -> dict[int, list[ItemView]]:
    found: dict[int, list[ItemView]] = defaultdict(list)
    lines = connection.execute(
        select(
            order_items, product_variants.c.sku, product_variants.c.color, product_variants.c.size
        )
        .join(orders, orders.c.id == order_items.c.order_id)
        .join(product_variants, product_variants.c.id == order_items.c.variant_id)
        .where(orders.c.customer_id == customer_id, orders.c.id.in_(order_ids))
        .order_by(order_items.c.id)
    )
    for line in lines:
        found[line.order_id].append(
            ItemView(
                sku=line.sku,
                name=line.name,
                color=line.color,
                size=line.size,
                quantity=line.quantity,
                unit_price_cents=line.unit_price_cents,
            )
        )
    return found


def _parcels(
    connection: Connection, customer_id: str, order_ids: list[int]
) -> dict[int, list[ParcelView]]:
    mine = orders.c.customer_id == customer_id
    events: dict[int, list[ParcelEventView]] = defaultdict(list)
    for event in connection.execute(
        select(parcel_events)
        .join(parcels, parcels.c.id == parcel_events.c.parcel_id)
        .join(orders, orders.c.id == parcels.c.order_id)
        .where(mine, orders.c.id.in_(order_ids))
        .order_by(parcel_events.c.at, parcel_events.c.id)
    ):
        events[event.parcel_id].append(ParcelEventView(event.at, event.place, event.text))
    found: dict[int, list[ParcelView]] = defaultdict(list)
    for box in connection.execute(
        select(parcels)
        .join(orders, orders.c.id == parcels.c.order_id)
        .where(mine, orders.c.id.in_(order_ids))
        .order_by(parcels.c.id)
    ):
        found[box.order_id].append(
            ParcelView(
                courier=box.courier,
                tracking_number=box.tracking_number,
                status=ParcelStatus(box.status),
                events=tuple(events[box.id]),
                expected_at=box.expected_at,
            )
        )
    return found


def newest_refunds(
    connection: Connection,
    customer_id: str,
    limit: int,
    *,
    order_id: int | None = None,
    idempotency_key: str | None = None,
) -> list[Row]:
    """The customer's cases with their orders' numbers, newest first; of one order or one key."""
    statement = (
        select(refunds, orders.c.order_no)
        .join(orders, orders.c.id == refunds.c.order_id)
        .where(refunds.c.customer_id == customer_id, orders.c.customer_id == customer_id)
        .order_by(refunds.c.created_at.desc(), refunds.c.id.desc())
        .limit(limit)
    )
    if order_id is not None:
        statement = statement.where(refunds.c.order_id == order_id)
    if idempotency_key is not None:
        statement = statement.where(refunds.c.idempotency_key == idempotency_key)
    return list(connection.execute(statement))


def add_refund(
    connection: Connection,
    customer_id: str,
    order_id: int,
    *,
    case_no: str,
    kind: RefundKind,
    status: RefundStatus,
    amount_cents: int,
    reason: str,
    created_at: datetime,
    idempotency_key: str,
) -> None:
    """Open a case and set the customer's order to refunding.

    Raises:
        sqlalchemy.exc.IntegrityError: number or key taken, or the order has an open case.
    """
    values: dict[str, Any] = {
        "case_no": case_no,
        "order_id": order_id,
        "customer_id": customer_id,
        "kind": kind,
        "status": status.value,
        "amount_cents": amount_cents,
        "reason": reason,
        "created_at": created_at,
        "idempotency_key": idempotency_key,
    }
    connection.execute(insert(refunds).values(values))
    connection.execute(
        update(orders)
        .where(orders.c.id == order_id, orders.c.customer_id == customer_id)
        .values(status=OrderStatus.REFUNDING.value)
    )
