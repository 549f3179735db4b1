"""The orders of the demo shop, as conversations speak of them: `{order.tail}`, `{order.total}`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select

from kefu.orders import tables
from kefu.orders.database import reading
from kefu.orders.money import format_money
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.status import CaseStatus
from tests.servers.assistant import Assistant

_PLACES = "零一二三四五"


class Cents(int):
    """An amount; `.money` is how buyers read it."""

    @property
    def money(self) -> str:
        """¥129.00"""
        return format_money(self)


@dataclass(frozen=True)
class Variant:
    """What is sold of a product."""

    sku: str
    code: str
    name: str
    category: str
    color: str
    size: str
    price_cents: int
    stock: int


@dataclass(frozen=True)
class Line:
    """Goods of an order. `sold`: all variants of the same product."""

    variant: Variant
    quantity: int
    unit_price_cents: int
    sold: tuple[Variant, ...]

    @property
    def cents(self) -> Cents:
        """What the line costs."""
        return Cents(self.quantity * self.unit_price_cents)

    def other(self, differs: str) -> Variant | None:
        """Another variant at the same price, with enough pieces, that differs in that alone."""
        own = self.variant
        same = "color" if differs == "size" else "size"
        for one in self.sold:
            if (
                one.sku != own.sku
                and getattr(one, same) == getattr(own, same)
                and one.price_cents == self.unit_price_cents == own.price_cents
                and one.stock >= self.quantity
            ):
                return one
        return None


@dataclass(frozen=True)
class Held:
    """An order, written as its number. `line` is what a conversation is about."""

    id: int
    number: str
    buyer: str
    status: str
    total: Cents
    freight: Cents
    bought_days_ago: int
    came_days_ago: int | None
    overdue: bool
    case: str
    lines: tuple[Line, ...]
    at: int = 0
    place: str = ""
    into: Variant | None = None

    def __str__(self) -> str:
        return self.number

    @property
    def case_is_open(self) -> bool:
        """Whether its newest case is not closed."""
        return bool(self.case) and not CaseStatus(self.case.split()[1]).closed

    @property
    def tail(self) -> str:
        """The last four digits."""
        return self.number[-4:]

    @property
    def goods(self) -> Cents:
        """What the goods cost."""
        return Cents(self.total - self.freight)

    @property
    def coupon(self) -> Cents:
        """For late dispatch: five percent of what was paid, from 5 to 50 yuan."""
        return Cents(min(max(self.total * 5 // 100, 500), 5000))

    @property
    def line(self) -> Line:
        """The line that the conversation is about."""
        return self.lines[self.at]

    @property
    def rest(self) -> Line:
        """The first of the other lines."""
        return self.lines[0 if self.at else 1]

    @cached_property
    def line_place(self) -> str:
        """Its place among the lines."""
        return _PLACES[self.at + 1]


def said_place(place: int) -> str:
    """1 is 一."""
    return _PLACES[place]


def held_orders(assistant: Assistant, now: datetime) -> list[Held]:
    """All orders of the shop, newest first."""
    t, today = tables, now.astimezone(SHOP_ZONE).date()

    def days_since(at: datetime) -> int:
        return (today - at.astimezone(SHOP_ZONE).date()).days

    with reading(assistant.engine) as connection:
        products = {row.id: row for row in connection.execute(select(t.products))}
        variants = {}
        of_product = defaultdict(list)
        for row in connection.execute(select(t.product_variants).order_by(t.product_variants.c.id)):
            product = products[row.product_id]
            variants[row.id] = one = Variant(
                row.sku, product.code, product.name, product.category,
                row.color, row.size, row.price_cents, row.stock,
            )  # fmt: skip
            of_product[product.code].append(one)
        lines = defaultdict(list)
        for row in connection.execute(select(t.order_items).order_by(t.order_items.c.id)):
            own = variants[row.variant_id]
            sold = tuple(of_product[own.code])
            lines[row.order_id].append(Line(own, row.quantity, row.unit_price_cents, sold))
        cases = {
            row.order_id: f"{row.kind} {row.status}"
            for row in connection.execute(select(t.cases).order_by(t.cases.c.id))
        }
        orders = connection.execute(select(t.orders).order_by(t.orders.c.placed_at.desc())).all()
    return [
        Held(
            id=row.id,
            number=row.order_no,
            buyer=row.customer_id,
            status=row.status,
            total=Cents(row.total_cents),
            freight=Cents(row.freight_cents),
            bought_days_ago=days_since(row.placed_at),
            came_days_ago=None if row.delivered_at is None else days_since(row.delivered_at),
            overdue=row.status == "paid" and row.ship_by < now,
            case=cases.get(row.id, ""),
            lines=tuple(lines[row.id]),
        )
        for row in orders
    ]
