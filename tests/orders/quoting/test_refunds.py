"""Cancelling, returning, and parcels that never came: who gets how much back, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone

import pytest

from kefu.orders.commands import CancelOrder, QuoteLine, RequestRefund
from kefu.orders.facts import ItemFacts, PaymentFacts
from kefu.orders.quoting import reports_fault
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import (
    BEDDING,
    DAY,
    NO,
    NOW,
    ORANGES,
    SECOND,
    SHIRTS,
    ask,
    case,
    delivered,
    order,
    refusal,
    tuned,
)

CANCEL = CancelOrder(NO, "拍错了")
REFUND = RequestRefund(NO, "不喜欢")
LOST = RequestRefund(NO, "没收到", received=False)
ARRIVED = datetime(2026, 11, 10, 2, 0, tzinfo=timezone.utc)  # 10:00 in Shanghai
LAST_SECOND = datetime(2026, 11, 17, 15, 59, 59, tzinfo=timezone.utc)  # of 17 November there


def test_an_unpaid_order_is_called_off_without_a_case() -> None:
    answer = ask(CANCEL, order(OrderStatus.PENDING_PAYMENT))
    assert (answer.kind, answer.amount_cents, answer.automatic) == ("cancel_order", 0, True)


@pytest.mark.parametrize("command", [CANCEL, REFUND])
def test_an_unshipped_order_is_paid_back_whole_at_no_cost(command: object) -> None:
    answer = ask(command, order(OrderStatus.PAID))  # type: ignore[arg-type]
    assert (answer.kind, answer.amount_cents, answer.freight_paid_by, answer.automatic) == (
        "refund_only",
        12_800,
        None,
        True,
    )
    assert "¥128.00" in answer.summary
    assert "不收任何费用" in answer.summary
    assert answer.lines == (QuoteLine("bed-1", 1, 12_000),)


def test_excluded_goods_that_were_not_shipped_are_paid_back_too() -> None:
    assert ask(REFUND, order(OrderStatus.PAID, ORANGES)).amount_cents == 4_800


def test_a_fault_heard_of_does_not_stop_the_refund_of_unshipped_goods() -> None:
    answer = ask(replace(REFUND, reason="听说质量不好"), order(OrderStatus.PAID))
    assert answer.ground == "unshipped"


def test_dear_orders_can_be_looked_at_first() -> None:
    rules = tuned("automatic_up_to_cents.cancel", 10_000)
    answer = ask(CANCEL, order(OrderStatus.PAID), rules=rules)
    assert not answer.automatic
    assert "人工客服会在24小时内审核" in answer.summary


def test_a_part_of_an_unshipped_order_is_for_a_person_and_leaves_the_freight_paid() -> None:
    answer = ask(replace(REFUND, skus=("shirt-m",)), order(OrderStatus.PAID, BEDDING, SHIRTS))
    assert (answer.amount_cents, answer.automatic) == (16_000, False)
    assert "短袖（2件）" in answer.summary
    assert answer.lines == (QuoteLine("shirt-m", 2, 16_000),)


def test_coupons_are_shared_out_among_the_goods_to_the_cent() -> None:
    facts = order(OrderStatus.PAID, BEDDING, SHIRTS, total=28_800 - 1_001)
    parts = [ask(replace(REFUND, skus=(sku,)), facts).amount_cents for sku in ("bed-1", "shirt-m")]
    assert parts == [11_571, 15_428]
    assert sum(parts) + 800 == facts.total_cents


@pytest.mark.parametrize("status", [OrderStatus.DELIVERED, OrderStatus.COMPLETED])
def test_within_seven_days_goods_go_back_at_the_buyers_freight(status: OrderStatus) -> None:
    answer = ask(REFUND, order(status, delivered_at=ARRIVED), now=LAST_SECOND)
    assert (answer.kind, answer.amount_cents, answer.freight_paid_by, answer.automatic) == (
        "return_and_refund",
        12_000,
        "buyer",
        True,
    )
    for words in ("¥120.00", "订单运费¥8.00不退", "11月17日截止", "11月24日前寄出", "由您承担"):
        assert words in answer.summary
    assert answer.until == date(2026, 11, 24)


def test_the_seventh_day_ends_at_midnight_in_the_shops_zone() -> None:
    facts = order(delivered_at=ARRIVED)
    assert ask(REFUND, facts, now=LAST_SECOND)
    late = refusal(REFUND, facts, now=LAST_SECOND + SECOND)
    assert late.code == "refund.too_late"
    assert "超过7天" in late.reason
    assert "11月17日截止" in late.reason


def test_the_number_of_days_can_be_tuned() -> None:
    rules = tuned("no_reason.period", {"days": 15})
    assert ask(REFUND, order(delivered_at=ARRIVED), now=LAST_SECOND + 8 * DAY, rules=rules)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (OrderStatus.PENDING_PAYMENT, "没有付款"),
        (OrderStatus.SHIPPED, "拒收"),
        (OrderStatus.CANCELLED, "已经取消"),
        (OrderStatus.REFUNDING, "R20261119000001"),
        (OrderStatus.REFUNDED, "已经退过款"),
    ],
)
def test_other_states_are_refused_with_what_helps(status: OrderStatus, words: str) -> None:
    assert words in refusal(REFUND, order(status, cases=(case(),))).reason


def test_a_delivered_order_without_its_date_needs_a_person() -> None:
    assert refusal(REFUND, order(delivered_at=None)).code == "order.delivery_unknown"


@pytest.mark.parametrize(
    ("category", "words"),
    [("fresh", "生鲜"), ("engraved", "定制"), ("underwear", "贴身"), ("flowers", "鲜花")],
)
def test_some_goods_never_go_back_without_a_reason(category: str, words: str) -> None:
    that = ItemFacts("that", "那件", "that", category, 1, 5_000)
    told = refusal(REFUND, order(OrderStatus.DELIVERED, BEDDING, that))
    assert told.code == "refund.excluded"
    assert words in told.reason
    assert "那件" in told.reason


def test_the_other_goods_of_the_order_go_back_alone() -> None:
    facts = order(OrderStatus.DELIVERED, BEDDING, ORANGES)
    answer = ask(replace(REFUND, skus=("bed-1",)), facts)
    assert answer.amount_cents == 12_000


@pytest.mark.parametrize("category", ["cosmetics", "snacks", "tea", "pet_food"])
def test_some_goods_go_back_only_unopened(category: str) -> None:
    facts = order(OrderStatus.DELIVERED, ItemFacts("c", "洁面乳", "c", category, 1, 6_900))
    assert "洁面乳要没有开封" in ask(REFUND, facts).summary


def test_a_fourth_request_is_for_a_person() -> None:
    earlier = tuple(case(status=CaseStatus.WITHDRAWN, case_no=f"R{n}") for n in range(3))
    assert ask(REFUND, order(cases=earlier[:2]))
    assert refusal(REFUND, order(cases=earlier)).code == "refund.too_often"


def test_an_open_case_is_named() -> None:
    open_case = case("exchange", amount=0)
    told = refusal(REFUND, order(cases=(open_case,)))
    assert told.code == "order.case_open"
    assert open_case.case_no in told.reason


def test_what_was_refunded_is_not_refunded_again() -> None:
    first = case("return_and_refund", CaseStatus.REFUNDED, 12_000, ("bed-1", 1, 12_000))
    facts = order(
        OrderStatus.DELIVERED,
        BEDDING,
        SHIRTS,
        cases=(first,),
        payments=(PaymentFacts("payment", 28_800), PaymentFacts("refund", 12_000)),
    )
    assert ask(REFUND, facts).lines == (QuoteLine("shirt-m", 2, 16_000),)
    assert refusal(replace(REFUND, skus=("bed-1",)), facts).code == "order.nothing_left"


def test_a_price_difference_that_was_paid_back_is_not_refunded_again() -> None:
    difference = case(
        "compensation", CaseStatus.REFUNDED, 2_000, ("bed-1", 1, 2_000), ground="price_drop"
    )
    facts = order(
        OrderStatus.DELIVERED,
        BEDDING,
        SHIRTS,
        cases=(difference,),
        payments=(PaymentFacts("payment", 28_800), PaymentFacts("refund", 2_000)),
    )
    assert ask(replace(REFUND, skus=("bed-1",)), facts).amount_cents == 10_000


def test_a_line_that_the_order_does_not_have() -> None:
    for status in (OrderStatus.PAID, OrderStatus.DELIVERED):
        assert refusal(replace(REFUND, skus=("x",)), order(status)).code == "order.item_unknown"


def test_a_line_named_twice_is_paid_once() -> None:
    assert ask(replace(REFUND, skus=("bed-1", "bed-1")), order()).amount_cents == 12_000


def test_delivered_says_the_courier_and_nothing_came() -> None:
    answer = ask(LOST, order())
    assert (answer.kind, answer.amount_cents, answer.automatic) == ("refund_only", 12_800, False)
    for words in ("已签收", "48小时内给您结论", "¥128.00", "含订单运费¥8.00"):
        assert words in answer.summary
    assert refusal(LOST, delivered(4 * DAY)).code == "refund.not_received_late"


def test_a_parcel_without_news_for_a_week_is_lost() -> None:
    moving = order(OrderStatus.SHIPPED, last_news_at=NOW - 7 * DAY)
    assert refusal(LOST, moving).code == "refund.on_the_way"
    stuck = order(OrderStatus.SHIPPED, last_news_at=NOW - 8 * DAY)
    answer = ask(LOST, stuck)
    assert (answer.ground, answer.event, answer.amount_cents) == (
        "not_received",
        "report_not_received",
        12_800,
    )


def test_nothing_came_because_nothing_was_sent() -> None:
    assert ask(LOST, order(OrderStatus.PAID)).ground == "unshipped"


@pytest.mark.parametrize(
    "reason",
    [
        "收到就是坏的",
        "脐橙发霉了",
        "拉链裂开",
        "发错颜色了",
        "少发了一件",
        "质量太差",
        "耳机没反应",
        "掉色严重",
    ],
)
def test_a_reported_fault_is_looked_at_by_a_person_at_the_shops_cost(reason: str) -> None:
    answer = ask(replace(REFUND, reason=reason), delivered(DAY))
    assert not answer.automatic
    assert answer.freight_paid_by != "buyer"
    assert answer.amount_cents == 12_800
    assert answer.command == replace(REFUND, reason=reason)


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "不喜欢",
        "没有质量问题，就是不想要了",
        "质量挺好的，尺码不合适",
        "没坏，买多了",
        "不是质量问题",
        "没问题，就是颜色不搭",
    ],
)
def test_a_change_of_mind_reports_no_fault(reason: str) -> None:
    assert not reports_fault(reason, shop_rules())
    assert ask(replace(REFUND, reason=reason), order()).ground == "no_reason"
