from __future__ import annotations

import pytest

from kefu.errors import RefusedError
from kefu.orders.commands import RequestRefund
from kefu.tasks.steps.evidence import NONE, EvidenceStep, shown
from tests.tasks.finding import arrived
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import BUYER, DemoShop

STEP = EvidenceStep("defect", lambda answers: None)


@pytest.mark.parametrize("of", ["defect", "wrong_item", "missing", "freight"])
def test_the_rules_say_what_it_must_show(shop: DemoShop, of: str):
    here = situation(shop, BUYER)
    reply = EvidenceStep(of, lambda answers: None).ask(here)  # type: ignore[arg-type]
    assert here.rules.problems.evidence[of] in reply.text
    assert [button.payload for button in reply.buttons] == [NONE]


def test_what_no_rule_names_is_asked_for_all_the_same(shop: DemoShop):
    reply = EvidenceStep("other", lambda answers: None).ask(situation(shop, BUYER))
    assert "凭证" in reply.text


def test_nobody_takes_photos_of_what_is_refused_anyway(shop: DemoShop):
    order, buyer = arrived(shop, "杯", hours=60 * 24, lines=1)
    step = EvidenceStep("defect", lambda answers: RequestRefund(order.order_no, "碎了"))
    with pytest.raises(RefusedError) as refused:
        step.ask(situation(shop, buyer))
    assert refused.value.code.startswith("problem.")


@pytest.mark.parametrize("text", ["暂时没有", "没有", "没照片", "无", "现在拍不了", "没有图片呢"])
def test_none_in_many_words(shop: DemoShop, text: str):
    assert STEP.read(said(text), situation(shop, BUYER)) == NONE


@pytest.mark.parametrize(
    "text", ["https://pictures.example/1.jpg", "看图", "视频发了", "杯口裂了一条缝", "少发了一件"]
)
def test_addresses_and_words_about_the_fault_are_kept(shop: DemoShop, text: str):
    assert STEP.read(said(f" {text} "), situation(shop, BUYER)) == text


@pytest.mark.parametrize("text", ["好的", "你好", "咖啡机那单"])
def test_anything_else_is_for_the_conversation_to_judge(shop: DemoShop, text: str):
    assert STEP.read(said(text), situation(shop, BUYER)) is None
    assert STEP.find(said("看图"), situation(shop, BUYER)) is None


def test_what_a_command_gets():
    assert shown({}) == shown({"evidence": NONE}) == ()
    assert shown({"evidence": "裂了"}) == ("裂了",)
