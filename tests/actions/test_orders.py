"""What a buyer hears of their orders, and that it is never of another's."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import update

from actions.orders import (
    NO_ORDERS,
    NOT_YOURS,
    OrderAction,
    QueryOrder,
    ShipTime,
    TrackShipment,
    local_time,
)
from kefu.orders.status import OrderStatus
from kefu.orders.tables import orders
from tests.actions.scene import BUYER, Shop, run, tracker

ACTIONS = [QueryOrder, TrackShipment, ShipTime]


def others(shop: Shop) -> list[str]:
    return [order.order_no for order in shop.service.recent_orders("buyer-0002", 50)]


class TestWhoseOrders:
    @pytest.mark.parametrize("action", ACTIONS)
    def test_only_own_ones_are_told(self, shop: Shop, action: type[OrderAction]):
        text = run(action(), tracker("我的订单")).text
        assert not [number for number in others(shop) if number in text]
        assert text

    @pytest.mark.parametrize("action", ACTIONS)
    def test_another_buyers_number_is_not_found(self, shop: Shop, action: type[OrderAction]):
        number = others(shop)[0]
        done = run(action(), tracker(f"查 {number}", order_id=number))
        assert done.text == NOT_YOURS

    def test_nor_is_one_that_does_not_exist(self):
        assert run(QueryOrder(), tracker(order_id="2020010100000000")).text == NOT_YOURS

    @pytest.mark.parametrize("action", ACTIONS)
    def test_a_buyer_without_orders(self, shop: Shop, action: type[OrderAction]):
        assert run(action(), tracker(sender=shop.buyer_without_orders())).text == NO_ORDERS


class TestQueryOrder:
    def test_the_three_newest_without_a_number(self, shop: Shop):
        text = run(QueryOrder(), tracker("我的订单")).text
        recent = shop.service.recent_orders(BUYER)
        told = [order.order_no for order in recent if f"订单 {order.order_no}" in text]
        assert told == [order.order_no for order in recent[:3]]

    def test_one_by_its_number_with_name_and_phone_masked(self, shop: Shop):
        order = shop.order(OrderStatus.DELIVERED)
        text = run(QueryOrder(), tracker(order_id=order.order_no)).text
        assert order.order_no in text
        assert order.status.label in text
        assert order.items[0].name in text
        assert order.phone_masked in text
        assert "*" in order.phone_masked
        assert text.count("订单 ") == 1

    def test_one_by_its_last_digits_or_by_pointing(self, shop: Shop):
        recent = shop.service.recent_orders(BUYER)
        for text, order in (
            (f"尾号{recent[2].order_no[-4:]}那单", recent[2]),
            ("第二个", recent[1]),
            ("最近那单", recent[0]),
        ):
            assert f"订单 {order.order_no}" in run(QueryOrder(), tracker(text)).text


class TestTrackShipment:
    def test_what_is_on_its_way(self, shop: Shop):
        order = shop.order(OrderStatus.SHIPPED)
        text = run(TrackShipment(), tracker("到哪了")).text
        assert order.parcels[0].tracking_number in text
        assert order.parcels[0].courier in text
        assert order.parcels[0].events[-1].text in text
        assert "送达" in text

    def test_nothing_on_its_way_tells_of_the_newest(self, shop: Shop):
        buyer = shop.buyer_with(*(set(OrderStatus) - {OrderStatus.SHIPPED}), only=True)
        text = run(TrackShipment(), tracker("物流", sender=buyer)).text
        assert text.startswith("目前没有在路上的包裹。最近一单：\n")

    def test_an_order_not_yet_sent_tells_when_it_will_be(self, shop: Shop):
        order = shop.order(OrderStatus.PAID)
        text = run(TrackShipment(), tracker(order_id=order.order_no)).text
        assert "最晚" in text


class TestShipTime:
    def test_the_promise(self, shop: Shop):
        order = shop.order(OrderStatus.PAID)
        text = run(ShipTime(), tracker("什么时候发货")).text
        assert order.order_no in text
        assert order.ship_by is not None
        assert f"最晚{local_time(order.ship_by)}前发出" in text

    def test_a_broken_promise_is_admitted(self, shop: Shop):
        order = shop.order(OrderStatus.PAID)
        late = datetime.now(timezone.utc) - timedelta(hours=3)
        with shop.engine.begin() as connection:
            connection.execute(
                update(orders).where(orders.c.order_no == order.order_no).values(ship_by=late)
            )
        text = run(ShipTime(), tracker("什么时候发货")).text
        assert "已经超时了，非常抱歉" in text
        assert "转人工" in text

    def test_an_unpaid_one_waits_for_payment(self, shop: Shop):
        buyer = shop.buyer_with(OrderStatus.PENDING_PAYMENT)
        number = shop.order(OrderStatus.PENDING_PAYMENT, buyer).order_no
        text = run(ShipTime(), tracker(sender=buyer, order_id=number)).text
        assert "还没有付款" in text

    def test_one_that_has_left_is_told_with_its_parcel(self, shop: Shop):
        order = shop.order(OrderStatus.SHIPPED)
        text = run(ShipTime(), tracker(order_id=order.order_no)).text
        assert order.parcels[0].tracking_number in text

    def test_nothing_waiting_tells_of_the_newest(self, shop: Shop):
        waiting = (OrderStatus.PAID, OrderStatus.PENDING_PAYMENT)
        buyer = shop.buyer_with(*(set(OrderStatus) - set(waiting)), only=True)
        text = run(ShipTime(), tracker("发货", sender=buyer)).text
        assert text.startswith("您目前没有等待发货的订单。最近一单：\n")


def test_times_are_the_shops():
    assert local_time(datetime(2026, 11, 20, 20, 5, tzinfo=timezone.utc)) == "11月21日 04:05"
