from __future__ import annotations

import pytest

from kefu.tasks.steps.ground import LABELS, GroundStep
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import BUYER, DemoShop

STEP = GroundStep()


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("刚买就降价了退我差价", "price_drop"),
        ("买贵了，补差", "price_drop"),
        ("才两天就掉了30 补我", "price_drop"),
        ("价格保护", "price_drop"),
        ("我垫的邮费12元给报一下", "freight"),
        ("质量问题退货，运费是我垫的", "freight"),
        ("你们发错的 来回运费得补我", "freight"),
        ("发货太慢了 赔", "late"),
        ("说好两天，拖了五天", "late"),
        ("发货超时", "late"),
        ("杯子裂了条缝 返25", "defect"),
        ("少发的那包折现", "missing"),
        ("发错了 赔我", "wrong_item"),
        ("给我补偿", None),
        ("好的", None),
        ("不要了", None),
    ],
)
def test_the_ground_in_a_message(shop: DemoShop, text: str, ground: str | None):
    assert STEP.find(said(text), situation(shop, BUYER)) == ground


@pytest.mark.parametrize("ground", LABELS)
def test_each_button_is_understood(shop: DemoShop, ground: str):
    here = situation(shop, BUYER)
    label = next(label for key, label in LABELS.items() if key == ground)
    assert label in [button.payload for button in STEP.ask(here).buttons]
    assert STEP.read(said(label), here) == ground


def test_what_names_none_is_asked_again(shop: DemoShop):
    here = situation(shop, BUYER)
    assert STEP.read(said("就是要补偿"), here) is None
    assert STEP.read(said("别的原因"), here) == "other"
