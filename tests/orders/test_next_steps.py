"""The last words of each write."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest

from kefu.orders.commands import ConfirmReceipt, DelayShipment, ExtendReceipt, RequestInvoice
from kefu.orders.facts import CaseKind
from kefu.orders.next_steps import case_step, done_step
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import DAY, NO, NOW, ask, order

RULES = shop_rules()


@pytest.mark.parametrize("kind", get_args(CaseKind))
@pytest.mark.parametrize("status", CaseStatus)
def test_every_state_of_every_case_says_what_happens_now(kind: CaseKind, status: Any) -> None:
    words = case_step(kind, status, 12_345, RULES)
    assert words.endswith("。")
    assert "{" not in words


def test_money_and_days_are_named() -> None:
    assert "¥123.45" in case_step("refund_only", CaseStatus.PAYING, 12_345, RULES)
    assert "1–3个工作日" in case_step("refund_only", CaseStatus.PAYING, 12_345, RULES)
    waiting = CaseStatus.AWAITING_RETURN
    known = case_step("return_and_refund", waiting, 1, RULES, until=date(2026, 11, 27))
    assert "请在11月27日前" in known
    assert "请在7天内" in case_step("return_and_refund", waiting, 1, RULES)


def test_an_exchange_and_a_coupon_have_their_own_words() -> None:
    assert "寄出新的" in case_step("exchange", CaseStatus.RETURNING, 0, RULES)
    coupon = case_step("compensation", CaseStatus.PAYING, 500, RULES, tender="coupon")
    assert "¥5.00的优惠券" in coupon


@pytest.mark.parametrize(
    ("command", "facts", "words"),
    [
        (ExtendReceipt(NO), order(receipt_deadline=NOW + DAY), "11月24日"),
        (ConfirmReceipt(NO), order(), "订单完成"),
        (RequestInvoice(NO, "王小明"), order(), "3个工作日"),
        (DelayShipment(NO, date(2026, 11, 25)), order(OrderStatus.PAID), "11月25日再发货"),
    ],
)
def test_what_opens_no_case_is_said_to_be_done(command: Any, facts: Any, words: str) -> None:
    assert words in done_step(ask(command, facts), RULES)
