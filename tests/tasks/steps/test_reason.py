from __future__ import annotations

import pytest

from kefu.tasks.steps.reason import ReasonStep
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import BUYER, DemoShop

STEP = ReasonStep("退款的原因是什么？", "拍错了", "没有收到货")


def test_the_usual_reasons_are_buttons(shop: DemoShop):
    reply = STEP.ask(situation(shop, BUYER))
    assert [(b.title, b.payload) for b in reply.buttons] == [
        ("拍错了", "拍错了"),
        ("没有收到货", "没有收到货"),
    ]
    assert reply.text.startswith("退款的原因是什么？")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("买大了，怎么退", "买大了"),
        ("我要退款，颜色不喜欢", "颜色不喜欢"),
        ("杯子收到是碎的，想换一个", "杯子收到是碎的"),
        ("我要退款", None),
        ("好的", None),
        ("不要了", None),
    ],
)
def test_the_clause_that_gives_a_reason_is_found(shop: DemoShop, text: str, reason: str | None):
    assert STEP.find(said(text), situation(shop, BUYER)) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("没有收到货", "没有收到货"),
        (" 颜色不喜欢，太艳 ", "颜色不喜欢，太艳"),
        ("家里有一个了", None),
        ("确认", None),
    ],
)
def test_a_reply_is_kept_whole_where_it_is_surely_one(
    shop: DemoShop, text: str, reason: str | None
):
    assert STEP.read(said(text, "compliment"), situation(shop, BUYER)) == reason


def test_other_words_may_be_one_too():
    assert STEP.own_words


def test_the_summary_repeats_it(shop: DemoShop):
    assert STEP.told(situation(shop, BUYER, reason="太大")) == "原因：太大"
