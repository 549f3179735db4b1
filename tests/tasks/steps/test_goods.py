from __future__ import annotations

import pytest

from kefu.orders.views import OrderView
from kefu.tasks.step import Situation
from kefu.tasks.steps.goods import ALL, GoodsStep, described
from tests.tasks.finding import arrived
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import DemoShop

STEP = GoodsStep("退", all_at_once=True)


@pytest.fixture
def order(shop: DemoShop) -> OrderView:
    """A cup and something else."""
    return arrived(shop, "杯", lines=2)[0]


@pytest.fixture
def here(shop: DemoShop, order: OrderView) -> Situation:
    return situation(shop, shop.owner(order), order=order.order_no)


def test_all_lines_are_offered_and_all_of_them_at_once(here: Situation, order: OrderView):
    reply = STEP.ask(here)
    assert [b.payload for b in reply.buttons] == [*(item.sku for item in order.items), "全部"]
    for item in order.items:
        assert described(item) in reply.text
    one = GoodsStep("换", all_at_once=False).ask(here)
    assert [b.payload for b in one.buttons] == [item.sku for item in order.items]


def test_a_single_line_is_not_asked_for(shop: DemoShop, here: Situation):
    single, buyer = arrived(shop, "杯", lines=1)
    assert STEP.only(situation(shop, buyer, order=single.order_no)) == single.items[0].sku
    assert STEP.only(here) is None


def test_a_line_is_found_by_its_goods(shop: DemoShop, here: Situation, order: OrderView):
    cup = next(item for item in order.items if "杯" in item.name)
    assert STEP.find(said("杯子不要了"), here) == cup.sku
    assert STEP.find(said("杯子不要了"), situation(shop, here.buyer)) is None
    for nothing in ("好的", "不要了", "第一个", "全部"):
        assert STEP.find(said(nothing), here) is None


@pytest.mark.parametrize("text", ["全部", "两件都退", "整单退", "一起退吧", "都退"])
def test_all_of_them_in_a_reply(here: Situation, text: str):
    assert STEP.read(said(text), here) == ALL
    assert GoodsStep("换", all_at_once=False).read(said(text), here) is None


@pytest.mark.parametrize(("text", "place"), [("第二个", 1), ("2", 1), ("第1件", 0), ("二", 1)])
def test_a_place_in_a_reply(here: Situation, order: OrderView, text: str, place: int):
    assert STEP.read(said(text), here) == order.items[place].sku


def test_a_code_or_a_name_in_a_reply(here: Situation, order: OrderView):
    for item in order.items:
        assert STEP.read(said(item.sku), here) == item.sku
        assert STEP.read(said(item.name), here) == item.sku


@pytest.mark.parametrize("text", ["第九个", "不知道", "sku-of-another", ""])
def test_what_names_none(here: Situation, text: str):
    assert STEP.read(said(text), here) is None


def test_another_order_asks_anew():
    assert STEP.about == ("order",)
