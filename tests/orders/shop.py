"""A small shop to test with: one product of each category that matters, orders as you like them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Engine

from kefu.orders.database import reading, writing
from kefu.orders.status import OrderStatus, ParcelStatus
from kefu.orders.tables import (
    cases,
    customers,
    order_items,
    orders,
    parcel_events,
    parcels,
    payments,
    product_variants,
    products,
)

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)  # noon in Shanghai
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ALICE, BOB = "buyer-0001", "buyer-0002"
SHIPPED = (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED)


class Shop:
    """Writes rows straight into the tables, as a shop's own system would."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._ids = count(1)
        with writing(engine) as connection:
            for customer, name in ((ALICE, "王小明"), (BOB, "李雷")):
                connection.execute(
                    insert(customers).values(
                        id=customer, name=name, phone="13800000001", created_at=NOW - 100 * DAY
                    )
                )
            for number, (name, category) in enumerate(
                [("四件套", "bedding"), ("脐橙", "fresh"), ("刻字书签", "engraved")], start=1
            ):
                connection.execute(
                    insert(products).values(id=number, code=name, name=name, category=category)
                )
                connection.execute(
                    insert(product_variants).values(
                        id=number,
                        product_id=number,
                        sku=f"sku-{number}",
                        color="雾蓝",
                        size="1.8米",
                        price_cents=12_000,
                        stock=3,
                    )
                )

    def order(
        self,
        status: OrderStatus = OrderStatus.PAID,
        *,
        customer: str = ALICE,
        order_no: str | None = None,
        delivered_at: datetime | None = NOW - 2 * DAY,
        goods: tuple[int, ...] = (1,),
        placed_at: datetime = NOW - 5 * DAY,
    ) -> str:
        """Place an order of 120 yuan a line and 8 yuan of freight; its number."""
        number = next(self._ids)
        order_no = order_no or f"20261115{number * 76_543_217 % 10**8:08d}"
        shipped = status in SHIPPED
        with writing(self.engine) as connection:
            order_id = connection.execute(
                insert(orders).values(
                    order_no=order_no,
                    customer_id=customer,
                    status=status.value,
                    placed_at=placed_at,
                    paid_at=None if status is OrderStatus.PENDING_PAYMENT else placed_at,
                    ship_by=placed_at + 2 * DAY,
                    shipped_at=placed_at + DAY if shipped else None,
                    delivered_at=delivered_at if status in SHIPPED[1:] else None,
                    freight_cents=800,
                    total_cents=12_000 * len(goods) + 800,
                    recipient="王小明",
                    phone="13800000001",
                    address="浙江省杭州市西湖区青禾路18号3单元502",
                )
            ).inserted_primary_key[0]
            for variant in goods:
                connection.execute(
                    insert(order_items).values(
                        order_id=order_id,
                        variant_id=variant,
                        name={1: "四件套", 2: "脐橙", 3: "刻字书签"}[variant],
                        quantity=1,
                        unit_price_cents=12_000,
                    )
                )
            if status not in (OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED):
                connection.execute(
                    insert(payments).values(
                        order_id=order_id,
                        kind="payment",
                        method="wechat",
                        amount_cents=12_000 * len(goods) + 800,
                        at=placed_at,
                    )
                )
            if shipped:
                self._parcel(connection, order_id, placed_at + DAY)
        return order_no

    def _parcel(self, connection: Any, order_id: int, at: datetime) -> None:
        parcel_id = connection.execute(
            insert(parcels).values(
                order_id=order_id,
                courier="顺丰速运",
                tracking_number=f"SF{order_id:013d}",
                status=ParcelStatus.IN_TRANSIT.value,
                expected_at=at + 3 * DAY,
            )
        ).inserted_primary_key[0]
        for hours, text in ((5, "【杭州】快件已到达杭州转运中心"), (0, "【金华】快递员已揽收")):
            connection.execute(
                insert(parcel_events).values(
                    parcel_id=parcel_id, at=at + hours * HOUR, place=text[1:3], text=text
                )
            )

    def variant(self, sku: str, *, product: int, stock: int = 3) -> None:
        """Sell one more variant of a product, at the same price."""
        with writing(self.engine) as connection:
            connection.execute(
                insert(product_variants).values(
                    id=100 + next(self._ids),  # PostgreSQL would begin with the 1 of above
                    product_id=product,
                    sku=sku,
                    color="雾蓝",
                    size=sku,
                    price_cents=12_000,
                    stock=stock,
                )
            )

    def set(self, order_no: str, **values: Any) -> None:
        """Change columns of an order behind the service's back."""
        with writing(self.engine) as connection:
            connection.execute(update(orders).where(orders.c.order_no == order_no).values(values))

    def close_case(self, case_no: str, status: str) -> None:
        """End an after-sales case, as the shop's staff would."""
        with writing(self.engine) as connection:
            connection.execute(
                update(cases).where(cases.c.case_no == case_no).values(status=status, closed_at=NOW)
            )

    def cases(self) -> int:
        """How many after-sales cases there are."""
        with reading(self.engine) as connection:
            return int(connection.execute(select(func.count()).select_from(cases)).scalar_one())
