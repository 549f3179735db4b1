"""Which task a message begins."""

from __future__ import annotations

import pytest

from kefu.tasks import TASKS, task_meant
from kefu.tasks.said import Said


def test_each_intent_of_a_task_begins_it():
    for task in TASKS.values():
        for intent in task.intents:
            assert task_meant(Said("随便什么", intent)) is task


@pytest.mark.parametrize("intent", [None, "greet", "ask_price"])
def test_other_messages_begin_none(intent: str | None):
    assert task_meant(Said("手机号填错了", intent)) is None


@pytest.mark.parametrize("text", ["手机号填错了 想改一下", "收件人写错了能换吗", "改下电话"])
def test_what_is_on_the_label_is_no_goods(text: str):
    assert task_meant(Said(text, "change_item")) is TASKS["change_address"]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("改成蓝色", {"color": ("蓝色",)}),
        ("地址不变 换L码", {"size": ("L码",)}),
        ("电话手表换个款", {}),
        ("换一个颜色", {}),
    ],
)
def test_goods_stay_goods(text: str, entities: dict[str, tuple[str, ...]]):
    assert task_meant(Said(text, "change_item", entities)) is TASKS["change_item"]
