"""An order to quote for, at noon of 20 November 2026 in Shanghai, delivered two days before."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kefu.errors import RefusedError
from kefu.orders.commands import Command, Quote, QuoteLine
from kefu.orders.facts import CaseFacts, ItemFacts, OrderFacts, PaymentFacts, VariantFacts
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.quoting import quote
from kefu.orders.shop_rules import ShopRules, shop_rules
from kefu.orders.status import CaseStatus, OrderStatus

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
NO = "2026111512348346"

BEDDING = ItemFacts("bed-1", "四件套", "bed", "bedding", 1, 12_000, 12_000)
SHIRTS = ItemFacts("shirt-m", "短袖", "shirt", "clothing", 2, 8_000, 8_000)
ORANGES = ItemFacts("orange-5", "脐橙", "orange", "fresh", 1, 4_000, 4_000)
OTHER = VariantFacts("bed-2", "bed", "豆沙粉 1.8米", 12_000, 5)


def order(
    status: OrderStatus = OrderStatus.DELIVERED, *items: ItemFacts, freight: int = 800, **more: Any
) -> OrderFacts:
    """Placed and paid five days ago, shipped four days ago, delivered two days ago, as it stands.

    Without items it is one set of bedding for 120 yuan; freight is 8 yuan.
    """
    items = items or (BEDDING,)
    total = freight + sum(item.quantity * item.unit_price_cents for item in items)
    total = more.pop("total", total)
    paid = status not in (OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED)
    shipped = status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED)
    arrived = status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
    values: dict[str, Any] = {
        "order_no": NO,
        "status": status,
        "placed_at": NOW - 5 * DAY,
        "items": items,
        "total_cents": total,
        "freight_cents": freight,
        "paid_at": NOW - 5 * DAY if paid else None,
        "ship_by": NOW - 3 * DAY if paid else None,
        "shipped_at": NOW - 4 * DAY if shipped else None,
        "delivered_at": NOW - 2 * DAY if arrived else None,
        "address": "浙江省杭州市西湖区青禾路18号3单元502",
        "payments": (PaymentFacts("payment", total),) if paid and total else (),
        **more,
    }
    return OrderFacts(**values)


def delivered(ago: timedelta, *items: ItemFacts, **more: Any) -> OrderFacts:
    """A delivered order that arrived so long ago."""
    return order(
        OrderStatus.DELIVERED,
        *items,
        **{"delivered_at": NOW - ago, "paid_at": NOW - ago - 3 * DAY, **more},
    )


def case(
    kind: Any = "return_and_refund",
    status: CaseStatus = CaseStatus.AWAITING_RETURN,
    amount: int = 12_000,
    *lines: tuple[str, int, int],
    **more: Any,
) -> CaseFacts:
    """A case of the order."""
    case_no = more.pop("case_no", "R20261119000001")
    return CaseFacts(
        case_no, kind, status, amount, lines=tuple(QuoteLine(*line) for line in lines), **more
    )


def ask(
    command: Command, facts: OrderFacts, *, now: datetime = NOW, rules: ShopRules | None = None
) -> Quote:
    """The quote."""
    return quote(command, facts, now, SHOP_ZONE, rules or shop_rules())


def refusal(command: Command, facts: OrderFacts, *, now: datetime = NOW) -> RefusedError:
    """The refusal; a quote fails the test."""
    with pytest.raises(RefusedError) as refused:
        ask(command, facts, now=now)
    return refused.value


def tuned(path: str, value: Any) -> ShopRules:
    """The shop's rules with one of them changed: `automatic_up_to_cents.cancel`."""
    part, field = path.rsplit(".", 1)
    rules = shop_rules()
    data = rules.dict()
    node = data
    for name in part.split("."):
        node = node[name]
    node[field] = value
    return ShopRules.parse_obj(data)
