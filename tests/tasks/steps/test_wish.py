from __future__ import annotations

import pytest

from kefu.errors import RefusedError
from kefu.tasks.problems import report
from kefu.tasks.steps.wish import WishStep
from tests.tasks.finding import arrived
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import BUYER, DemoShop

STEP = WishStep(report)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("杯子收到是碎的，想换一个", "exchange"),
        ("破的，给我换新的", "exchange"),
        ("少了一包 补发一下", "exchange"),
        ("坏了我要退款", "refund"),
        ("拉链坏的，退货", "refund"),
        ("漏发不用补了 退那份的钱", "refund"),
        ("不换了，退钱吧", "refund"),
        ("有划痕，返10块就算", "compensation"),
        ("懒得退换，赔我点", "compensation"),
        ("能用就是难看，退一部分吧", "compensation"),
        # What is no wish, or not one.
        ("杯子是碎的", None),
        ("不能换就退款，换一个也行", None),
        ("补发来的又错了", None),
        ("我不是要退，就是少一双", None),
        ("好的", None),
        ("不要", None),
    ],
)
def test_the_wish_in_a_message(shop: DemoShop, text: str, wish: str | None):
    assert STEP.find(said(text), situation(shop, BUYER)) == wish


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("退货退款", "refund"),
        ("换新的", "exchange"),
        ("留着，补偿一点", "compensation"),
        ("退少的那部分", "refund"),
        ("补发", "exchange"),
        ("不用补，补偿一点", "compensation"),
        ("退", "refund"),
        ("换", "exchange"),
        ("第二个", "exchange"),
        ("赔", "compensation"),
        ("都行", None),
        ("退或者换", None),
        ("不退不换", None),
    ],
)
def test_a_reply(shop: DemoShop, text: str, wish: str | None):
    assert STEP.read(said(text), situation(shop, BUYER)) == wish


def answers(order_no: str, problem: str) -> dict[str, str]:
    return {"order": order_no, "goods": "*", "problem": problem, "reason": "坏了"}


def test_only_what_the_rules_allow_is_offered(shop: DemoShop):
    order, buyer = arrived(shop, "杯", hours=20, lines=1)
    here = situation(shop, buyer, **answers(order.order_no, "defect"))
    assert [b.title for b in STEP.ask(here).buttons] == ["退货退款", "换新的", "留着，补偿一点"]
    arrived(shop, "杯", hours=10 * 24, lines=1)
    assert [b.title for b in STEP.ask(here).buttons] == ["换新的", "留着，补偿一点"]
    arrived(shop, "杯", hours=30 * 24, lines=1)
    with pytest.raises(RefusedError):
        STEP.ask(here)


def test_what_is_missing_cannot_be_sent_back(shop: DemoShop):
    order, buyer = arrived(shop, "杯", hours=20, lines=1)
    here = situation(shop, buyer, **answers(order.order_no, "missing"))
    titles = [b.title for b in STEP.ask(here).buttons]
    assert titles == ["退少的那部分", "补发", "不用补，补偿一点"]
