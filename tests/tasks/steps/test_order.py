from __future__ import annotations

from datetime import timedelta

import pytest

from kefu.orders.status import OrderStatus
from kefu.tasks.step import NothingToDo
from kefu.tasks.steps.order import NO_ORDERS, OrderStep, goods
from tests.tasks.finding import arrived
from tests.tasks.steps.looking import said, situation
from tests.tasks.talking import BUYER, NOW, DemoShop

RETURN = OrderStep("退款", "request_refund", "report_not_received")
DELAY = OrderStep("推迟发货", "delay_shipment")


def test_the_orders_that_fit_are_offered_newest_first(shop: DemoShop):
    reply = RETURN.ask(situation(shop, BUYER))
    fitting = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED)
    expected = [o.order_no for o in shop.service.recent_orders(BUYER, 5) if o.status in fitting]
    assert [button.payload for button in reply.buttons] == expected
    assert all(button.payload[-4:] in button.title for button in reply.buttons)
    assert "1. " in reply.text


def test_the_only_one_that_fits_is_not_asked_for(shop: DemoShop):
    order = shop.order(OrderStatus.PAID)
    buyer = shop.owner(order)
    paid = [o for o in shop.service.recent_orders(buyer, 5) if o.status is OrderStatus.PAID]
    only = DELAY.only(situation(shop, buyer))
    assert only == (order.order_no if len(paid) == 1 else None)
    assert RETURN.only(situation(shop, BUYER)) is None


def test_without_orders_or_fitting_ones_the_buyer_is_told_why(shop: DemoShop):
    with pytest.raises(NothingToDo) as nothing:
        RETURN.ask(situation(shop, "buyer-9999"))
    assert nothing.value.text == NO_ORDERS
    _, buyer = arrived(shop, "杯")
    recent = shop.service.recent_orders(buyer, 5)
    for order in recent:
        shop.set(order, status=OrderStatus.DELIVERED.value)
    with pytest.raises(NothingToDo) as nothing:
        DELAY.ask(situation(shop, buyer))
    for part in ("没有可以推迟发货的", recent[0].order_no[-4:], "订单号发给我"):
        assert part in nothing.value.text


@pytest.mark.parametrize("text", ["好的", "确认", "不要了", "我要退款", "多久到账", "", "😂"])
def test_nothing_is_found_in_words_that_name_no_order(shop: DemoShop, text: str):
    assert RETURN.find(said(text), situation(shop, BUYER)) is None


def test_an_order_is_found_by_its_number_its_goods_or_its_place(shop: DemoShop):
    order, buyer = arrived(shop, "杯")
    recent = shop.service.recent_orders(buyer, 5)
    here = situation(shop, buyer)
    assert RETURN.find(said("杯子那单"), here) == order.order_no
    assert RETURN.find(said(f"退{order.order_no[-6:]}"), here) == order.order_no
    assert RETURN.find(said("退第一个"), here) == recent[0].order_no
    assert RETURN.find(said("退它", order_id=order.order_no), here) == order.order_no


def test_an_older_order_is_found_by_its_number(shop: DemoShop):
    old = shop.service.recent_orders("buyer-0002", 1)[0]
    shop.set(old, customer_id=BUYER, placed_at=NOW - timedelta(days=300))
    for order in shop.service.recent_orders("buyer-0003", 5):
        shop.set(order, customer_id=BUYER)
    here = situation(shop, BUYER)
    assert old.order_no not in [button.payload for button in RETURN.ask(here).buttons]
    assert RETURN.find(said("这单", order_id=old.order_no), here) == old.order_no
    assert RETURN.read(said(old.order_no), here) == old.order_no


def test_another_buyers_number_is_none(shop: DemoShop):
    other = shop.service.recent_orders("buyer-0002", 1)[0].order_no
    here = situation(shop, BUYER)
    assert RETURN.find(said(other, order_id=other), here) is None
    assert RETURN.read(said(other), here) is None


def test_a_place_means_the_list_that_was_offered(shop: DemoShop):
    here = situation(shop, BUYER)
    offered = [button.payload for button in RETURN.ask(here).buttons]
    assert RETURN.read(said("第二个"), here) == offered[1]
    assert RETURN.read(said("第九个"), here) is None


def test_the_summary_names_number_and_goods(shop: DemoShop):
    order = shop.service.recent_orders(BUYER, 1)[0]
    told = RETURN.told(situation(shop, BUYER, order=order.order_no))
    assert told == f"订单 {order.order_no}（{goods(order)}）"
