"""Messages that have a task's intent: most begin it, a question or news does not."""

from __future__ import annotations

import pytest

from actions.task_form import BeginTask
from tests.actions.scene import run, tracker

HOW_TO_CONFIRM = "要我帮您确认收货的话，直接说“确认收货”。"


@pytest.mark.parametrize("said", ["收到了，谢谢", "确认收货了", "货到了"])
def test_news_of_the_goods_is_heard_and_begins_nothing(said: str):
    done = run(BeginTask(), tracker(said, intent="confirm_receipt"))
    assert done.messages[0]["response"] == "utter_confirm_receipt"
    assert done.text.endswith(HOW_TO_CONFIRM)
    assert done.slots.get("task") is None


def test_a_wish_to_confirm_begins_it():
    done = run(BeginTask(), tracker("帮我确认收货", intent="confirm_receipt"))
    assert done.messages == []
    assert done.slots["task"] == "confirm_receipt"


def test_what_the_buyer_says_counts_beside_the_intent():
    """NLU hears 换 in it; the phone number on the label is no goods."""
    done = run(BeginTask(), tracker("手机号填错了 换一下", intent="change_item"))
    assert done.slots["task"] == "change_address"


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("能开发票吗", "要开的话，把发票抬头发给我就行。"),
        ("可以开专票吗", "专票要在订单详情里自己申请；要普通发票的话，把发票抬头发给我就行。"),
    ],
)
def test_a_question_is_answered_and_followed_by_how_to_go_on(said: str, hint: str):
    done = run(BeginTask(), tracker(said, intent="request_invoice"))
    assert len(done.messages) == 2
    assert done.messages[1]["text"] == hint
    assert done.slots.get("task") is None


@pytest.mark.usefixtures("articles")
def test_a_question_without_a_way_to_go_on_is_only_answered():
    done = run(BeginTask(), tracker("怎么延长确认时间", intent="extend_receipt"))
    assert len(done.messages) == 1
    assert done.slots.get("task") is None


def test_a_question_that_nobody_can_answer_leaves_the_other_task_its_buttons():
    """A rule puts the form aside for the question; what the form asks comes right after."""
    asked = tracker("能开发票吗", intent="request_invoice", task="cancel_order")
    done = run(BeginTask(), asked)
    assert "转人工" in done.text
    assert done.payloads == []
    assert done.slots == {"offer": None}


def test_outside_of_a_task_it_is_offered_a_person():
    done = run(BeginTask(), tracker("能开发票吗", intent="request_invoice"))
    assert done.payloads == ["/request_human", "/deny"]
    assert done.slots == {"offer": "person"}
