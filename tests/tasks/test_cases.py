"""Taking a case back, and telling that the goods are sent: from the first words to the rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert

from kefu.orders import tables
from kefu.orders.database import writing
from kefu.orders.status import CaseStatus, OrderStatus
from tests.tasks.finding import arrived, buyer_with_case, newest_case
from tests.tasks.talking import NOW, DemoShop, Talk

Talks = Callable[[str, str], Talk]


def newcomer(shop: DemoShop) -> str:
    with writing(shop.engine) as connection:
        connection.execute(
            insert(tables.customers).values(
                id="buyer-new", name="新客", phone="13800000099", created_at=NOW
            )
        )
    return "buyer-new"


class TestWithdrawing:
    @pytest.mark.parametrize("kind", ["return_and_refund", "exchange"])
    def test_the_only_case_needs_nothing_but_a_yes(self, shop: DemoShop, talk: Talks, kind: str):
        case_no, buyer = buyer_with_case(shop, CaseStatus.AWAITING_RETURN, kind=kind)
        about = talk("withdraw_case", buyer)
        summary = about.says("不退了，撤销吧")
        assert about.asks == "confirmed"
        assert case_no in summary
        told = about.says("好的")
        assert told.startswith(f"办好了（售后单 {case_no}）")
        row = shop.row(tables.cases, case_no=case_no)
        assert (row.status, row.closed_at) == ("withdrawn", NOW)
        order = shop.row(tables.orders, id=row.order_id)
        assert order.status != OrderStatus.REFUNDING.value

    def test_a_no_leaves_it(self, shop: DemoShop, talk: Talks):
        case_no, buyer = buyer_with_case(shop, CaseStatus.AWAITING_RETURN)
        about = talk("withdraw_case", buyer)
        about.says("不退了，撤销吧")
        about.says("不用了")
        assert shop.row(tables.cases, case_no=case_no).status == "awaiting_return"

    def test_goods_on_their_way_back_are_told_why_not(self, shop: DemoShop, talk: Talks):
        case_no, buyer = buyer_with_case(shop, CaseStatus.RETURNING)
        about = talk("withdraw_case", buyer)
        told = about.says("不退了，撤销吧")
        assert case_no in told
        assert "寄回的路上" in told
        assert about.asks is None

    def test_without_any_case_there_is_nothing_to_fear(self, shop: DemoShop, talk: Talks):
        told = talk("withdraw_case", newcomer(shop)).says("退款点错了，撤销")
        assert "没有售后申请" in told
        assert "请放心" in told


class TestSendingBack:
    def test_courier_and_number_in_the_first_message_leave_only_the_yes(
        self, shop: DemoShop, talk: Talks
    ):
        case_no, buyer = buyer_with_case(shop, CaseStatus.AWAITING_RETURN, kind="return_and_refund")
        about = talk("return_sent", buyer)
        summary = about.says("寄回去了 顺丰SF1234567890123")
        assert about.asks == "confirmed"
        for part in (case_no, "顺丰", "SF1234567890123"):
            assert part in summary
        about.says("好的")
        row = shop.row(tables.cases, case_no=case_no)
        assert row.status == "returning"
        assert (row.return_courier, row.return_tracking_number) == ("顺丰", "SF1234567890123")

    def test_the_halves_may_come_one_after_the_other(self, shop: DemoShop, talk: Talks):
        case_no, buyer = buyer_with_case(shop, CaseStatus.AWAITING_RETURN)
        about = talk("return_sent", buyer)
        about.says("已经寄了")
        assert about.asks == "change"
        asked = about.says("78706829265583")
        assert "哪家快递" in asked
        about.says("小飞象快递")
        assert about.asks == "confirmed"
        about.says("好的")
        row = shop.row(tables.cases, case_no=case_no)
        assert (row.return_courier, row.return_tracking_number) == ("小飞象快递", "78706829265583")

    def test_a_slip_is_corrected_before_the_yes(self, shop: DemoShop, talk: Talks):
        case_no, buyer = buyer_with_case(shop, CaseStatus.AWAITING_RETURN)
        about = talk("return_sent", buyer)
        about.says("中通78706829265583寄的")
        about.says("单号写错了，是78706829265584")
        about.says("好的")
        row = shop.row(tables.cases, case_no=case_no)
        assert (row.return_courier, row.return_tracking_number) == ("中通", "78706829265584")

    def test_a_number_that_is_told_again_corrects_the_first(self, shop: DemoShop, talk: Talks):
        case_no, buyer = buyer_with_case(shop, CaseStatus.AWAITING_RETURN)
        for number in ("SF1234567890123", "SF1234567890124"):
            about = talk("return_sent", buyer)
            about.says(f"顺丰{number}")
            for _ in range(int(number[-1])):  # a write of its own: another key
                about.says(f"是{number}")
            about.says("好的")
        row = shop.row(tables.cases, case_no=case_no)
        assert row.return_tracking_number == "SF1234567890124"

    def test_who_sends_without_having_asked_is_told_what_to_do(self, shop: DemoShop, talk: Talks):
        told = talk("return_sent", newcomer(shop)).says("我寄回去了 顺丰SF1234567890123")
        assert "转人工" in told
        assert "我要退货" in told

    def test_a_case_under_review_waits(self, shop: DemoShop, talk: Talks):
        _, buyer = arrived(shop, "杯", lines=1)
        report = talk("problem", buyer)
        report.says("杯子是碎的，给我换新的")
        report.says("暂时没有")
        report.says("好的")
        case_no = newest_case(shop).case_no
        told = talk("return_sent", buyer).says("我寄回去了 顺丰SF1234567890123")
        assert case_no in told
        assert "审核" in told
        assert shop.row(tables.cases, case_no=case_no).return_courier is None
