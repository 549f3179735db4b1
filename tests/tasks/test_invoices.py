"""An invoice, from the first message to the row."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefu.orders import tables
from kefu.orders.status import OrderStatus
from kefu.orders.views import OrderView
from kefu.tasks import TASKS, Said
from tests.tasks.talking import DemoShop

NUMBER = "91330106MA2K00007X"
COMPANY = "云帆致远科技有限公司"


@pytest.fixture
def order(shop: DemoShop) -> OrderView:
    """A delivered order without an invoice, the only one of its buyer that may have one."""
    free = (
        OrderStatus.PENDING_PAYMENT,
        OrderStatus.CANCELLED,
        OrderStatus.REFUNDING,
        OrderStatus.REFUNDED,
    )
    return next(
        order
        for number in range(1, 201)
        for orders in [shop.service.recent_orders(f"buyer-{number:04d}", 5)]
        if sum(one.status not in free for one in orders) == 1
        for order in orders
        if order.status in (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.DELIVERED)
        and not invoices(shop, order)
    )


def invoices(shop: DemoShop, order: OrderView) -> list[tuple[str, str | None, str | None]]:
    """Title, tax number and mailbox of the order's invoices, in clear."""
    held = shop.row(tables.orders, order_no=order.order_no)
    rows = shop.rows(tables.invoices, order_id=held.id)
    return [(row.title, row.tax_number, row.email) for row in rows]


class TestAnInvoice:
    @pytest.mark.parametrize(
        ("said", "row"),
        [
            (f"开公司发票，抬头{COMPANY}，税号{NUMBER}", (COMPANY, NUMBER, None)),
            (f"{COMPANY} {NUMBER} a.b@mail.example.com", (COMPANY, NUMBER, "a.b@mail.example.com")),
            ("开发票，个人 张三", ("张三", None, None)),
            ("抬头写个人就行", ("个人", None, None)),
        ],
    )
    def test_a_first_message_that_says_it_needs_a_yes_alone(
        self, shop: DemoShop, talk, order: OrderView, said: str, row: tuple[str | None, ...]
    ):
        buyer = talk("request_invoice", shop.owner(order))
        summary = buyer.says(said)
        assert buyer.asks == "confirmed"
        assert order.order_no in summary
        assert NUMBER not in summary
        assert invoices(shop, order) == []
        assert "发票已经申请" in buyer.says("好的")
        assert invoices(shop, order) == [row]

    def test_the_tax_number_is_masked_and_sealed(self, shop: DemoShop, talk, order: OrderView):
        buyer = talk("request_invoice", shop.owner(order))
        assert "9133**********007X" in buyer.says(f"抬头{COMPANY}，税号{NUMBER}")
        buyer.says("好的")
        held = Path(str(shop.engine.url.database)).read_bytes()
        assert NUMBER.encode() not in held

    def test_a_company_is_asked_for_its_tax_number_alone(
        self, shop: DemoShop, talk, order: OrderView
    ):
        buyer = talk("request_invoice", shop.owner(order))
        assert "要有18位的税号" in buyer.says(f"抬头{COMPANY}")
        assert "税号应该是18位" in buyer.says("税号是9133010")
        buyer.says(NUMBER)
        assert buyer.asks == "confirmed"
        buyer.says("好的")
        assert invoices(shop, order) == [(COMPANY, NUMBER, None)]

    def test_a_tax_number_is_asked_for_its_company(self, shop: DemoShop, talk, order: OrderView):
        buyer = talk("request_invoice", shop.owner(order))
        assert "还差发票抬头" in buyer.says(f"开票，税号{NUMBER}")
        buyer.says(COMPANY)
        buyer.says("好的")
        assert invoices(shop, order) == [(COMPANY, NUMBER, None)]

    def test_a_name_takes_the_place_of_the_bare_word(self, shop: DemoShop, talk, order: OrderView):
        buyer = talk("request_invoice", shop.owner(order))
        assert "想写姓名的话" in buyer.says("开个人发票")
        buyer.says("孙丽娟")
        buyer.says("好的")
        assert invoices(shop, order) == [("孙丽娟", None, None)]

    def test_a_mailbox_may_follow_at_the_summary(self, shop: DemoShop, talk, order: OrderView):
        buyer = talk("request_invoice", shop.owner(order))
        buyer.says(f"抬头{COMPANY}，税号{NUMBER}")
        assert "a@mail.example.com" in buyer.says("发到邮箱 a@mail.example.com")
        buyer.says("好的")
        assert invoices(shop, order) == [(COMPANY, NUMBER, "a@mail.example.com")]

    def test_asked_in_one_question(self, shop: DemoShop, talk, order: OrderView):
        buyer = talk("request_invoice", shop.owner(order))
        assert "18位税号" in buyer.says("给我开票")
        assert "没有看明白" in buyer.says("嗯嗯")
        buyer.says("孙丽娟")
        assert buyer.asks == "confirmed"

    def test_once_an_order(self, shop: DemoShop, talk, order: OrderView):
        buyer = talk("request_invoice", shop.owner(order))
        buyer.says("个人 张三")
        buyer.says("好的")
        again = talk("request_invoice", buyer.buyer)
        assert "已经申请过发票" in again.says("个人 李雷")
        assert invoices(shop, order) == [("张三", None, None)]

    def test_another_buyers_order_does_not_exist(self, shop: DemoShop, talk, order: OrderView):
        stranger = talk("request_invoice", shop.someone_but(order))
        stranger.says(f"{order.order_no}开票，个人 张三", order_id=order.order_no)
        stranger.says(order.order_no)
        stranger.says("好的")
        assert invoices(shop, order) == []

    @pytest.mark.parametrize(
        "text",
        [
            "抬头'; DROP TABLE invoices; --，个人",
            "抬头" + "公司" * 5_000,
            "抬头<script>alert(1)</script>有限公司",
            f"抬头{COMPANY}，税号" + "9" * 10_000,
            f"抬头{COMPANY}，税号91330106МА2К00007Х",  # Cyrillic letters
            f"抬头\x00{COMPANY}\ud800，税号{NUMBER}，邮箱a@b@c",
            '{"title": "张三", "order_no": "2026010100000000"}',
        ],
        ids=lambda text: text[:10].encode("unicode_escape").decode(),
    )
    def test_hostile_texts(self, shop: DemoShop, talk, order: OrderView, text: str):
        before = shop.count(tables.invoices)
        buyer = talk("request_invoice", shop.owner(order))
        assert buyer.says(text)
        assert shop.count(tables.invoices) == before
        assert all(len(value) < 1_500 for value in buyer.answers.values())
        buyer.says("好的")
        assert shop.count(tables.invoices) - before == len(invoices(shop, order)) <= 1
        assert not any("<" in str(row) or "DROP" in str(row) for row in invoices(shop, order))


class TestAMereQuestion:
    @pytest.mark.parametrize(
        "said",
        [
            "能开发票吗",
            "可以开专票吗",
            "怎么开发票",
            "有票吗",
            "专票能开不",
            "开票要加税点吗",
            "发票什么时候能给我",
            "发票开错了",
            "想要纸质发票",
            "个人开票要税号吗",
            "可以开增值税专用吗",
            f"我公司{COMPANY} 税号{NUMBER} 专票",
            "发票重开",
            "红冲怎么搞",
            "发票链接打不开",
            "买茶叶送礼的，能开票不",
        ],
    )
    def test_is_for_the_articles(self, said: str):
        task = TASKS["request_invoice"]
        assert task.is_question(Said(said, "request_invoice"))
        assert "把发票抬头发给我" in task.hint(Said(said, "request_invoice"))

    @pytest.mark.parametrize(
        "said",
        [
            "开发票",
            "我要开发票",
            "帮忙开个票呗",
            "给我开票",
            "公司要报销，给个票",
            "抬头写个人就行",
            "补开一张发票",
            "普票就行",
            f"抬头{COMPANY}，税号{NUMBER}",
            f"我们公司是{COMPANY}，能今天开出来吗",
        ],
    )
    def test_a_wish_is_none(self, said: str):
        assert not TASKS["request_invoice"].is_question(Said(said, "request_invoice"))
