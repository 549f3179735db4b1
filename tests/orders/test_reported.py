"""Which events of the shop's own system move tables, and that the door's words match them."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

import pytest
import yaml

from kefu.orders.builtin import CaseNews, Moved, OrderMove
from kefu.orders.lifecycle import CASE_TRANSITIONS
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.reported import reported
from kefu.orders.shop_events import FILE, ShopEvent, read_events
from kefu.orders.status import CaseStatus
from kefu.orders.telling import news_of

ORDER, CASE = "2026111012340001", "R20261120123456"


def event(kind: str, **data: Any) -> ShopEvent:
    return ShopEvent("e-1", kind, "buyer-0001", ORDER, CASE, data)


def test_a_parcel_takes_its_order_along() -> None:
    assert reported(
        event(
            "order_shipped",
            courier="顺丰速运",
            tracking_number="SF1234567890123",
            expected_on="2026-11-25",
        )
    ) == OrderMove(
        ORDER,
        "ship",
        customer_id="buyer-0001",
        courier="顺丰速运",
        tracking_number="SF1234567890123",
        expected_on=date(2026, 11, 25),
    )
    delivered = reported(event("parcel_delivered", at="2026-11-20T04:00:00Z"))
    assert isinstance(delivered, OrderMove)
    assert delivered.at == datetime(2026, 11, 20, 4, tzinfo=timezone.utc)


@pytest.mark.parametrize("kind", ["parcel_delayed", "parcel_awaiting_pickup", "gift_added"])
def test_other_news_moves_nothing(kind: str) -> None:
    assert reported(event(kind)) is None


def test_every_result_of_a_review_is_a_goal_that_some_event_reaches() -> None:
    results = yaml.safe_load(FILE.read_text(encoding="utf-8"))["events"]["case_reviewed"]["fields"]
    for result in results["result"]:
        news = reported(event("case_reviewed", result=result, amount=1))
        assert isinstance(news, CaseNews)
        assert news.customer_id == "buyer-0001"
        for kind in news.kinds:
            goals = [one.to_state for one in CASE_TRANSITIONS if kind in one.kinds]
            assert news.goal in goals, (result, kind)


def test_where_money_went_is_how_it_was_paid_back() -> None:
    paid = reported(event("refund_paid", amount=5, to="bank_card"))
    assert isinstance(paid, CaseNews)
    assert (paid.goal, paid.amount_cents, paid.method) == (CaseStatus.REFUNDED, 5, "card")
    original = reported(event("refund_paid", amount=5, to="original"))
    assert isinstance(original, CaseNews)
    assert original.method is None


def moved(event_: str, kind: str, status: str, **more: Any) -> Moved:
    return Moved(
        "buyer-0001", ORDER, "refunding", event_, "shop", CASE, kind, status, number=7, **more
    )


@pytest.mark.parametrize(
    "line",
    [(line, kind) for line in CASE_TRANSITIONS if line.by != "buyer" for kind in line.kinds],
    ids=lambda pair: f"{pair[0].command}-{pair[1]}",
)
def test_each_move_of_a_clerk_is_told_by_an_event_that_the_tables_then_agree_with(
    line: Any,
) -> None:
    transition, kind = line
    move = moved(transition.command, kind, transition.to_state, amount_cents=100)
    told = news_of(move, "小礼物")
    assert told is not None
    said = ShopEvent(
        told["id"],
        told["type"],
        told["customer_id"],
        told["order_no"],
        told["case_no"],
        told["data"],
    )
    assert CASE in read_events().news(said, SHOP_ZONE).text
    heard = reported(said)
    assert isinstance(heard, CaseNews)
    assert heard.goal == transition.to_state
    assert kind in heard.kinds


def test_coupons_are_not_called_money() -> None:
    paid = moved("pay", "compensation", "refunded", amount_cents=500, tender="coupon")
    approved = moved("approve", "compensation", "paying", amount_cents=500, tender="coupon")
    assert news_of(paid)["type"] == "coupon_sent"  # type: ignore[index]
    assert news_of(approved)["data"]["result"] == "coupon_approved"  # type: ignore[index]
    heard = reported(event("coupon_sent", amount=500))
    assert isinstance(heard, CaseNews)
    assert heard.tender == "coupon"


def test_what_no_buyer_needs_to_hear() -> None:
    assert news_of(moved("pay", "refund_only", "refunded")) is None  # nothing was paid
    assert news_of(Moved("buyer-0001", ORDER, "completed", "complete", "system")) is None


def test_long_words_of_a_clerk_are_cut_to_what_the_door_takes() -> None:
    told = news_of(moved("refuse", "refund_only", "refused"), "长" * 200)
    assert told is not None
    assert told["data"]["reason"] == "长" * 60
