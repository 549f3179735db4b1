"""Faulty, wrong and missing goods: always for a person, never at the buyer's cost, in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kefu.orders.commands import QuoteLine, ReportProblem
from kefu.orders.facts import ItemFacts
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import (
    BEDDING,
    DAY,
    HOUR,
    NO,
    ORANGES,
    SECOND,
    SHIRTS,
    ask,
    case,
    delivered,
    order,
    refusal,
)

BROKEN = ReportProblem(NO, "defect", "refund", description="有个洞")
CHEAP = ItemFacts("cup-1", "小碟", "cup", "kitchenware", 1, 2_999)
AIR_FRYER = ItemFacts("fry-1", "空气炸锅", "fry", "appliances", 1, 19_900)


@pytest.mark.parametrize(
    ("problem", "wish", "item", "kind", "freight", "amount"),
    [
        ("defect", "refund", BEDDING, "return_and_refund", "shop", 12_800),
        ("defect", "refund", ORANGES, "refund_only", None, 4_800),
        ("defect", "refund", CHEAP, "refund_only", None, 3_799),
        ("defect", "exchange", BEDDING, "exchange", "shop", 0),
        ("defect", "compensation", BEDDING, "compensation", None, 0),
        ("wrong_item", "refund", BEDDING, "return_and_refund", "shop", 12_800),
        ("wrong_item", "exchange", BEDDING, "exchange", "shop", 0),
        ("missing", "refund", BEDDING, "refund_only", None, 12_800),
        ("missing", "exchange", BEDDING, "exchange", None, 0),
        ("missing", "compensation", BEDDING, "compensation", None, 0),
    ],
)
def test_what_each_wish_leads_to(
    problem: Any, wish: Any, item: ItemFacts, kind: str, freight: str | None, amount: int
) -> None:
    facts = delivered(20 * HOUR, item)
    answer = ask(ReportProblem(NO, problem, wish), facts)
    assert (answer.kind, answer.freight_paid_by, answer.amount_cents) == (kind, freight, amount)
    assert (answer.ground, answer.automatic) == (problem, False)


def test_only_some_goods_of_the_order() -> None:
    facts = delivered(DAY, BEDDING, SHIRTS)
    answer = ask(replace(BROKEN, skus=("shirt-m",)), facts)
    assert answer.amount_cents == 16_000  # the freight stays paid
    assert answer.lines == (QuoteLine("shirt-m", 2, 16_000),)
    exchange = ask(replace(BROKEN, wish="exchange", skus=("shirt-m",)), facts)
    assert exchange.lines == (QuoteLine("shirt-m", 2, 0),)


@pytest.mark.parametrize(
    ("item", "problem", "wish", "last"),
    [
        (ORANGES, "defect", "refund", 24 * HOUR),
        (replace(ORANGES, category="flowers"), "defect", "refund", 24 * HOUR),
        (replace(ORANGES, category="snacks"), "defect", "refund", 48 * HOUR),
        (replace(ORANGES, category="engraved"), "defect", "exchange", 48 * HOUR),
        (BEDDING, "wrong_item", "exchange", 48 * HOUR),
        (BEDDING, "missing", "refund", 48 * HOUR),
    ],
)
def test_hours_count_from_the_minute(
    item: ItemFacts, problem: Any, wish: Any, last: timedelta
) -> None:
    command = ReportProblem(NO, problem, wish)
    assert ask(command, delivered(last - SECOND, item))
    assert refusal(command, delivered(last, item)).code == "problem.too_late"


def test_after_seven_days_a_fault_is_exchanged_and_after_fifteen_repaired() -> None:
    assert ask(BROKEN, delivered(7 * DAY, AIR_FRYER))
    told = refusal(BROKEN, delivered(8 * DAY, AIR_FRYER))
    assert told.code == "problem.exchange_instead"
    assert "15天内可以换新" in told.reason
    exchange = replace(BROKEN, wish="exchange")
    assert ask(exchange, delivered(15 * DAY, AIR_FRYER))
    told = refusal(exchange, delivered(16 * DAY, AIR_FRYER))
    assert told.code == "problem.warranty"
    assert "1年保修期" in told.reason
    assert refusal(BROKEN, delivered(400 * DAY, AIR_FRYER)).code == "problem.warranty_over"


def test_goods_without_warranty_end_with_their_days() -> None:
    nameless = replace(BEDDING, category="unheard_of")
    assert refusal(BROKEN, delivered(20 * DAY, nameless)).code == "problem.too_late"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (OrderStatus.PAID, "problem.not_shipped"),
        (OrderStatus.SHIPPED, "problem.not_arrived"),
        (OrderStatus.REFUNDING, "refused_order.request_refund.refunding"),
        (OrderStatus.CANCELLED, "refused_order.request_refund.cancelled"),
    ],
)
def test_nothing_can_be_wrong_with_what_is_not_there(status: OrderStatus, code: str) -> None:
    assert refusal(BROKEN, order(status)).code == code


def test_photographs_are_asked_for_until_there_are_some() -> None:
    assert "请拍好快递面单、外包装和坏的地方的照片" in ask(BROKEN, order()).summary
    assert "照片" not in ask(replace(BROKEN, evidence=("https://img/1.jpg",)), order()).summary


def test_goods_that_were_refunded_are_no_longer_there() -> None:
    gone = case("refund_only", CaseStatus.REFUNDED, 12_000, ("bed-1", 1, 12_000))
    for wish in ("refund", "exchange", "compensation"):
        command = replace(BROKEN, wish=wish, skus=("bed-1",))  # type: ignore[arg-type]
        facts = order(OrderStatus.DELIVERED, BEDDING, SHIRTS, cases=(gone,))
        assert refusal(command, facts).code == "order.nothing_left"
