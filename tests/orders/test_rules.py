"""Who gets money back: one order of each state, and the edges of the seven days."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from kefu.errors import RefundRefusedError
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.rules import RefundFacts, RefundRules, quote, reports_fault
from kefu.orders.status import OrderStatus
from kefu.orders.views import RefundQuote

DELIVERED = datetime(2026, 11, 10, 2, 0, tzinfo=timezone.utc)  # 10:00 in Shanghai
LAST_SECOND = datetime(2026, 11, 17, 15, 59, 59, tzinfo=timezone.utc)  # of 17 November there
ORDER = RefundFacts(
    order_no="2026110500012345",
    status=OrderStatus.DELIVERED,
    delivered_at=DELIVERED,
    total_cents=12_800,
    freight_cents=800,
    goods=(("四件套", "bedding"),),
    case_no=None,
)


def ask(
    facts: RefundFacts = ORDER,
    *,
    reason: str = "不喜欢",
    now: datetime = LAST_SECOND,
    rules: RefundRules | None = None,
) -> RefundQuote:
    return quote(facts, reason, now=now, zone=SHOP_ZONE, rules=rules or RefundRules())


def refusal(facts: RefundFacts = ORDER, *, reason: str = "", now: datetime = LAST_SECOND) -> str:
    with pytest.raises(RefundRefusedError) as refused:
        ask(facts, reason=reason, now=now)
    return refused.value.reason


def test_an_unshipped_order_is_refunded_whole_at_no_cost() -> None:
    answer = ask(replace(ORDER, status=OrderStatus.PAID, delivered_at=None))
    assert (answer.kind, answer.amount_cents, answer.freight_paid_by) == (
        "refund_only",
        12_800,
        "shop",
    )
    assert "¥128.00" in answer.summary


@pytest.mark.parametrize("status", [OrderStatus.DELIVERED, OrderStatus.COMPLETED])
def test_within_seven_days_goods_go_back_at_the_buyers_freight(status: OrderStatus) -> None:
    answer = ask(replace(ORDER, status=status))
    assert (answer.kind, answer.amount_cents, answer.freight_paid_by) == (
        "return_and_refund",
        12_000,
        "buyer",
    )
    assert "¥120.00" in answer.summary
    assert "运费¥8.00不退" in answer.summary
    assert "11月17日" in answer.summary


def test_the_seventh_day_ends_at_midnight_in_the_shops_zone() -> None:
    assert ask(now=LAST_SECOND)
    assert "超过 7 天" in refusal(now=LAST_SECOND + timedelta(seconds=1))


def test_the_number_of_days_can_be_tuned() -> None:
    later = LAST_SECOND + timedelta(days=8)
    assert ask(now=later, rules=RefundRules(no_reason_days=15))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (OrderStatus.PENDING_PAYMENT, "没有付款"),
        (OrderStatus.SHIPPED, "拒收"),
        (OrderStatus.CANCELLED, "已经取消"),
        (OrderStatus.REFUNDING, "R20261111000001"),
        (OrderStatus.REFUNDED, "已经退过款"),
    ],
)
def test_other_states_are_refused_with_what_helps(status: OrderStatus, words: str) -> None:
    assert words in refusal(replace(ORDER, status=status, case_no="R20261111000001"))


def test_every_state_is_decided() -> None:
    for status in OrderStatus:
        facts = replace(ORDER, status=status)
        granted = status in (OrderStatus.PAID, OrderStatus.DELIVERED, OrderStatus.COMPLETED)
        assert bool(ask(facts) if granted else refusal(facts))


def test_a_delivered_order_without_its_date_needs_a_person() -> None:
    assert "人工" in refusal(replace(ORDER, delivered_at=None))


@pytest.mark.parametrize(
    ("category", "words"),
    [("fresh", "生鲜"), ("engraved", "定制"), ("underwear", "贴身"), ("flowers", "鲜花")],
)
def test_some_goods_never_go_back_without_a_reason(category: str, words: str) -> None:
    sentence = refusal(replace(ORDER, goods=(("四件套", "bedding"), ("那件", category))))
    assert words in sentence
    assert "那件" in sentence
    assert "转人工" in sentence


def test_excluded_goods_that_were_not_shipped_are_refunded() -> None:
    facts = replace(ORDER, status=OrderStatus.PAID, goods=(("脐橙", "fresh"),))
    assert ask(facts).kind == "refund_only"


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
def test_a_reported_fault_is_for_a_person(reason: str) -> None:
    assert "人工" in refusal(reason=reason)
    late = replace(ORDER, goods=(("脐橙", "fresh"),))
    assert "核实" in refusal(late, reason=reason, now=LAST_SECOND + timedelta(days=30))


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
    assert not reports_fault(reason, RefundRules())
    assert ask(reason=reason)


def test_a_fault_does_not_stop_the_refund_of_unshipped_goods() -> None:
    assert ask(replace(ORDER, status=OrderStatus.PAID), reason="听说质量不好").kind == "refund_only"
