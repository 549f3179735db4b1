"""The rows of the demo shop, table by table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime, timedelta
from random import Random
from typing import Any

from kefu.orders import demo_cases
from kefu.orders.demo_goods import GOODS
from kefu.orders.demo_orders import DAY, SHIP_WITHIN, Draft, Drafts
from kefu.orders.demo_parcels import parcel
from kefu.orders.demo_people import buyer
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import OrderStatus

BUYERS = 200
FREIGHT_CENTS = 800
FREE_FREIGHT_FROM_CENTS = 4900
SECOND_PARCEL_SHARE = 0.05
CONFIRMED_AFTER = 10 * DAY

Row = dict[str, Any]


def demo_rows(now: datetime, random: Random) -> dict[str, list[Row]]:
    """Rows by table name, with ids from 1, in an order that foreign keys allow."""
    rows: dict[str, list[Row]] = defaultdict(list)
    _goods(rows, random)
    buyers = [buyer(number, random) for number in range(1, BUYERS + 1)]
    for person in buyers:
        joined = now - timedelta(days=random.randint(200, 900))
        rows["customers"].append(
            {"id": person.id, "name": person.name, "phone": person.phone, "created_at": joined}
        )
    for number, draft in enumerate(Drafts(buyers, now, SHOP_ZONE, random), start=1):
        _order(rows, number, draft, now, random)
        if draft.shipped_at:
            _parcels(rows, number, draft, draft.shipped_at, now, random)
        if draft.case:
            demo_cases.refund(rows, rows["orders"][-1], draft.case, now, random)
    demo_cases.others(rows, now, random)
    return rows


def _goods(rows: dict[str, list[Row]], random: Random) -> None:
    for number, goods in enumerate(GOODS, start=1):
        rows["products"].append(
            {"id": number, "code": goods.code, "name": goods.name, "category": goods.category}
        )
        for color in goods.colors:
            for size, price in goods.prices.items():
                variant = len(rows["product_variants"]) + 1
                rows["product_variants"].append(
                    {
                        "id": variant,
                        "product_id": number,
                        "sku": f"{goods.code}-{variant:03d}",
                        "color": color,
                        "size": size,
                        "price_cents": price,
                        "stock": random.choice((0, 3, 18, 42, 120, 300)),
                    }
                )


def _order(
    rows: dict[str, list[Row]], number: int, draft: Draft, now: datetime, random: Random
) -> None:
    goods_cents = sum(
        _item(rows, number, draft, random) for _ in range(random.choice((1, 1, 1, 2, 3)))
    )
    freight = 0 if goods_cents >= FREE_FREIGHT_FROM_CENTS else FREIGHT_CENTS
    # A multiplier without the factors 2 and 5: even the last four digits are all different.
    serial = number * 76_543_217 % 10**8
    rows["orders"].append(
        {
            "id": number,
            "order_no": f"{draft.placed_at.astimezone(SHOP_ZONE):%Y%m%d}{serial:08d}",
            "customer_id": draft.buyer.id,
            "status": draft.status.value,
            "placed_at": draft.placed_at,
            "paid_at": draft.paid_at,
            "ship_by": draft.paid_at and draft.paid_at + SHIP_WITHIN,
            "shipped_at": draft.shipped_at,
            "delivered_at": draft.delivered_at,
            "freight_cents": freight,
            "total_cents": goods_cents + freight,
            "recipient": draft.buyer.name,
            "phone": draft.buyer.phone,
            "address": draft.buyer.address,
            "receipt_deadline": _receipt_deadline(draft, now),
        }
    )
    if draft.paid_at:
        demo_cases.pay(rows, number, "payment", goods_cents + freight, draft.paid_at)


def _receipt_deadline(draft: Draft, now: datetime) -> datetime | None:
    """Ten days after delivery; a buyer who confirmed before did so half way to `now`."""
    if draft.delivered_at is None:
        return None
    deadline = draft.delivered_at + CONFIRMED_AFTER
    if draft.status is OrderStatus.COMPLETED:
        return min(deadline, draft.delivered_at + (now - draft.delivered_at) / 2)
    return deadline


def _item(rows: dict[str, list[Row]], order_id: int, draft: Draft, random: Random) -> int:
    """One line of the order; what it costs."""
    excluded = shop_rules().no_reason.excluded if draft.returnable else {}
    taken = {row["variant_id"] for row in rows["order_items"][-3:] if row["order_id"] == order_id}
    while True:
        variant = random.choice(rows["product_variants"])
        product = rows["products"][variant["product_id"] - 1]
        if product["category"] not in excluded and variant["id"] not in taken:
            break
    quantity = random.choice((1, 1, 1, 2))
    rows["order_items"].append(
        {
            "id": len(rows["order_items"]) + 1,
            "order_id": order_id,
            "variant_id": variant["id"],
            "name": product["name"],
            "quantity": quantity,
            "unit_price_cents": variant["price_cents"],
        }
    )
    return int(quantity * variant["price_cents"])


def _parcels(
    rows: dict[str, list[Row]],
    order_id: int,
    draft: Draft,
    shipped_at: datetime,
    now: datetime,
    random: Random,
) -> None:
    for _ in range(2 if random.random() < SECOND_PARCEL_SHARE else 1):
        number = len(rows["parcels"]) + 1
        box = parcel(
            number,
            draft.buyer,
            shipped_at=shipped_at,
            delivered_at=draft.delivered_at,
            now=now,
            random=random,
        )
        rows["parcels"].append(
            {
                "id": number,
                "order_id": order_id,
                "courier": box.courier,
                "tracking_number": box.tracking_number,
                "status": box.status.value,
                "expected_at": box.expected_at,
            }
        )
        for event in box.events:
            rows["parcel_events"].append(
                {"id": len(rows["parcel_events"]) + 1, "parcel_id": number} | asdict(event)
            )
