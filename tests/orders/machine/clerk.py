"""What comes into the tables from elsewhere: orders placed, news of couriers, goods and prices.

Kefu writes for buyers and for the shop; checkout, couriers and the warehouse write these. A `Move`
does it in one transaction of one database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from kefu.orders.tables import (
    customers,
    metadata,
    order_items,
    orders,
    parcel_events,
    parcels,
    product_variants,
    products,
)
from kefu.orders.tables.sealed import phone_values
from tests.orders.machine.book import Order
from tests.orders.machine.goods import BUYERS, CATALOGUE, NAME, PHONE, START


class Clerk:
    """Writes on one connection, at one moment."""

    def __init__(self, connection: Connection, now: datetime = START) -> None:
        self._connection = connection
        self._now = now

    def open_shop(self) -> None:
        """An empty shop with its goods and buyers, whatever was there."""
        for table in reversed(metadata.sorted_tables):
            self._connection.execute(delete(table))
        self._connection.execute(
            insert(customers),
            [{"id": buyer, "name": NAME, "phone": PHONE, "created_at": START} for buyer in BUYERS],
        )
        codes = {variant.product: variant.category for variant in CATALOGUE.values()}
        self._connection.execute(
            insert(products),
            [
                {"id": number, "code": code, "name": code, "category": category}
                for number, (code, category) in enumerate(codes.items(), start=1)
            ],
        )
        self._connection.execute(
            insert(product_variants),
            [
                {
                    "id": number,
                    "product_id": list(codes).index(variant.product) + 1,
                    "sku": variant.sku,
                    "color": "",
                    "size": variant.sku,
                    "price_cents": variant.cents,
                    "stock": variant.stock,
                }
                for number, variant in enumerate(CATALOGUE.values(), start=1)
            ],
        )

    def place(self, order: Order) -> None:
        """A new order, not paid."""
        (order_id,) = self._connection.execute(
            insert(orders).values(
                order_no=order.number,
                customer_id=order.buyer,
                status=order.status,
                placed_at=order.placed_at,
                freight_cents=order.freight,
                total_cents=order.total,
                recipient=order.recipient,
                address=order.address,
                **phone_values(order.phone),
            )
        ).inserted_primary_key
        variants = dict(
            self._connection.execute(select(product_variants.c.sku, product_variants.c.id)).all()
        )
        self._connection.execute(
            insert(order_items),
            [
                {
                    "order_id": order_id,
                    "variant_id": variants[line.sku],
                    "name": line.product,
                    "quantity": line.pieces,
                    "unit_price_cents": line.unit_cents,
                }
                for line in order.lines
            ],
        )

    def hear_of_parcel(self, number: str) -> None:
        """A parcel event; the first one is of its parcel too."""
        known = select(parcels.c.id).where(parcels.c.order_id == self._order_id(number))
        parcel_id = self._connection.execute(known).scalar()
        if parcel_id is None:
            (parcel_id,) = self._connection.execute(
                insert(parcels).values(
                    order_id=self._order_id(number),
                    courier="顺丰速运",
                    tracking_number=f"SF{number}",
                    status="in_transit",
                )
            ).inserted_primary_key
        self._connection.execute(
            insert(parcel_events).values(
                parcel_id=parcel_id, at=self._now, place="杭州", text="【杭州】快件已到达"
            )
        )

    def set_variant(self, sku: str, **values: int) -> None:
        """Another price or stock."""
        self._connection.execute(
            update(product_variants).where(product_variants.c.sku == sku).values(values)
        )

    def _order_id(self, number: str) -> Any:
        return select(orders.c.id).where(orders.c.order_no == number).scalar_subquery()


Move = Callable[[Clerk], None]
