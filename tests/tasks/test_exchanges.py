"""Another size or colour, or the same anew: from the first words to the rows."""

from __future__ import annotations

from collections.abc import Callable

from kefu.orders import tables
from kefu.orders.views import OrderView, VariantView
from tests.tasks.finding import arrived, newest_case
from tests.tasks.talking import DemoShop, Talk

Talks = Callable[[str, str], Talk]


def stock(shop: DemoShop, sku: str) -> int:
    return int(shop.row(tables.product_variants, sku=sku).stock)


def other_size(shop: DemoShop, order: OrderView) -> VariantView:
    """Of the same goods, colour and price, in stock."""
    (item,) = order.items
    return next(
        variant
        for variant in shop.service.variants(item.sku)
        if (variant.color, variant.price_cents) == (item.color, item.unit_price_cents)
        and variant.size != item.size
        and variant.stock >= item.quantity
    )


def test_a_message_that_names_the_size_leaves_nothing_to_ask(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "防晒衣", lines=1)
    wanted = other_size(shop, order)
    before = stock(shop, wanted.sku)
    about = talk("exchange", buyer)
    summary = about.says(f"防晒衣尺码不合适，想换成{wanted.size}码的")
    assert about.asks == "confirmed"
    assert wanted.size in summary
    told = about.says("好的")
    assert told.startswith("换货申请已提交")
    row = newest_case(shop)
    assert (row.kind, row.status, row.ground) == ("exchange", "awaiting_return", "no_reason")
    assert (row.new_sku, row.freight_paid_by) == (wanted.sku, "buyer")
    assert row.customer_id == buyer
    assert stock(shop, wanted.sku) == before - order.items[0].quantity


def test_a_bare_wish_asks_why_and_what_instead(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "防晒衣", lines=1)
    wanted = other_size(shop, order)
    about = talk("exchange", buyer)
    about.says("我要换货")
    if about.asks == "order":
        about.says(order.order_no)
    assert about.asks == "reason"
    about.presses("尺码不合适")
    assert about.asks == "change"
    assert wanted.sku in [button.payload for button in about.buttons]
    about.says(wanted.sku)
    assert about.asks == "confirmed"
    about.says("好的")
    assert newest_case(shop).new_sku == wanted.sku
    assert newest_case(shop).reason == "尺码不合适"


def test_the_wish_again_is_no_reason(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "防晒衣", lines=1)
    about = talk("exchange", buyer)
    about.says("防晒衣我要换货")
    assert about.asks == "reason"
    about.says("我要换货", "request_exchange")
    assert about.asks == "reason"


def test_faulty_goods_are_sent_anew_after_a_look_at_the_evidence(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "杯", lines=1)
    about = talk("exchange", buyer)
    about.says("杯子收到是碎的，想换一个")
    assert about.asks == "evidence"
    summary = about.says("暂时没有")
    assert "由我们承担" in summary
    about.says("好的")
    row = newest_case(shop)
    assert (row.kind, row.status, row.ground) == ("exchange", "reviewing", "defect")
    assert row.freight_paid_by == "shop"
    assert row.new_sku is None
    (line,) = shop.rows(tables.case_items, case_id=row.id)
    assert line.quantity == order.items[0].quantity


def test_faulty_goods_may_be_exchanged_for_another_variant(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "防晒衣", lines=1)
    wanted = other_size(shop, order)
    about = talk("exchange", buyer)
    about.says(f"防晒衣拉链坏了，换成{wanted.size}码的")
    assert about.asks == "evidence"
    about.says("暂时没有")
    about.says("好的")
    row = newest_case(shop)
    assert (row.ground, row.new_sku, row.freight_paid_by) == ("defect", wanted.sku, "shop")


def test_a_fault_that_was_none_leaves_the_variant_to_ask(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "防晒衣", lines=1)
    about = talk("exchange", buyer)
    about.says("防晒衣拉链坏了，给我换")
    about.says("暂时没有")
    assert about.asks == "confirmed"
    about.says("说错了，是尺码太大")
    assert about.asks == "change"


def test_what_is_not_sold_is_said_and_asked_again(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "防晒衣", lines=1)
    about = talk("exchange", buyer)
    told = about.says("防晒衣想换成黑色的")
    assert "没有找到" in told
    assert about.asks == "change"


def test_too_late_for_a_size_asks_whether_something_is_broken(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "防晒衣", hours=9 * 24, lines=1)
    wanted = other_size(shop, order)
    about = talk("exchange", buyer)
    told = about.says(f"防晒衣尺码不合适，想换成{wanted.size}码的")
    assert "超过" in told
    assert about.asks == "reason"
    about.says("拉链坏了")
    assert about.asks == "evidence"
