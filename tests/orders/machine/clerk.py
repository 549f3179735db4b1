"""The shop's own hands in the tables: orders placed, parcels, cases moved, money booked.

Kefu writes for buyers only; the shop's own system moves the rest. A `Move` does it in one
transaction of one database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from kefu.orders.tables import (
    case_events,
    case_items,
    cases,
    customers,
    metadata,
    order_items,
    orders,
    parcel_events,
    parcels,
    payments,
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

    def set_order(self, number: str, **values: Any) -> None:
        """Other values of an order."""
        self._connection.execute(update(orders).where(orders.c.order_no == number).values(values))

    def book_payment(self, number: str, kind: str, cents: int, case_no: str | None) -> None:
        """Money that has moved."""
        case_id = select(cases.c.id).where(cases.c.case_no == case_no).scalar_subquery()
        self._connection.execute(
            insert(payments).values(
                order_id=self._order_id(number),
                kind=kind,
                method="wechat",
                amount_cents=cents,
                at=self._now,
                case_id=None if case_no is None else case_id,
            )
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

    def move_case(
        self, number: str, event: tuple[str, str, str | None, str], *, closed: bool, cents: int
    ) -> None:
        """Another state and amount of a case, with its event."""
        actor, name, before, after = event
        self._connection.execute(
            update(cases)
            .where(cases.c.case_no == number)
            .values(status=after, amount_cents=cents, closed_at=self._now if closed else None)
        )
        self._connection.execute(
            insert(case_events).values(
                case_id=select(cases.c.id).where(cases.c.case_no == number).scalar_subquery(),
                at=self._now,
                actor=actor,
                event=name,
                from_status=before,
                to_status=after,
            )
        )

    def price_line(self, number: str, sku: str, cents: int) -> None:
        """What a line of a case is worth, once money is paid for it."""
        item = (
            select(order_items.c.id)
            .join(product_variants, order_items.c.variant_id == product_variants.c.id)
            .join(cases, cases.c.order_id == order_items.c.order_id)
            .where(cases.c.case_no == number, product_variants.c.sku == sku)
        )
        case_id = select(cases.c.id).where(cases.c.case_no == number).scalar_subquery()
        self._connection.execute(
            update(case_items)
            .where(
                case_items.c.case_id == case_id,
                case_items.c.order_item_id == item.scalar_subquery(),
            )
            .values(amount_cents=cents)
        )

    def set_variant(self, sku: str, **values: int) -> None:
        """Another price or stock."""
        self._connection.execute(
            update(product_variants).where(product_variants.c.sku == sku).values(values)
        )

    def _order_id(self, number: str) -> Any:
        return select(orders.c.id).where(orders.c.order_no == number).scalar_subquery()


Move = Callable[[Clerk], None]
