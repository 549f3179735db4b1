"""Calling an order off and money back: from the first words to the rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kefu.orders import tables
from kefu.orders.status import OrderStatus
from kefu.tasks import TASKS
from kefu.tasks.refunds import CancelTask, RefundTask
from tests.tasks.finding import arrived, newest_case
from tests.tasks.talking import DemoShop, Talk

Talks = Callable[[str, str], Talk]


class TestCancelling:
    def test_a_paid_order_is_paid_back_in_full(self, shop: DemoShop, talk: Talks):
        order = shop.order(OrderStatus.PAID)
        buyer = shop.owner(order)
        about = talk("cancel_order", buyer)
        about.says(f"{order.order_no}拍错了，取消", order_id=order.order_no)
        assert about.asks == "confirmed"
        told = about.says("好的")
        row = newest_case(shop)
        assert row.case_no in told
        assert (row.kind, row.amount_cents) == ("refund_only", order.total_cents)
        assert (row.customer_id, row.reason) == (buyer, f"{order.order_no}拍错了")
        assert shop.service.order(buyer, order.order_no).status is OrderStatus.REFUNDING

    def test_an_unpaid_one_opens_no_case(self, shop: DemoShop, talk: Talks):
        order = shop.order(OrderStatus.PENDING_PAYMENT)
        buyer, before = shop.owner(order), shop.count(tables.cases)
        about = talk("cancel_order", buyer)
        about.says(f"{order.order_no}不想要了", order_id=order.order_no)
        told = about.says("好的")
        assert told.startswith(f"办好了（订单 {order.order_no}）")
        assert shop.count(tables.cases) == before
        assert shop.service.order(buyer, order.order_no).status is OrderStatus.CANCELLED

    def test_only_what_can_be_called_off_is_offered(self, shop: DemoShop, talk: Talks):
        order = shop.order(OrderStatus.PAID)
        buyer = shop.owner(order)
        about = talk("cancel_order", buyer)
        about.says("取消订单")
        open_ones = (OrderStatus.PAID, OrderStatus.PENDING_PAYMENT)
        fitting = [o.order_no for o in shop.service.recent_orders(buyer) if o.status in open_ones]
        offered = [button.payload for button in about.buttons] if about.asks == "order" else None
        assert offered == fitting if len(fitting) > 1 else about.asks == "reason"

    def test_a_shipped_one_is_told_why_not(self, shop: DemoShop, talk: Talks):
        order = shop.order(OrderStatus.SHIPPED)
        about = talk("cancel_order", shop.owner(order))
        told = about.says(f"{order.order_no}拍错了取消", order_id=order.order_no)
        assert "拒收" in told
        assert shop.service.order(shop.owner(order), order.order_no).status is OrderStatus.SHIPPED


class TestRefunding:
    def test_one_of_several_goods(self, shop: DemoShop, talk: Talks):
        order, buyer = arrived(shop, "杯", lines=2)
        about = talk("refund", buyer)
        about.says(f"{order.order_no}想退", order_id=order.order_no)
        cup = next(item for item in order.items if "杯" in item.name)
        about.says("杯子")
        assert (about.asks, about.answers["goods"]) == ("reason", cup.sku)
        about.presses("不喜欢，不想要了")
        about.says("好的")
        row = newest_case(shop)
        assert (row.kind, row.status, row.ground) == (
            "return_and_refund",
            "awaiting_return",
            "no_reason",
        )
        (line,) = shop.rows(tables.case_items, case_id=row.id)
        assert line.quantity == cup.quantity
        assert row.amount_cents == cup.quantity * cup.unit_price_cents

    def test_all_of_them(self, shop: DemoShop, talk: Talks):
        order, buyer = arrived(shop, "瑜伽垫", lines=2)
        about = talk("refund", buyer)
        about.says(f"{order.order_no}不喜欢，想退", order_id=order.order_no)
        about.presses("全部")
        assert about.asks == "confirmed"
        about.says("好的")
        row = newest_case(shop)
        assert len(shop.rows(tables.case_items, case_id=row.id)) == 2
        assert row.amount_cents == order.total_cents - order.freight_cents

    def test_a_fault_asks_for_what_shows_it_and_goes_to_a_person(self, shop: DemoShop, talk: Talks):
        _, buyer = arrived(shop, "杯", lines=1)
        about = talk("refund", buyer)
        asked = about.says("杯子碎了，退款")
        assert about.asks == "evidence"
        assert "坏的地方" in asked
        about.says("http://pictures.example/1.png")
        about.says("好的")
        row = newest_case(shop)
        assert (row.status, row.ground, row.freight_paid_by) == ("reviewing", "defect", "shop")
        assert row.evidence == ["http://pictures.example/1.png"]

    def test_a_parcel_that_never_came_is_looked_for_first(self, shop: DemoShop, talk: Talks):
        _, buyer = arrived(shop, "杯", lines=1)
        about = talk("refund", buyer)
        about.says("杯子显示签收了，我没有收到，退款")
        if about.asks == "reason":
            about.says("显示签收但是没有收到")
        assert about.asks == "confirmed"
        about.says("好的")
        row = newest_case(shop)
        assert (row.kind, row.ground, row.received) == ("refund_only", "not_received", False)
        assert row.status == "reviewing"


@pytest.mark.parametrize("text", ["我要退款", "退货", "申请退款吧", "帮我取消订单", "退了吧。"])
def test_a_bare_wish_is_no_reason(text: str):
    assert RefundTask().only_wishes(text)


@pytest.mark.parametrize("text", ["我要退款，太大了", "不想要了", "为什么退款"])
def test_more_than_the_wish_may_be_one(text: str):
    assert not RefundTask().only_wishes(text)


def test_no_command_without_an_answer():
    whole = {"order": "1", "goods": "*", "reason": "不要了"}
    assert RefundTask().command(whole) is not None
    assert CancelTask().command(whole) is not None
    for lacking in whole:
        rest = {key: given for key, given in whole.items() if key != lacking}
        assert RefundTask().command(rest) is None
        assert (CancelTask().command(rest) is None) is (lacking != "goods")


def test_each_intent_begins_one_task():
    intents = [intent for task in TASKS.values() for intent in task.intents]
    assert len(intents) == len(set(intents))
