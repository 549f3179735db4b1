"""A fault whose goods are sold out: what can be had is offered, and money where nothing can."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from kefu.orders import tables
from kefu.orders.database import writing
from kefu.orders.views import OrderView
from tests.tasks.finding import arrived, newest_case
from tests.tasks.talking import DemoShop, Talk

Talks = Callable[[str, str], Talk]


def sell_out(shop: DemoShop, order: OrderView, *, all_variants: bool) -> str:
    """Leaves no piece of the order's one variant, or of any of its product; its code."""
    (item,) = order.items
    gone = [v.sku for v in shop.service.variants(item.sku)] if all_variants else [item.sku]
    variants = tables.product_variants
    with writing(shop.engine) as connection:
        connection.execute(update(variants).where(variants.c.sku.in_(gone)).values(stock=0))
    return item.sku


class TestExchange:
    def test_only_other_variants_are_offered_where_the_same_is_gone(
        self, shop: DemoShop, talk: Talks
    ):
        order, buyer = arrived(shop, "防晒衣", lines=1)
        same = sell_out(shop, order, all_variants=False)
        about = talk("exchange", buyer)
        asked = about.says("防晒衣拉链坏了，给我换")
        assert about.asks == "change"
        assert "同款现在没有货" in asked
        assert about.buttons
        assert "同款换新" not in [button.title for button in about.buttons]
        for answer in ("换个新的", same):
            about.says(answer)
            assert about.asks == "change", answer
        about.presses(about.buttons[0].title)
        about.says("暂时没有")
        about.says("好的")
        assert newest_case(shop).ground == "defect"
        assert newest_case(shop).new_sku not in (None, same)

    def test_where_nothing_is_left_it_is_said_and_money_back_offered(
        self, shop: DemoShop, talk: Talks
    ):
        order, buyer = arrived(shop, "防晒衣", lines=1)
        sell_out(shop, order, all_variants=True)
        about = talk("exchange", buyer)
        told = about.says("防晒衣拉链坏了，给我换")
        assert about.asks is None
        assert "没有货" in told
        assert "退款" in told
        assert [button.payload for button in about.buttons] == ["我要退款"]

    def test_too_late_for_money_a_person_is_offered(self, shop: DemoShop, talk: Talks):
        order, buyer = arrived(shop, "防晒衣", hours=10 * 24, lines=1)
        sell_out(shop, order, all_variants=True)
        about = talk("exchange", buyer)
        told = about.says("防晒衣拉链坏了，给我换")
        assert about.asks is None
        assert "退款" not in told
        assert [button.payload for button in about.buttons] == ["/request_human"]

    def test_while_it_is_in_stock_the_same_is_sent_without_asking(
        self, shop: DemoShop, talk: Talks
    ):
        _, buyer = arrived(shop, "防晒衣", lines=1)
        about = talk("exchange", buyer)
        about.says("防晒衣拉链坏了，给我换")
        assert (about.asks, about.answers["change"]) == ("evidence", "=")

    def test_a_wish_for_money_instead_is_another_matter(self, shop: DemoShop, talk: Talks):
        order, buyer = arrived(shop, "防晒衣", lines=1)
        sell_out(shop, order, all_variants=False)
        about = talk("exchange", buyer)
        about.says("防晒衣拉链坏了，给我换")
        about.says("我要退款", "request_refund")
        assert not about.understood


class TestProblem:
    @pytest.mark.parametrize(
        ("fault", "offered"),
        [
            ("杯子是碎的", ["退货退款", "留着，补偿一点"]),
            ("杯子少发了一个", ["退少的那部分", "不用补，补偿一点"]),
        ],
    )
    def test_what_is_gone_is_not_offered(
        self, shop: DemoShop, talk: Talks, fault: str, offered: list[str]
    ):
        order, buyer = arrived(shop, "杯", lines=1)
        sell_out(shop, order, all_variants=False)
        about = talk("problem", buyer)
        about.says(fault)
        assert about.asks == "wish"
        assert [button.title for button in about.buttons] == offered

    def test_who_wants_it_all_the_same_is_told_before_photos_are_taken(
        self, shop: DemoShop, talk: Talks
    ):
        order, buyer = arrived(shop, "杯", lines=1)
        sell_out(shop, order, all_variants=False)
        about = talk("problem", buyer)
        told = about.says("杯子是碎的，给我换新的")
        assert "没有货" in told
        assert about.asks == "wish"
        about.presses("退货退款")
        assert about.asks == "evidence"
