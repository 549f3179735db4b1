"""What is left of an order's money, and what paying a case back means for the order."""

from __future__ import annotations

import pytest

from kefu.orders.commands import QuoteLine
from kefu.orders.facts import PaymentFacts
from kefu.orders.quoting import left_cents, refund_event, remaining
from kefu.orders.quoting.money import cut, remaining_freight
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import BEDDING, SHIRTS, case, order

HALF = ("bed-1", 1, 12_000)
REST = ("shirt-m", 2, 16_000)


def test_what_an_open_case_promises_is_no_longer_left() -> None:
    promise = case("compensation", CaseStatus.REVIEWING, 2_000, ground="price_drop")
    assert left_cents(order(cases=(promise,))) == 10_800
    kept = case("compensation", CaseStatus.WITHDRAWN, 2_000, ground="price_drop")
    assert left_cents(order(cases=(kept,))) == 12_800


def test_a_promised_coupon_is_no_money() -> None:
    coupon = case("compensation", CaseStatus.PAYING, 500, ground="late", tender="coupon")
    assert left_cents(order(cases=(coupon,))) == 12_800


def test_what_was_paid_back_is_no_longer_left() -> None:
    moved = (PaymentFacts("payment", 12_800), PaymentFacts("refund", 12_000))
    assert left_cents(order(payments=moved)) == 800
    assert left_cents(order(payments=())) == 0


@pytest.mark.parametrize(
    ("status", "kind", "gone"),
    [
        (CaseStatus.REFUNDED, "refund_only", True),
        (CaseStatus.AWAITING_RETURN, "return_and_refund", True),
        (CaseStatus.WITHDRAWN, "return_and_refund", False),
        (CaseStatus.EXPIRED, "return_and_refund", False),
        (CaseStatus.EXCHANGED, "exchange", False),
        (CaseStatus.PAYING, "exchange", True),  # there was nothing to exchange for
        (CaseStatus.REFUNDED, "compensation", False),
    ],
)
def test_which_cases_take_the_goods(status: CaseStatus, kind: str, gone: bool) -> None:
    facts = order(OrderStatus.DELIVERED, BEDDING, SHIRTS, cases=(case(kind, status, 12_000, HALF),))
    assert ("bed-1" in [line.sku for line in remaining(facts)]) is not gone


def test_a_refund_without_lines_took_everything() -> None:
    whole = case("return_and_refund", CaseStatus.REFUNDED, 12_000)
    assert remaining(order(cases=(whole,))) == ()


def test_what_of_a_refund_is_in_no_line_was_freight() -> None:
    refunded = case("refund_only", CaseStatus.REFUNDED, 12_300, HALF)
    assert remaining_freight(order(OrderStatus.DELIVERED, BEDDING, SHIRTS)) == 800
    assert (
        remaining_freight(order(OrderStatus.DELIVERED, BEDDING, SHIRTS, cases=(refunded,))) == 500
    )


def test_the_last_goods_end_the_order() -> None:
    first = case("refund_only", CaseStatus.REFUNDED, 12_000, HALF, case_no="R1")
    last = case("refund_only", CaseStatus.PAYING, 16_000, REST, case_no="R2")
    facts = order(OrderStatus.REFUNDING, BEDDING, SHIRTS, cases=(first,))
    assert refund_event(facts, "R1") == "refund_part_paid"
    both = order(OrderStatus.REFUNDING, BEDDING, SHIRTS, cases=(last, first))
    assert refund_event(both, "R2") == "refund_paid"
    whole = case("refund_only", CaseStatus.PAYING, 28_800, case_no="R3")
    assert refund_event(order(OrderStatus.REFUNDING, cases=(whole,)), "R3") == "refund_paid"


def test_lines_are_cut_to_what_is_left() -> None:
    lines = (QuoteLine("a", 1, 300), QuoteLine("b", 1, 100))
    assert cut(lines, 500) == lines
    assert [line.amount_cents for line in cut(lines, 200)] == [150, 50]
    assert cut(lines, 0) == (QuoteLine("a", 1, 0), QuoteLine("b", 1, 0))
