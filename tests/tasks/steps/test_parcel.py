from __future__ import annotations

import json

import pytest

from kefu.tasks.steps.parcel import ParcelStep
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import BUYER, DemoShop

STEP = ParcelStep()


def found(shop: DemoShop, text: str, **entities: str) -> dict[str, str]:
    return STEP.parts(said(text, **entities), situation(shop, BUYER), asked=False)


@pytest.mark.parametrize(
    ("text", "courier", "number"),
    [
        ("寄回去了 顺丰SF1234567890123", "顺丰", "SF1234567890123"),
        ("中通快递 7870 6829 2655 83", "中通快递", "78706829265583"),
        ("单号：yt1234567890123", "圆通", "YT1234567890123"),
        ("ＳＦ１２３４５６７８９０１２３", "顺丰", "SF1234567890123"),
        ("EMS的EX123456789CN", "EMS", "EX123456789CN"),
        ("不是顺丰，是中通78706829265583", "中通", "78706829265583"),
    ],
)
def test_both_in_one_message(shop: DemoShop, text: str, courier: str, number: str):
    assert found(shop, text) == {"courier": courier, "tracking_number": number}


def test_either_half(shop: DemoShop):
    assert found(shop, "韵达寄的") == {"courier": "韵达"}
    assert found(shop, "退的单号发你432109876543210") == {"tracking_number": "432109876543210"}


def test_entities_help(shop: DemoShop):
    assert found(shop, "寄了，小飞象", courier="小飞象") == {"courier": "小飞象"}
    number = {"tracking_number": "432109876543210"}
    assert found(shop, "单号432109876543210", **number) == number


@pytest.mark.parametrize(
    "text",
    [
        "好的",
        "寄回去了",
        "2026111318836634那单",  # an order
        "R20261120000007",  # a case
        "电话13800000001",
        "第2个",
        "三天前寄的 12块",
    ],
)
def test_other_numbers_are_none(shop: DemoShop, text: str):
    assert found(shop, text) == {}
    assert STEP.find(said(text), situation(shop, BUYER)) is None


def test_a_reply_may_name_any_courier_and_a_number_like_a_phones(shop: DemoShop):
    here = situation(shop, BUYER)
    assert STEP.parts(said("小飞象快递"), here, asked=True) == {"courier": "小飞象快递"}
    assert STEP.parts(said("13800000001"), here, asked=True) == {"tracking_number": "13800000001"}
    assert STEP.parts(said("什么快递都行"), here, asked=False) == {}


def test_what_lacks_is_asked_for_with_what_is_there(shop: DemoShop):
    (number,) = STEP.lacking({"courier": "中通"})
    assert "中通" in number
    assert "单号是多少" in number
    (courier,) = STEP.lacking({"tracking_number": "78706829265583"})
    assert "78706829265583" in courier
    assert "哪家快递" in courier
    assert STEP.lacking({"courier": "中通", "tracking_number": "78706829265583"}) == ()


def test_a_correction_keeps_the_other_half(shop: DemoShop):
    held = json.dumps({"courier": "中通", "tracking_number": "78706829265583"})
    here = situation(shop, BUYER, change=held)
    answer = STEP.find(said("单号错了，是78706829265584"), here)
    assert json.loads(answer or "") == {"courier": "中通", "tracking_number": "78706829265584"}
