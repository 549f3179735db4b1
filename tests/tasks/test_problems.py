"""Faulty, wrong or missing goods: from the first words to the rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kefu.orders import tables
from kefu.orders.status import OrderStatus
from kefu.tasks.problems import ProblemTask
from tests.tasks.finding import arrived, newest_case
from tests.tasks.talking import DemoShop, Talk

Talks = Callable[[str, str], Talk]


def test_a_message_that_tells_all_leaves_only_the_evidence_to_ask(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "杯", lines=1)
    about = talk("problem", buyer)
    assert "照片" in about.says("杯子收到是碎的，想换一个")
    assert about.answers == {
        "order": order.order_no,
        "goods": order.items[0].sku,
        "problem": "defect",
        "reason": "杯子收到是碎的",
        "wish": "exchange",
    }
    summary = about.says("裂纹从杯口到底 http://pictures.example/1.jpg")
    for part in (order.order_no, "杯子收到是碎的", "换新的", "由我们承担"):
        assert part in summary
    before = shop.count(tables.cases)
    told = about.says("好的")
    assert about.receipt is not None
    assert about.receipt.number in told
    assert told.startswith("售后申请已提交")
    row = newest_case(shop)
    assert shop.count(tables.cases) == before + 1
    assert (row.case_no, row.customer_id) == (about.receipt.number, buyer)
    assert (row.kind, row.status, row.ground) == ("exchange", "reviewing", "defect")
    assert row.freight_paid_by == "shop"
    assert row.reason == "杯子收到是碎的"
    assert row.evidence == ["裂纹从杯口到底 http://pictures.example/1.jpg"]
    (line,) = shop.rows(tables.case_items, case_id=row.id)
    assert line.quantity == order.items[0].quantity
    # An exchange leaves its order where it stands.
    assert shop.service.order(buyer, order.order_no).status is OrderStatus.DELIVERED


def test_what_is_missing_is_paid_back_or_sent_and_nothing_goes_back(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "杯", lines=1)
    about = talk("problem", buyer)
    about.says(f"{order.order_no} 少发了一个杯子", "report_wrong_item", order_id=order.order_no)
    assert about.asks == "wish"
    assert [button.title for button in about.buttons] == [
        "退少的那部分",
        "补发",
        "不用补，补偿一点",
    ]
    about.presses("退少的那部分")
    about.presses("暂时没有")
    about.says("好的")
    row = newest_case(shop)
    assert (row.kind, row.status, row.ground) == ("refund_only", "reviewing", "missing")
    assert row.freight_paid_by is None
    assert row.amount_cents <= order.total_cents
    assert row.evidence == []
    assert shop.service.order(buyer, order.order_no).status is OrderStatus.REFUNDING


def test_another_thing_than_ordered(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "杯", lines=1)
    about = talk("problem", buyer)
    about.says("杯子颜色发错了，我不想换，退货", "report_wrong_item")
    assert about.answers["problem"] == "wrong_item"
    assert about.answers["wish"] == "refund"
    about.says("暂时没有")
    about.says("好的")
    row = newest_case(shop)
    assert (row.ground, row.freight_paid_by) == ("wrong_item", "shop")
    assert row.amount_cents > 0


def test_a_bare_report_asks_everything_and_the_kind_only_then(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "杯", lines=2)
    about = talk("problem", buyer)
    about.says("我的东西有问题")
    if about.asks == "order":
        about.says(order.order_no[-4:])
    assert about.asks == "goods"
    about.says("第二个")
    assert about.answers["goods"] == order.items[1].sku
    assert about.answers["order"] == order.order_no
    assert about.asks == "problem"
    assert [button.title for button in about.buttons] == ["坏了", "发错了", "少发了"]
    about.presses("坏了")
    assert about.asks == "wish"
    about.presses("留着，补偿一点")
    about.presses("暂时没有")
    about.says("好的")
    row = newest_case(shop)
    assert (row.kind, row.ground, row.reason) == ("compensation", "defect", "坏了")


def test_the_kind_may_be_corrected_before_the_yes(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "杯", lines=1)
    about = talk("problem", buyer)
    about.says("杯子是坏的，退货")
    about.says("暂时没有")
    assert about.asks == "confirmed"
    about.says("说错了，不是坏了，是发错了")
    assert (about.answers["problem"], about.asks) == ("wrong_item", "confirmed")
    about.says("好的")
    assert newest_case(shop).ground == "wrong_item"


def test_so_may_the_wish(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "杯", lines=1)
    about = talk("problem", buyer)
    about.says("杯子是碎的，给我换新的")
    about.says("暂时没有")
    about.says("还是退款吧", "request_refund")
    assert (about.answers["wish"], about.asks) == ("refund", "confirmed")


def test_words_about_the_fault_are_evidence_and_correct_nothing(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "杯", lines=1)
    about = talk("problem", buyer)
    about.says("杯子是碎的，给我换新的")
    about.says("杯口裂了一条缝，盖子也破了", "report_defect")
    assert about.asks == "confirmed"
    assert about.answers["reason"] == "杯子是碎的"
    assert about.answers["evidence"] == "杯口裂了一条缝，盖子也破了"


class TestWhatTheRulesForbid:
    def test_nobody_takes_photos_of_what_was_reported_too_late(self, shop: DemoShop, talk: Talks):
        _, buyer = arrived(shop, "杯", hours=60, lines=1)
        about = talk("problem", buyer)
        told = about.says("杯子少发了一个，补发给我", "report_wrong_item")
        assert "48小时" in told
        assert about.asks is None

    def test_after_seven_days_a_wish_for_money_is_answered_with_an_exchange(
        self, shop: DemoShop, talk: Talks
    ):
        _, buyer = arrived(shop, "杯", hours=10 * 24, lines=1)
        about = talk("problem", buyer)
        told = about.says("杯子漏水，退款")
        assert "可以换新的" in told
        assert about.asks == "wish"
        assert [button.title for button in about.buttons] == ["换新的", "留着，补偿一点"]
        about.presses("换新的")
        about.presses("暂时没有")
        about.says("好的")
        assert newest_case(shop).kind == "exchange"

    def test_an_open_case_ends_it_and_offers_a_person(self, shop: DemoShop, talk: Talks):
        _, buyer = arrived(shop, "杯", lines=1)
        about = talk("problem", buyer)
        about.says("杯子是碎的，给我换新的")
        about.says("暂时没有")
        about.says("好的")
        told = talk("problem", buyer).says("杯子是碎的，给我换新的")
        assert "已经在处理中" in told
        assert len(shop.rows(tables.cases, customer_id=buyer, ground="defect")) == 1

    def test_what_was_not_shipped_is_cancelled_instead(self, shop: DemoShop, talk: Talks):
        order = shop.order(OrderStatus.PAID, lines=1)
        about = talk("problem", shop.owner(order))
        told = about.says("东西坏了 换新的", order_id=order.order_no)
        assert "取消订单" in told
        assert about.asks is None


@pytest.mark.parametrize("lacking", ["order", "goods", "problem", "reason", "wish"])
def test_no_command_without_an_answer(lacking: str):
    answers = {"order": "1", "goods": "*", "problem": "defect", "reason": "坏了", "wish": "refund"}
    task = ProblemTask()
    assert task.command(answers) is not None
    assert task.command({key: given for key, given in answers.items() if key != lacking}) is None
