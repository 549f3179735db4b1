from __future__ import annotations

import pytest

from kefu.tasks.steps.problem import DescribedStep, ProblemStep, fault_in
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import BUYER, DemoShop

KIND, WORDS = ProblemStep(), DescribedStep()
DEFECT, WRONG = "report_defect", "report_wrong_item"


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("杯子收到是碎的，想换一个", DEFECT, "defect"),
        ("灯不亮", DEFECT, "defect"),
        ("没少发，就是裂了", DEFECT, "defect"),
        ("少发了一双袜子", WRONG, "missing"),
        ("少发了一双袜子", DEFECT, "missing"),
        ("配件没给", WRONG, "missing"),
        ("三箱就到两箱", WRONG, "missing"),
        ("打开是个空盒子", WRONG, "missing"),
        ("发错颜色了", WRONG, "wrong_item"),
        ("买枸杞给我红枣", WRONG, "wrong_item"),
        ("不是坏了，是发错了", WRONG, "wrong_item"),
        ("怎么是旧款 我买的新款", WRONG, "wrong_item"),
        # Unclear: asked.
        ("这个有问题啊", DEFECT, None),
        ("收到的东西不对劲", DEFECT, None),
        ("两双都是左脚", WRONG, None),
    ],
)
def test_the_kind_comes_from_words_and_intent(
    shop: DemoShop, text: str, intent: str, kind: str | None
):
    assert KIND.find(said(text, intent), situation(shop, BUYER)) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("说错了，是少发了", "missing"),
        ("不是发错，是坏了", "defect"),
        ("杯口裂了", None),
        ("盒子里少了一个", None),
        ("好的", None),
    ],
)
def test_later_only_a_correction_changes_it(shop: DemoShop, text: str, kind: str | None):
    here = situation(shop, BUYER, problem="wrong_item")
    assert KIND.find(said(text, DEFECT), here) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("坏了", "defect"),
        ("发错了", "wrong_item"),
        ("少发了", "missing"),
        ("屏幕碎了", "defect"),
        ("不知道", None),
        ("好的", None),
    ],
)
def test_a_reply(shop: DemoShop, text: str, kind: str | None):
    assert KIND.read(said(text), situation(shop, BUYER)) == kind


def test_the_three_kinds_are_buttons(shop: DemoShop):
    reply = KIND.ask(situation(shop, BUYER))
    assert [button.title for button in reply.buttons] == ["坏了", "发错了", "少发了"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("你好，杯子收到是碎的，想换一个", "杯子收到是碎的"),
        ("瓶身有划痕，换货", "瓶身有划痕"),
        ("按了没动静", "按了没动静"),
        ("这个有问题", None),
    ],
)
def test_the_first_message_describes_it(shop: DemoShop, text: str, words: str | None):
    assert WORDS.find(said(text, DEFECT), situation(shop, BUYER)) == words


def test_nobody_is_asked_to_describe_it(shop: DemoShop):
    assert WORDS.only(situation(shop, BUYER, problem="missing")) == "少发了"
    assert WORDS.told(situation(shop, BUYER, reason="少一只")) == "情况：少一只"


def test_the_rules_say_what_a_fault_is(shop: DemoShop):
    rules = shop.service.rules
    assert fault_in("你好，有划痕，不要了", rules) == "有划痕"
    assert fault_in("质量没有问题，就是不喜欢", rules) is None
