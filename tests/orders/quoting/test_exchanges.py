"""Another size or colour: the same goods at the same price, once, in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kefu.orders.commands import QuoteLine, RequestExchange
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import (
    BEDDING,
    DAY,
    NO,
    NOW,
    ORANGES,
    OTHER,
    ask,
    case,
    delivered,
    order,
    refusal,
)

SWAP = RequestExchange(NO, "bed-1", "bed-2", "大了")


def test_the_buyer_sends_back_and_the_shop_sends_anew() -> None:
    answer = ask(SWAP, order(wanted=OTHER))
    assert (answer.kind, answer.amount_cents, answer.freight_paid_by, answer.automatic) == (
        "exchange",
        0,
        "buyer",
        True,
    )
    assert answer.until == date(2026, 11, 27)
    assert answer.lines == (QuoteLine("bed-1", 1, 0),)
    for words in ("四件套", "豆沙粉 1.8米", "11月27日前寄出", "48小时内", "由您承担"):
        assert words in answer.summary


def test_faulty_goods_are_exchanged_at_the_shops_cost_also_for_the_same() -> None:
    answer = ask(replace(SWAP, new_sku="bed-1", reason="有个洞，质量太差"), delivered(14 * DAY))
    assert (answer.freight_paid_by, answer.automatic, answer.ground) == ("shop", False, "defect")
    missing = ask(replace(SWAP, new_sku="bed-1", reason="少发了枕套"), delivered(DAY))
    assert (missing.freight_paid_by, missing.ground) == (None, "missing")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (None, "exchange.unknown_variant"),
        (replace(OTHER, sku="bed-3"), "exchange.unknown_variant"),
        (replace(OTHER, product="quilt"), "exchange.other_goods"),
        (replace(OTHER, price_cents=13_000), "exchange.other_price"),
        (replace(OTHER, stock=0), "exchange.no_stock"),
    ],
)
def test_variants_that_will_not_do(wanted: object, code: str) -> None:
    assert refusal(SWAP, order(wanted=wanted)).code == code


def test_a_price_is_the_same_as_then_or_as_now() -> None:
    dearer = replace(BEDDING, current_price_cents=13_000)
    facts = order(OrderStatus.DELIVERED, dearer, wanted=replace(OTHER, price_cents=13_000))
    assert ask(SWAP, facts)


def test_the_same_variant_is_no_exchange() -> None:
    assert refusal(replace(SWAP, new_sku="bed-1"), order(wanted=OTHER)).code == "exchange.same"


def test_after_seven_days_only_faults_are_exchanged() -> None:
    assert ask(SWAP, delivered(7 * DAY, wanted=OTHER))
    assert refusal(SWAP, delivered(8 * DAY, wanted=OTHER)).code == "exchange.too_late"


def test_once_an_order_unless_it_came_to_nothing() -> None:
    done = case("exchange", CaseStatus.EXCHANGED, 0, ("bed-1", 1, 0), ground="no_reason")
    assert refusal(SWAP, order(wanted=OTHER, cases=(done,))).code == "exchange.again"
    withdrawn = replace(done, status=CaseStatus.WITHDRAWN)
    assert ask(SWAP, order(wanted=OTHER, cases=(withdrawn,)))


def test_goods_that_cannot_go_back_cannot_be_swapped() -> None:
    command = replace(SWAP, sku="orange-5")
    facts = order(OrderStatus.DELIVERED, ORANGES, wanted=OTHER)
    assert refusal(command, facts).code == "exchange.excluded"


@pytest.mark.parametrize(
    ("status", "words"),
    [(OrderStatus.PAID, "直接改规格"), (OrderStatus.SHIPPED, "收到以后")],
)
def test_before_arrival_another_way_is_named(status: OrderStatus, words: str) -> None:
    assert words in refusal(SWAP, order(status, wanted=OTHER)).reason


def test_goods_that_were_refunded_cannot_be_swapped() -> None:
    gone = case("refund_only", CaseStatus.REFUNDED, 12_000, ("bed-1", 1, 12_000))
    facts = order(wanted=OTHER, cases=(gone,), placed_at=NOW - 6 * DAY)
    assert refusal(SWAP, facts).code == "order.nothing_left"
