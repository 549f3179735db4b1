"""What a task knows by itself: a yes in its own words, and which refusal ends it."""

from __future__ import annotations

import time

import pytest

from kefu.tasks import TASKS, Said


class TestAgreeing:
    @pytest.mark.parametrize(
        ("task", "text"),
        [
            ("refund", "退吧"),
            ("refund", "退！"),
            ("refund", "确认退款"),
            ("refund", "没问题 退吧"),
            ("cancel_order", "嗯嗯 取消吧"),
            ("cancel_order", "确定取消订单"),
            ("exchange", "嗯 换吧"),
            ("withdraw_case", "确认撤销"),
            ("withdraw_case", "是的，撤销退款申请"),
            ("change_address", "对 改吧"),
            ("request_invoice", "开吧"),
            ("extend_receipt", "好的，延长吧"),
            ("confirm_receipt", "确认收货"),
        ],
    )
    def test_the_verb_with_a_yes_around_it(self, task: str, text: str):
        assert TASKS[task].agrees(Said(text))

    @pytest.mark.parametrize(
        ("task", "text"),
        [
            # A message that began the task may come twice.
            ("refund", "退款"),
            ("cancel_order", "取消订单"),
            ("withdraw_case", "撤销退款申请"),
            ("refund", "确认取消"),
            ("refund", "不退了吧"),
            ("refund", "确认退款吗"),
            ("refund", "嗯"),
            ("exchange", "退吧"),
            ("problem", "退吧"),
        ],
    )
    def test_anything_else_is_for_others_to_judge(self, task: str, text: str):
        assert not TASKS[task].agrees(Said(text))

    @pytest.mark.parametrize("text", ["对，已经拿到了", "嗯 昨天就收到了"])
    def test_that_the_goods_have_come_confirms_their_receipt(self, text: str):
        assert TASKS["confirm_receipt"].agrees(Said(text, "confirm_receipt"))

    @pytest.mark.parametrize("text", ["还没收到", "收到了吗", "等收到了再说", "はい", "没拿到了"])
    def test_that_they_have_not_does_not(self, text: str):
        assert not TASKS["confirm_receipt"].agrees(Said(text, "confirm_receipt"))

    @pytest.mark.alone
    def test_a_long_message_is_judged_at_once(self):
        began = time.perf_counter()
        for text in ("嗯" * 1000, "1234" * 250, "好的" * 500 + "!", "退款申请" * 250):
            for task in TASKS.values():
                task.agrees(Said(text))
                task.only_wishes(text)
        assert time.perf_counter() - began < 1


class TestWishes:
    @pytest.mark.parametrize("text", ["2026111201234567帮我取消", "我要退款", "1234那单退了吧"])
    def test_the_wish_alone_is_no_reason(self, text: str):
        assert TASKS["cancel_order"].only_wishes(text)

    @pytest.mark.parametrize("text", ["老公不让买", "2026111201234567太贵了"])
    def test_more_than_the_wish_may_be_one(self, text: str):
        assert not TASKS["cancel_order"].only_wishes(text)


@pytest.mark.parametrize(
    ("task", "code", "step"),
    [
        ("exchange", "refused_order.request_exchange.shipped", "order"),
        ("exchange", "refused_order.request_exchange.paid", None),
        ("cancel_order", "refused_order.cancel_order.delivered", None),
        ("refund", "refund.excluded", "reason"),
        ("refund", "order.case_open", None),
        ("withdraw_case", "refused_case.withdraw_case.paying", "case"),
    ],
)
def test_which_question_is_asked_again_after_a_refusal(task: str, code: str, step: str | None):
    """None: the refusal names another task, or nothing helps."""
    assert TASKS[task].mended_by(code) == step
