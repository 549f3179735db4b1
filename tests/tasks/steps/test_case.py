from __future__ import annotations

import pytest

from kefu.orders import tables
from kefu.orders.status import CaseStatus
from kefu.tasks.step import NothingToDo, Situation
from kefu.tasks.steps.case import CaseStep
from tests.tasks.finding import buyer_with_case
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import DemoShop

STEP = CaseStep("撤销", "withdraw_case", none_at_all="不用撤销。")


@pytest.fixture
def several(shop: DemoShop) -> Situation:
    """A buyer with two cases or more that may be withdrawn."""
    for row in shop.rows(tables.customers):
        here = situation(shop, row.id)
        able = ("reviewing", "awaiting_return")
        if sum(case.status in able for case in shop.service.cases(row.id, 20)) >= 2:
            return here
    raise LookupError("No buyer has two open cases: seed the demo shop otherwise.")


def test_several_are_offered_with_goods_kind_and_state(several: Situation):
    reply = STEP.ask(several)
    assert len(reply.buttons) >= 2
    assert STEP.only(several) is None
    for button in reply.buttons:
        assert button.payload in reply.text
    assert "撤销哪一个" in reply.text


def test_one_of_them_by_number_place_digits_order_or_goods(several: Situation):
    offered = [button.payload for button in STEP.ask(several).buttons]
    second = next(c for c in several.service.cases(several.buyer, 20) if c.case_no == offered[1])
    for text in (offered[1], f"撤 {offered[1].lower()} 吧", "第二个", offered[1][-6:]):
        assert STEP.read(said(text), several) == offered[1]
    assert STEP.read(said(f"{second.order_no}那单"), several) == offered[1]
    assert STEP.find(said("那单", order_id=second.order_no), several) == offered[1]


def test_the_only_one_is_not_asked_for(shop: DemoShop):
    case_no, buyer = buyer_with_case(shop, CaseStatus.AWAITING_RETURN)
    assert STEP.only(situation(shop, buyer)) == case_no
    order_no = shop.service.cases(buyer, 20)[0].order_no
    assert order_no in STEP.told(situation(shop, buyer, case=case_no))


def test_a_closed_one_is_found_by_its_number_and_the_quote_says_why_not(shop: DemoShop):
    case_no, buyer = buyer_with_case(shop, CaseStatus.REFUNDED)
    assert STEP.find(said(f"撤销{case_no}"), situation(shop, buyer)) == case_no


def test_another_buyers_number_is_none(shop: DemoShop, several: Situation):
    theirs, other = buyer_with_case(shop, CaseStatus.AWAITING_RETURN)
    assert other != several.buyer
    assert STEP.find(said(f"撤销{theirs}"), several) is None
    assert STEP.read(said(theirs), several) is None
    assert STEP.told(situation(shop, several.buyer, case=theirs)) == ""


@pytest.mark.parametrize("text", ["好的", "确认", "不退了，撤销吧", "最后还是不退了", ""])
def test_nothing_is_found_in_words_that_name_no_case(several: Situation, text: str):
    assert STEP.find(said(text), several) is None


def test_without_a_fitting_one_the_newest_is_told_with_its_state(shop: DemoShop):
    case_no, buyer = buyer_with_case(shop, CaseStatus.RETURNING)
    with pytest.raises(NothingToDo) as nothing:
        STEP.ask(situation(shop, buyer))
    for part in (case_no, "没有可以撤销的", CaseStatus.RETURNING.label):
        assert part in nothing.value.text


def test_without_any_the_task_says_what_helps(shop: DemoShop):
    with pytest.raises(NothingToDo, match="不用撤销"):
        STEP.only(situation(shop, "buyer-9999"))
