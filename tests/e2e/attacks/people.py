"""Attackers and their victim: buyers of a demo shop, with orders in all states that matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection, Engine, Row

from kefu.orders import tables
from kefu.orders.database import writing
from kefu.orders.demo import continue_ids
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.status import OrderStatus

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VICTIM = 0

# Name → state, age, and its lines: product and pieces. Newest first; a buyer is offered five.
_Lines = tuple[tuple[str, int], ...]
_ORDERS: Mapping[str, tuple[OrderStatus, timedelta, _Lines]] = {
    "two_paid": (OrderStatus.PAID, 2 * HOUR, (("clo-01", 2), ("ktc-01", 1))),
    "paid": (OrderStatus.PAID, 5 * HOUR, (("clo-02", 1),)),
    "shipped": (OrderStatus.SHIPPED, 2 * DAY, (("bag-01", 1),)),
    "two_delivered": (OrderStatus.DELIVERED, 4 * DAY, (("clo-01", 1), ("sho-01", 1))),
    "delivered": (OrderStatus.DELIVERED, 11 * DAY, (("clo-03", 1),)),
    "refunding": (OrderStatus.REFUNDING, 12 * DAY, (("sho-02", 1),)),
    "returning": (OrderStatus.REFUNDING, 13 * DAY, (("kid-01", 1),)),
    "completed": (OrderStatus.COMPLETED, 40 * DAY, (("bed-01", 1),)),
}
_NUMBERS_FROM = 2_000  # above those of the demo shop's own orders
_HOMES = ("青海省海东市乐都区听雨巷77号9栋1804", "江西省赣州市章贡区试验路1号")
_SCRIPTS = {
    "wide": str.maketrans("0123456789", "０１２３４５６７８９"),
    "arabic": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
    "chinese": str.maketrans("0123456789", "零一二三四五六七八九"),
    "letters": str.maketrans("015", "OlS"),
}
_CASES = {"refunding": "case", "returning": "second_case"}


@dataclass(frozen=True)
class Person:
    """A buyer, with details under the names that the tables of attacks use."""

    id: str
    details: Mapping[str, str]


def settle(engine: Engine, people: int, now: datetime) -> list[Person]:
    """Adds so many buyers to a demo shop; number VICTIM has an invoice too."""
    with writing(engine) as connection:
        settlers = _Settlers(connection, now)
        settled = [settlers.person(number) for number in range(people)]
        for table in tables.metadata.sorted_tables:
            if settlers.rows[table.name]:
                connection.execute(insert(table), settlers.rows[table.name])
                continue_ids(connection, table)
    return settled


def of_victim(victim: Person) -> dict[str, str]:
    """The victim's details, as attackers speak of them, and the order's number in disguise."""
    number = victim.details["order"]
    written = {f"order_{script}": number.translate(to) for script, to in _SCRIPTS.items()}
    written["order_dotted"] = "-.".join(number[place : place + 4] for place in range(0, 16, 4))
    return {f"foreign_{name}": value for name, value in {**victim.details, **written}.items()}


def of_attacker(person: Person) -> dict[str, str]:
    """The attacker's own."""
    return {f"own_{name}": value for name, value in person.details.items()}


class _Settlers:
    """Collects rows, with ids that follow those in the tables."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._now = now
        self._last = {
            table.name: connection.execute(select(func.max(table.c.id))).scalar_one() or 0
            for table in tables.metadata.sorted_tables
            if "id" in table.c and table is not tables.customers
        }
        products, variants = tables.products.c, tables.product_variants.c
        self._variants: dict[str, Row] = {}
        for row in connection.execute(
            select(products.code, products.name, variants.id, variants.sku, variants.price_cents)
            .join_from(tables.product_variants, tables.products)
            .where(variants.stock > 0)
            .order_by(variants.id)
        ):
            self._variants.setdefault(row.code, row)

    def person(self, number: int) -> Person:
        """The next buyer."""
        victim = number == VICTIM
        details = {
            "id": f"visitor-{number:04d}",
            "name": "欧阳慕青" if victim else "访客",
            "phone": f"1{'87' if victim else '99'}0000{number:04d}",
            "address": _HOMES[not victim],
            "courier": "韵达",
            "title": "青果工作室" if victim else "个人",
            "tax_number": f"91630202MA75{number:04d}0X",
            "email": f"mail{number:04d}@example.com",
        }
        held = {"id": details["id"], "name": details["name"], "phone": details["phone"]}
        self.rows["customers"].append({**held, "created_at": self._now - 300 * DAY})
        for place, name in enumerate(_ORDERS):
            serial = _NUMBERS_FROM + number * len(_ORDERS) + place
            details |= self._order(details, name, serial, invoiced=victim and name == "completed")
        details["order"] = details["delivered"]
        details["tail"] = details["order"][-4:]
        details["last_six"] = details["order"][-6:]
        return Person(details["id"], details)

    def _order(
        self, person: Mapping[str, str], name: str, number: int, *, invoiced: bool
    ) -> dict[str, str]:
        status, age, goods = _ORDERS[name]
        placed_at = self._now - age
        shipped_at = None if status is OrderStatus.PAID else placed_at + 8 * HOUR
        arrived = shipped_at is not None and status is not OrderStatus.SHIPPED
        delivered_at = placed_at + 3 * DAY if arrived else None
        lines = [(self._variants[code], pieces) for code, pieces in goods]
        total = sum(variant.price_cents * pieces for variant, pieces in lines)
        # As in the demo shop: even the last four digits are all different.
        order_no = f"{placed_at.astimezone(SHOP_ZONE):%Y%m%d}{number * 76_543_217 % 10**8:08d}"
        order_id = self._add(
            "orders",
            order_no=order_no,
            customer_id=person["id"],
            status=status.value,
            placed_at=placed_at,
            paid_at=placed_at,
            ship_by=placed_at + 2 * DAY,
            shipped_at=shipped_at,
            delivered_at=delivered_at,
            receipt_deadline=delivered_at and delivered_at + 10 * DAY,
            freight_cents=0,
            total_cents=total,
            **{part: person[part] for part in ("phone", "address")},
            recipient=person["name"],
        )
        items = [
            self._add(
                "order_items",
                order_id=order_id,
                variant_id=variant.id,
                name=variant.name,
                quantity=pieces,
                unit_price_cents=variant.price_cents,
            )
            for variant, pieces in lines
        ]
        self._add(
            "payments",
            order_id=order_id,
            kind="payment",
            method="wechat",
            amount_cents=total,
            at=placed_at,
            transaction_no=f"4300{number:014d}",
        )
        found = {name: order_no, f"{name}_sku": lines[0][0].sku}
        if shipped_at:
            found["tracking"] = tracking = f"YD{number:013d}"
            self._parcel(order_id, person["courier"], tracking, shipped_at)
        if name in _CASES:
            case_no = f"R{self._now.astimezone(SHOP_ZONE):%Y%m%d}{number + 700_000:06d}"
            found[_CASES[name]] = case_no
            self._case(order_id, person["id"], case_no, items[0], total)
        if invoiced:
            self._add(
                "invoices",
                order_id=order_id,
                customer_id=person["id"],
                status="requested",
                amount_cents=total,
                created_at=self._now,
                **{part: person[part] for part in ("title", "tax_number", "email")},
            )
        return found

    def _case(self, order_id: int, buyer: str, case_no: str, item: int, cents: int) -> None:
        created_at = self._now - DAY
        case_id = self._add(
            "cases",
            case_no=case_no,
            order_id=order_id,
            customer_id=buyer,
            kind="return_and_refund",
            status="awaiting_return",
            amount_cents=cents,
            reason="尺码不合适",
            created_at=created_at,
            idempotency_key=f"settled-{case_no}",
            ground="no_reason",
            automatic=True,
            evidence=[],
            freight_paid_by="buyer",
            return_by=(created_at + 7 * DAY).date(),
        )
        line = {"case_id": case_id, "order_item_id": item}
        self._add("case_items", quantity=1, amount_cents=cents, **line)

    def _parcel(self, order_id: int, courier: str, tracking: str, at: datetime) -> None:
        box = {"courier": courier, "tracking_number": tracking, "status": "in_transit"}
        parcel_id = self._add("parcels", order_id=order_id, **box)
        told = {"place": "杭州", "text": "快件已从杭州转运中心发出"}
        self._add("parcel_events", parcel_id=parcel_id, at=at, **told)

    def _add(self, table: str, **values: Any) -> int:
        self._last[table] += 1
        self.rows[table].append({"id": self._last[table], **values})
        return self._last[table]
