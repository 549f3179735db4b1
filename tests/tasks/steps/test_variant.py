"""The question for another variant, with and without pieces, and the same anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kefu.tasks import Said
from kefu.tasks.step import NothingToDo, Situation
from kefu.tasks.steps.variant import ThisLineStep, VariantStep, WantedStep, chosen


@pytest.fixture
def here(shop, talk) -> Situation:
    """Two pieces of something that is sold in other variants at the same price."""
    for number in range(1, 201):
        for order in shop.service.recent_orders(f"buyer-{number:04d}", 5):
            for item in order.items:
                others = [
                    one
                    for one in shop.service.variants(item.sku)
                    if one.sku != item.sku
                    and one.price_cents == item.unit_price_cents
                    and one.stock >= item.quantity
                ]
                if item.quantity > 1 and others:
                    buyer = talk("change_item", f"buyer-{number:04d}")
                    buyer.answers = {"order": order.order_no, "goods": item.sku}
                    return buyer.situation()
    raise AssertionError("The demo shop has no such order.")


def test_each_button_is_an_answer(here: Situation):
    step = VariantStep("改成")
    buttons = step.ask(here).buttons
    assert buttons
    for button in buttons:
        assert step.read(Said(button.payload), here) == button.payload


def test_pieces_are_an_answer_only_where_they_are_wanted(here: Situation):
    assert VariantStep("改成", quantities=True).read(Said("只要一件"), here) == "×1"
    assert VariantStep("换成").read(Said("只要一件"), here) is None
    assert "少一件" in VariantStep("改成", quantities=True).ask(here).text
    assert "少一件" not in VariantStep("换成").ask(here).text


def test_the_same_anew_is_an_answer_only_for_a_fault(here: Situation):
    line = here.answers["goods"]
    step = VariantStep("换成", anew=True)
    assert step.ask(here).buttons[0].payload == line
    for said in ("同款换新", "换个新的", "一样的就行", line):
        assert step.read(Said(said), here) == line
    assert VariantStep("换成").read(Said("换个新的"), here) is None
    assert line not in [button.payload for button in VariantStep("换成").ask(here).buttons]


def test_another_shops_code_is_none(here: Situation):
    assert VariantStep("换成").read(Said("sku-of-another-shop"), here) is None


def test_what_was_said_first_answers_it(here: Situation):
    step = VariantStep("改成", quantities=True)
    wanted = replace(here, answers={**here.answers, "wish": "只要一件"})
    assert step.only(wanted) == "×1"
    assert step.only(here) is None


def test_goods_of_one_kind_leave_nothing_to_ask(here: Situation, shop):
    line = next(
        (order, item)
        for number in range(1, 201)
        for order in shop.service.recent_orders(f"buyer-{number:04d}", 5)
        for item in order.items
        if item.quantity == 1 and len(shop.service.variants(item.sku)) == 1
    )
    buyer = shop.owner(line[0])
    alone = replace(here, buyer=buyer, answers={"order": line[0].order_no, "goods": line[1].sku})
    with pytest.raises(NothingToDo):
        VariantStep("改成", quantities=True).ask(alone)
    assert VariantStep("换成", anew=True).ask(alone).buttons[0].payload == line[1].sku


@pytest.mark.parametrize(
    ("answer", "parts"),
    [("clo-01-m", ("clo-01-m", None)), ("×2", (None, 2)), ("clo-01-m×2", ("clo-01-m", 2))],
)
def test_an_answer_is_a_code_or_pieces_or_both(answer: str, parts: tuple[str | None, int | None]):
    assert chosen(answer) == parts


class TestWhatWasSaidFirst:
    def test_is_kept_in_the_buyers_words(self, here: Situation):
        assert WantedStep().find(Said("换成L码"), here) == "换成L码"
        assert len(WantedStep().find(Said("换成L" * 5_000), here) or "") == 200

    @pytest.mark.parametrize("said", ["好的", "确认", "不要了", "不改了", "第二个"])
    def test_is_nothing_in_a_yes_or_no(self, here: Situation, said: str):
        assert WantedStep().find(Said(said), here) is None

    def test_is_never_asked_for(self, here: Situation):
        assert WantedStep().only(here)


def test_a_line_is_not_named_by_what_shall_become_of_it(here: Situation):
    order = here.order()
    if len(order.items) > 1:
        color = order.items[0].color or "黑色"
        assert ThisLineStep("修改").find(Said(f"换成{color}"), here) is None
    assert ThisLineStep("修改").find(Said(order.items[0].name), here) == order.items[0].sku
