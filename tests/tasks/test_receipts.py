"""More days before a receipt confirms itself, and confirming it at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kefu.orders import tables
from kefu.orders.status import OrderStatus
from kefu.tasks import TASKS, Said
from kefu.tasks.receipts import asks_to_confirm
from tests.tasks.talking import NOW, DemoShop

DAY = timedelta(days=1)


class TestConfirming:
    @pytest.mark.parametrize(
        "said",
        [
            "确认收货",
            "确认收货。",
            "确认签收",
            "帮我确认收货",
            "帮我点确认",
            "帮我点一下确认收货",
            "点收货",
            "点一下收货",
            "麻烦确认收货",
            "麻烦帮我确认一下收货",
            "请帮我确认收货，谢谢",
            "我要确认收货",
            "我想确认收货",
            "直接确认收货吧",
            "能帮我确认收货吗",
            "可以帮我点确认收货不",
            "给我点下确认",
            "第一单确认收货",
            "订单2026111107352208确认收货",
            "把那单确认收货吧，帮我确认一下",
            "东西收到了，帮我确认收货",
        ],
    )
    def test_what_asks_for_it(self, said: str):
        assert asks_to_confirm(said)
        assert not TASKS["confirm_receipt"].is_news(Said(said, "confirm_receipt"))

    @pytest.mark.parametrize(
        "said",
        [
            "收到了，谢谢",
            "收到了",
            "已签收",
            "货到了",
            "确认收货了",
            "我点确认了哦",
            "我去确认收货",
            "收货我点确认了哈",
            "刚在手机上把确认给点了✅",
            "我确认收货了 票可以开了吧",
            "已经确认收货",
            "快递取回来了",
            "我妈收到了❤️",
            "包裹到家了哈",
            "别确认收货",
            "先不要确认收货",
            "还没确认",
            "怎么确认收货",
            "在哪点确认收货",
            "两床蚕丝被都到了,我妈摸了半天说不错,收货没问题哈",
            "课桌送到学校了 校工签的",
            "",
            "/query_order{}",
        ],
    )
    def test_what_only_tells_or_asks_how(self, said: str):
        assert not asks_to_confirm(said)
        assert TASKS["confirm_receipt"].is_news(Said(said, "confirm_receipt"))

    @pytest.mark.parametrize("said", ["1" * 10_000, "帮我" * 5_000, "我" * 10_000])
    @pytest.mark.timeout(5)
    def test_a_long_text_is_read_quickly(self, said: str):
        assert not asks_to_confirm(said)

    def test_how_is_a_question(self):
        assert TASKS["confirm_receipt"].is_question(Said("怎么确认收货", "confirm_receipt"))
        assert not TASKS["confirm_receipt"].is_question(Said("能帮我确认收货吗"))

    def test_the_order_is_completed_after_a_yes(self, shop: DemoShop, talk):
        order = shop.order(OrderStatus.DELIVERED)
        buyer = talk("confirm_receipt", shop.owner(order))
        summary = buyer.says(f"{order.order_no}帮我确认收货", order_id=order.order_no)
        assert order.order_no in summary
        assert "确认确认收货吗" not in summary
        assert shop.service.order(buyer.buyer, order.order_no).status is OrderStatus.DELIVERED
        assert "已经确认收货" in buyer.says("好的")
        assert shop.row(tables.orders, order_no=order.order_no).status == "completed"

    def test_a_no_leaves_it(self, shop: DemoShop, talk):
        order = shop.order(OrderStatus.SHIPPED)
        buyer = talk("confirm_receipt", shop.owner(order))
        assert "没有拿到商品" in buyer.says(order.order_no)
        assert "没有提交" in buyer.says("不用了")
        assert shop.row(tables.orders, order_no=order.order_no).status == "shipped"

    def test_one_that_is_not_shipped_is_refused(self, shop: DemoShop, talk):
        order = shop.order(OrderStatus.PAID)
        buyer = talk("confirm_receipt", shop.owner(order))
        assert "还没有发货" in buyer.says(order.order_no)
        assert buyer.receipt is None

    def test_another_buyers_order_does_not_exist(self, shop: DemoShop, talk):
        order = shop.order(OrderStatus.DELIVERED)
        before = shop.row(tables.orders, order_no=order.order_no)
        buyer = talk("confirm_receipt", shop.someone_but(order))
        buyer.says(f"确认收货 {order.order_no}", order_id=order.order_no)
        assert order.order_no not in buyer.replies
        assert buyer.answers.get("order") != order.order_no
        buyer.says("好的")
        assert shop.row(tables.orders, order_no=order.order_no) == before


class TestMoreDays:
    def test_the_deadline_moves_once(self, shop: DemoShop, talk):
        order = shop.order(OrderStatus.DELIVERED)
        shop.set(order, delivered_at=NOW - 8 * DAY, receipt_deadline=NOW + DAY)
        buyer = talk("extend_receipt", shop.owner(order))
        assert "延长3天" in buyer.says(
            f"{order.order_no}快自动确认了 延一下", order_id=order.order_no
        )
        assert "已经延长" in buyer.says("/affirm")
        held = shop.row(tables.orders, order_no=order.order_no)
        assert held.receipt_deadline == NOW + 4 * DAY
        assert held.receipt_extensions == 1
        again = talk("extend_receipt", buyer.buyer)
        assert "已经延长过1次" in again.says(order.order_no)
        assert shop.row(tables.orders, order_no=order.order_no) == held

    def test_too_early_says_when(self, shop: DemoShop, talk):
        order = shop.order(OrderStatus.DELIVERED)
        shop.set(order, delivered_at=NOW - DAY, receipt_deadline=None)
        buyer = talk("extend_receipt", shop.owner(order))
        assert "还早" in buyer.says(order.order_no)
        assert buyer.asks is None

    @pytest.mark.parametrize(
        "said", ["怎么延长确认时间", "在哪延收货啊", "延长收货的入口不见了", "想延常收货 点哪"]
    )
    def test_how_is_a_question(self, said: str):
        assert TASKS["extend_receipt"].is_question(Said(said, "extend_receipt"))

    @pytest.mark.parametrize(
        "said",
        [
            "收货时间能延长吗",
            "还没收到 怎么就要自动收货了",
            "帮我延长几天",
            "我已经延过一次了 还能再延不",
        ],
    )
    def test_a_wish_is_none(self, said: str):
        assert not TASKS["extend_receipt"].is_question(Said(said, "extend_receipt"))
