"""A refund from the first wish to the case: for the buyer's own order, and only after a yes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.aftersales import (
    AskRefundConfirmed,
    AskRefundOrder,
    AskRefundReason,
    BeginRefund,
    RefundProgress,
    ResetRefund,
    SubmitRefund,
)
from actions.base import NO_DATABASE, NOT_SIGNED_IN
from actions.orders import NO_ORDERS
from actions.refund_form import ValidateRefundForm
from kefu.orders.status import OrderStatus
from tests.actions.scene import BUYER, STRANGER, Done, Shop, run, tracker

EMPTY = {"refund_order": None, "refund_reason": None, "refund_confirmed": None}
ENDED = {"requested_slot": None, "refund_order": None}


def validated(slot: str, value: Any, text: str | None = None, **more: Any) -> Done:
    """What the form says and does about a value."""
    dispatcher = CollectingDispatcher()
    check = getattr(ValidateRefundForm(), f"validate_{slot}")
    at = tracker(value if text is None and isinstance(value, str) else text or "", **more)
    slots = asyncio.run(check(value, dispatcher, at, {}))
    return Done(
        dispatcher.messages,
        [{"event": "slot", "name": name, "value": held} for name, held in slots.items()],
    )


def confirmed(number: str, reason: str = "不喜欢", **more: Any) -> dict[str, Any]:
    return {
        "refund_order": number,
        "refund_reason": reason,
        "refund_confirmed": True,
        **more,
    }


class TestTheFirstMessage:
    def test_order_and_reason_are_taken_from_it(self, shop: Shop):
        number = shop.order(OrderStatus.DELIVERED).order_no
        text = f"{number} 买大了，想退"
        done = run(BeginRefund(), tracker(text, order_id=number))
        assert done.messages == []
        assert done.slots["refund_order"] == number
        assert done.slots["refund_reason"].endswith("买大了")
        assert done.slots["refund_confirmed"] is None

    def test_a_place_in_the_list_is_an_order(self, shop: Shop):
        done = run(BeginRefund(), tracker("我要退第二个"))
        assert done.slots["refund_order"] == shop.service.recent_orders(BUYER)[1].order_no

    def test_a_bare_wish_leaves_everything_to_ask(self):
        done = run(BeginRefund(), tracker("我要退款", refund_order="old", refund_reason="old"))
        assert done.slots == {**EMPTY, "offer": None}


class TestAskingForTheOrder:
    def test_the_recent_ones_are_offered_as_buttons(self, shop: Shop):
        done = run(AskRefundOrder(), tracker())
        assert done.payloads == [order.order_no for order in shop.service.recent_orders(BUYER)]

    def test_without_orders_the_form_ends(self, shop: Shop):
        done = run(AskRefundOrder(), tracker(sender=shop.buyer_without_orders()))
        assert done.text == NO_ORDERS
        assert {"event": "active_loop", "timestamp": None, "name": None} in done.events

    def test_reasons_are_offered_as_buttons(self):
        done = run(AskRefundReason(), tracker())
        assert "拍错了" in done.payloads
        assert len(done.payloads) == 4


class TestCheckingTheOrder:
    def test_the_whole_number_the_last_digits_a_place_or_the_goods(self, shop: Shop):
        order = shop.order(OrderStatus.DELIVERED)
        recent = [o.order_no for o in shop.service.recent_orders(BUYER)]
        place = "一二三四五"[recent.index(order.order_no)]
        for said in (order.order_no, order.order_no[-4:], f"第{place}个"):
            done = validated("refund_order", said)
            assert done.slots == {"refund_order": order.order_no}
            assert done.messages == []

    def test_a_number_inside_a_sentence(self, shop: Shop):
        number = shop.order(OrderStatus.DELIVERED).order_no
        done = validated("refund_order", number, text=f"退这个单子 {number} 谢谢")
        assert done.slots == {"refund_order": number}

    @pytest.mark.parametrize("said", ["不知道", "2020010100000000", "😂", "第九个", ""])
    def test_what_points_at_nothing_is_asked_again(self, said: str):
        done = validated("refund_order", said)
        assert done.slots == {"refund_order": None}
        assert "没有认出" in done.text

    def test_another_buyers_number_is_as_unknown_as_none(self, shop: Shop):
        number = shop.service.recent_orders("buyer-0002")[0].order_no
        done = validated("refund_order", number)
        assert done.slots == {"refund_order": None}
        assert done.text == validated("refund_order", "2020010100000000").text

    @pytest.mark.parametrize("status", [OrderStatus.SHIPPED, OrderStatus.REFUNDING])
    def test_one_that_cannot_be_refunded_is_told_why(self, shop: Shop, status: OrderStatus):
        done = validated("refund_order", shop.order(status).order_no)
        assert done.slots == {"refund_order": None}
        assert done.text.startswith("这笔订单")

    def test_nothing_said_yet_is_nothing_to_complain_about(self):
        done = validated("refund_order", None)
        assert (done.messages, done.slots) == ([], {"refund_order": None})

    @pytest.mark.usefixtures("production")
    def test_a_strangers_form_ends(self):
        done = validated("refund_order", "第一个", sender=STRANGER)
        assert done.text == NOT_SIGNED_IN
        assert done.slots == ENDED

    @pytest.mark.usefixtures("no_database")
    def test_without_a_database_the_form_ends(self):
        done = validated("refund_order", "第一个")
        assert done.text == NO_DATABASE
        assert done.slots == ENDED


class TestCheckingTheReason:
    def test_any_words_will_do(self, shop: Shop):
        number = shop.order(OrderStatus.DELIVERED).order_no
        done = validated("refund_reason", " 就是不想要了 ", refund_order=number)
        assert (done.messages, done.slots) == ([], {"refund_reason": "就是不想要了"})

    def test_faulty_goods_are_for_a_person(self, shop: Shop):
        number = shop.order(OrderStatus.DELIVERED).order_no
        done = validated("refund_reason", "杯子碎了", refund_order=number)
        assert "转人工" in done.text
        assert done.slots == {**ENDED, "refund_reason": None, "offer": "person"}

    @pytest.mark.usefixtures("no_database")
    def test_without_a_database_the_form_ends(self):
        done = validated("refund_reason", "不喜欢", refund_order="2026110510028346")
        assert done.text == NO_DATABASE
        assert done.slots == ENDED


class TestConfirming:
    def test_the_sum_the_order_and_the_reason_are_said_before_the_yes(self, shop: Shop):
        order = shop.order(OrderStatus.DELIVERED)
        quote = shop.service.quote_refund(BUYER, order.order_no)
        slots = {"refund_order": order.order_no, "refund_reason": "不喜欢"}
        before = shop.count("cases")
        done = run(AskRefundConfirmed(), tracker(**slots))
        assert shop.count("cases") == before
        assert order.order_no in done.text
        assert quote.summary in done.text
        assert "不喜欢" in done.text
        assert done.payloads == ["/affirm", "/deny"]

    def test_what_forbids_a_refund_by_now_ends_the_form(self, shop: Shop):
        number = shop.order(OrderStatus.SHIPPED).order_no
        slots = {"refund_order": number, "refund_reason": "不喜欢"}
        done = run(AskRefundConfirmed(), tracker(**slots))
        assert done.text.startswith("这笔订单")
        assert done.slots == {**EMPTY, "requested_slot": None, "offer": "person"}


class TestSubmitting:
    def test_one_case_is_written_and_told(self, shop: Shop):
        number, before = shop.order(OrderStatus.DELIVERED).order_no, shop.count("cases")
        done = run(SubmitRefund(), tracker("好的", **confirmed(number)))
        (case,) = [c for c in shop.service.refunds(BUYER) if c.order_no == number]
        assert shop.count("cases") == before + 1
        assert case.case_no in done.text
        assert case.reason == "不喜欢"
        assert done.slots == {**EMPTY, "offer": None}
        assert shop.service.order(BUYER, number).status is OrderStatus.REFUNDING

    def test_the_same_message_processed_again_is_the_same_case(self, shop: Shop):
        number, before = shop.order(OrderStatus.PAID).order_no, shop.count("cases")
        at = tracker("好的", message_id="m-7", **confirmed(number))
        assert run(SubmitRefund(), at).text == run(SubmitRefund(), at).text
        assert shop.count("cases") == before + 1

    def test_another_message_for_the_same_order_is_refused(self, shop: Shop):
        number, before = shop.order(OrderStatus.PAID).order_no, shop.count("cases")
        run(SubmitRefund(), tracker(message_id="m-7", **confirmed(number)))
        done = run(SubmitRefund(), tracker(message_id="m-8", **confirmed(number)))
        assert "已经在处理中" in done.text
        assert done.slots == {**EMPTY, "offer": "person"}
        assert shop.count("cases") == before + 1

    @pytest.mark.parametrize("answer", [None, False, "yes", 1])
    def test_without_a_yes_nothing_is_written(self, shop: Shop, answer: object):
        number, before = shop.order(OrderStatus.PAID).order_no, shop.count("cases")
        done = run(SubmitRefund(), tracker(**confirmed(number, refund_confirmed=answer)))
        assert shop.count("cases") == before
        assert "没有提交" in done.text
        assert done.slots == {**EMPTY, "offer": None}

    @pytest.mark.parametrize("missing", ["refund_order", "refund_reason"])
    def test_a_form_that_ended_early_writes_and_says_nothing(self, shop: Shop, missing: str):
        slots = confirmed(shop.order(OrderStatus.PAID).order_no, offer="person")
        before = shop.count("cases")
        done = run(SubmitRefund(), tracker(**{**slots, missing: None}))
        assert (done.messages, shop.count("cases")) == ([], before)
        assert done.slots == {**EMPTY, "offer": "person"}

    def test_another_buyers_order_is_not_refunded(self, shop: Shop):
        number = next(
            order.order_no
            for other in range(2, 201)
            for order in shop.service.recent_orders(f"buyer-{other:04d}")
            if order.status is OrderStatus.PAID
        )
        before = shop.count("cases")
        done = run(SubmitRefund(), tracker(**confirmed(number)))
        assert shop.count("cases") == before
        assert "抱歉" in done.text

    def test_faulty_goods_are_refused_here_too(self, shop: Shop):
        number, before = shop.order(OrderStatus.DELIVERED).order_no, shop.count("cases")
        done = run(SubmitRefund(), tracker(**confirmed(number, "杯子碎了")))
        assert "人工" in done.text
        assert shop.count("cases") == before

    @pytest.mark.usefixtures("production")
    def test_a_stranger_writes_nothing(self, shop: Shop):
        number, before = shop.order(OrderStatus.PAID).order_no, shop.count("cases")
        done = run(SubmitRefund(), tracker(sender=STRANGER, **confirmed(number)))
        assert (done.messages, shop.count("cases")) == ([], before)


def test_leaving_the_form_forgets_it_silently():
    done = run(ResetRefund(), tracker(**confirmed("2026110510028346")))
    assert done.messages == []
    assert done.slots == {**EMPTY, "offer": None}


class TestProgress:
    def test_own_cases_with_state_and_next_step(self, shop: Shop):
        (case,) = shop.service.refunds(BUYER)
        text = run(RefundProgress(), tracker("退款到哪了")).text
        for part in (case.case_no, case.order_no, case.status.label, case.next_step):
            assert part in text

    def test_none_yet_says_how_to_ask_for_one(self, shop: Shop):
        text = run(RefundProgress(), tracker(sender=shop.buyer_without_orders())).text
        assert "我要退款" in text
