"""Receipts, invoices, and what a buyer does with an open case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kefu.errors import OrderError, OrderNotFoundError
from kefu.orders.commands import (
    ConfirmReceipt,
    ExtendReceipt,
    RequestInvoice,
    ReturnSent,
    WithdrawCase,
)
from kefu.orders.facts import InvoiceFacts, PaymentFacts
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.quoting.receipts import receipt_deadline
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import (
    DAY,
    HOUR,
    NO,
    NOW,
    SECOND,
    ask,
    case,
    delivered,
    order,
    refusal,
)

EXTEND, CONFIRM = ExtendReceipt(NO), ConfirmReceipt(NO)
CASE_NO = "R20261119000001"
SENT = ReturnSent(CASE_NO, "中通", "7870 1234-567890")
INVOICE = RequestInvoice(NO, "王小明", email="buyer@example.com")
COMPANY = replace(INVOICE, title="青禾贸易有限公司", tax_number="91330700ma2abcde4x")


def test_a_receipt_confirms_itself_at_the_end_of_the_tenth_day() -> None:
    deadline = receipt_deadline(NOW, SHOP_ZONE, shop_rules())
    assert deadline.astimezone(SHOP_ZONE).isoformat() == "2026-12-01T00:00:00+08:00"


def test_three_days_more_in_the_last_three_days() -> None:
    deadline = receipt_deadline(NOW - 8 * DAY, SHOP_ZONE, shop_rules())
    answer = ask(EXTEND, delivered(8 * DAY, receipt_deadline=deadline))
    assert answer.until == date(2026, 11, 25)
    assert "11月25日" in answer.summary
    assert ask(EXTEND, delivered(8 * DAY)).until == answer.until


def test_an_extension_opens_three_days_before_and_ends_at_the_deadline() -> None:
    soon = order(receipt_deadline=NOW + 3 * DAY)
    assert ask(EXTEND, soon)
    assert refusal(EXTEND, replace(soon, receipt_deadline=NOW + 3 * DAY + SECOND)).code == (
        "receipt.early"
    )
    assert refusal(EXTEND, replace(soon, receipt_deadline=NOW)).code == "receipt.over"


def test_a_second_extension_is_for_a_person() -> None:
    facts = order(receipt_deadline=NOW + DAY, receipt_extensions=1)
    told = refusal(EXTEND, facts)
    assert told.code == "receipt.again"
    assert "7天" in told.reason


def test_what_is_on_its_way_does_not_confirm_itself() -> None:
    assert "不会自动确认" in refusal(EXTEND, order(OrderStatus.SHIPPED)).reason


@pytest.mark.parametrize(
    ("status", "words"),
    [(OrderStatus.DELIVERED, "不影响售后"), (OrderStatus.SHIPPED, "还没有显示签收")],
)
def test_confirming_says_what_it_means(status: OrderStatus, words: str) -> None:
    assert words in ask(CONFIRM, order(status)).summary


@pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.COMPLETED])
def test_nothing_to_confirm(status: OrderStatus) -> None:
    assert refusal(CONFIRM, order(status)).reason


@pytest.mark.parametrize("status", [CaseStatus.REVIEWING, CaseStatus.AWAITING_RETURN])
def test_a_case_is_withdrawn_and_the_order_goes_on(status: CaseStatus) -> None:
    facts = order(
        OrderStatus.REFUNDING,
        cases=(case(status=status),),
        shipped_at=NOW - 4 * DAY,
        delivered_at=NOW - 2 * DAY,
    )
    answer = ask(WithdrawCase(CASE_NO), facts)
    assert (answer.event, answer.order_no) == ("withdraw_case", NO)
    assert "恢复成已签收" in answer.summary


def test_withdrawing_what_is_no_refund_leaves_the_order_alone() -> None:
    answer = ask(WithdrawCase(CASE_NO), order(cases=(case("exchange", amount=0),)))
    assert answer.event == ""


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (CaseStatus.RETURNING, "寄回的路上"),
        (CaseStatus.PAYING, "重新下单"),
        (CaseStatus.REFUNDED, "退款结束"),
        (CaseStatus.WITHDRAWN, "已经撤销"),
    ],
)
def test_too_late_to_withdraw(status: CaseStatus, words: str) -> None:
    facts = order(OrderStatus.REFUNDING, cases=(case(status=status),))
    assert words in refusal(WithdrawCase(CASE_NO), facts).reason


def test_a_case_of_another_order_is_none() -> None:
    for command in (WithdrawCase("R1"), replace(SENT, case_no="R1")):
        with pytest.raises(OrderNotFoundError):
            ask(command, order(cases=(case(),)))


def test_a_return_is_told_with_its_number() -> None:
    facts = order(OrderStatus.REFUNDING, cases=(case(),))
    answer = ask(SENT, facts)
    assert answer.command == replace(SENT, tracking_number="78701234567890")
    assert "78701234567890" in answer.summary
    exchange = order(cases=(case("exchange", CaseStatus.RETURNING, 0),))
    assert "寄出新的" in ask(SENT, exchange).summary


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tracking_number": "没有"}, "case.bad_tracking"),
        ({"tracking_number": "ABCDEFG"}, "case.bad_tracking"),
        ({"tracking_number": "1" * 31}, "case.bad_tracking"),
        ({"tracking_number": "SF12345'--"}, "case.bad_tracking"),
        ({"courier": " "}, "case.bad_courier"),
        ({"courier": "中" * 33}, "case.bad_courier"),
    ],
)
def test_numbers_that_no_courier_gives(change: dict[str, Any], code: str) -> None:
    facts = order(OrderStatus.REFUNDING, cases=(case(),))
    assert refusal(replace(SENT, **change), facts).code == code


def test_nothing_to_send_for_what_a_person_still_looks_at() -> None:
    facts = order(OrderStatus.REFUNDING, cases=(case(status=CaseStatus.REVIEWING),))
    assert "等审核通过" in refusal(SENT, facts).reason
    unshipped = order(OrderStatus.REFUNDING, cases=(case("refund_only", CaseStatus.PAYING),))
    assert "不需要再寄回" in refusal(SENT, unshipped).reason


def test_an_invoice_is_over_what_was_paid_and_not_paid_back() -> None:
    facts = order(payments=(PaymentFacts("payment", 12_800), PaymentFacts("refund", 2_000)))
    answer = ask(INVOICE, facts)
    assert answer.amount_cents == 10_800
    for words in ("王小明", "¥108.00", "buyer@example.com"):
        assert words in answer.summary


def test_a_company_needs_its_tax_number() -> None:
    answer = ask(COMPANY, order())
    assert answer.command.tax_number == "91330700MA2ABCDE4X"  # type: ignore[union-attr]
    assert "9133**********DE4X" in answer.summary
    assert "91330700" not in answer.summary
    assert refusal(replace(COMPANY, tax_number=None), order()).code == (
        "invoice.company_without_tax_number"
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "'; DROP"}, "invoice.bad_title"),
        ({"title": "王" * 101}, "invoice.bad_title"),
        ({"tax_number": "9133070"}, "invoice.bad_tax_number"),
        ({"tax_number": "91330700-2ABCDE4X1"}, "invoice.bad_tax_number"),
        ({"email": "buyer@example"}, "invoice.bad_email"),
        ({"email": "a@b.com, c@d.com"}, "invoice.bad_email"),
    ],
)
def test_what_no_invoice_can_say(change: dict[str, Any], code: str) -> None:
    assert refusal(replace(INVOICE, **change), order()).code == code


def test_within_180_days_of_completion_and_once() -> None:
    done = order(OrderStatus.COMPLETED, receipt_deadline=NOW - 180 * DAY)
    assert ask(INVOICE, done)
    assert refusal(INVOICE, replace(done, receipt_deadline=NOW - 181 * DAY)).code == (
        "invoice.too_late"
    )
    told = refusal(INVOICE, replace(done, invoices=(InvoiceFacts("王小明"),)))
    assert told.code == "invoice.again"
    assert "王小明" in told.reason


def test_nothing_paid_nothing_to_invoice() -> None:
    assert refusal(INVOICE, order(payments=())).code == "invoice.nothing"


def test_orders_are_not_confused() -> None:
    with pytest.raises(OrderError, match="facts"):
        ask(replace(EXTEND, order_no="2026111500000000"), order(receipt_deadline=NOW + HOUR))
