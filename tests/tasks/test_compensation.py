"""Money while the goods stay: from the first words to the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from kefu.orders import tables
from kefu.orders.database import writing
from kefu.orders.status import OrderStatus
from kefu.tasks.compensation import CompensationTask
from tests.tasks.finding import arrived, newest_case
from tests.tasks.talking import NOW, DemoShop, Talk

Talks = Callable[[str, str], Talk]


def cheaper(shop: DemoShop, sku: str, cents: int) -> None:
    """The variant costs so much less today."""
    held = tables.product_variants.c.sku == sku
    price = shop.row(tables.product_variants, sku=sku).price_cents
    with writing(shop.engine) as connection:
        connection.execute(
            update(tables.product_variants).where(held).values(price_cents=price - cents)
        )


def test_a_price_drop_is_computed_and_asks_nothing_but_a_yes(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "杯", lines=1)
    shop.set(order, paid_at=NOW - timedelta(days=3))
    cheaper(shop, order.items[0].sku, 1_000)
    before = shop.service.order(buyer, order.order_no).status
    about = talk("compensation", buyer)
    summary = about.says("杯子刚买就降价了退我差价")
    assert about.asks == "confirmed"
    assert order.order_no in summary
    owed = 1_000 * order.items[0].quantity
    assert f"¥{owed / 100:.2f}" in summary
    told = about.says("好的")
    assert told.startswith("补偿申请已提交")
    row = newest_case(shop)
    assert (row.kind, row.ground, row.amount_cents) == ("compensation", "price_drop", owed)
    assert (row.customer_id, row.tender, row.status) == (buyer, "money", "paying")
    assert shop.service.order(buyer, order.order_no).status is before


def test_no_drop_says_so_and_writes_nothing(shop: DemoShop, talk: Talks):
    order, buyer = arrived(shop, "杯", lines=1)
    shop.set(order, paid_at=NOW - timedelta(days=3))
    before = shop.count(tables.cases)
    about = talk("compensation", buyer)
    assert "没有差价" in about.says("杯子降价了退我差价")
    assert (about.asks, shop.count(tables.cases)) == (None, before)


def test_late_dispatch_is_a_coupon(shop: DemoShop, talk: Talks):
    order = shop.order(OrderStatus.PAID)
    buyer = shop.owner(order)
    shop.set(order, ship_by=NOW - timedelta(days=1))
    about = talk("compensation", buyer)
    about.says(f"{order.order_no}发货太慢了，赔我点", order_id=order.order_no)
    assert about.asks == "confirmed"
    about.says("好的")
    row = newest_case(shop)
    assert (row.ground, row.tender, row.customer_id) == ("late", "coupon", buyer)


def test_freight_wants_something_that_shows_it(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "杯", lines=1)
    about = talk("compensation", buyer)
    asked = about.says("杯子是你们的质量问题，我垫的运费退我")
    assert about.asks == "evidence"
    assert "付运费的凭证" in asked
    about.says("运费截图 http://pictures.example/12.jpg")
    about.says("好的")
    row = newest_case(shop)
    assert (row.ground, row.status, row.amount_cents) == ("freight", "reviewing", 0)
    assert row.evidence == ["运费截图 http://pictures.example/12.jpg"]


def test_a_fault_is_a_report_whose_wish_is_known(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "杯", lines=1)
    about = talk("compensation", buyer)
    about.says("杯子有划痕，补偿一点我就不退了")
    assert about.asks == "evidence"
    about.says("暂时没有")
    about.says("好的")
    row = newest_case(shop)
    assert (row.kind, row.ground, row.reason) == ("compensation", "defect", "杯子有划痕")


def test_without_a_ground_it_is_asked_and_other_wants_words(shop: DemoShop, talk: Talks):
    _, buyer = arrived(shop, "杯", lines=1)
    about = talk("compensation", buyer)
    about.says("杯子给我补偿")
    assert about.asks == "problem"
    assert [button.title for button in about.buttons] == [
        "降价了，退差价",
        "垫付了运费",
        "发货太慢",
        "商品有问题",
        "其他原因",
    ]
    about.presses("其他原因")
    assert about.asks == "reason"
    about.says("赠品没有收到")
    assert about.asks == "evidence"
    about.presses("暂时没有")
    about.says("好的")
    row = newest_case(shop)
    assert (row.ground, row.reason, row.evidence) == ("other", "赠品没有收到", [])


@pytest.mark.parametrize("ground", ["price_drop", "freight", "late", "other", "defect", "missing"])
def test_no_command_without_an_answer(ground: str):
    answers = {"order": "1", "problem": ground, "reason": "x", "goods": "*"}
    task = CompensationTask()
    needed = ["order", "problem", "reason"] + (["goods"] if ground in ("defect", "missing") else [])
    assert task.command(answers) is not None
    for lacking in needed:
        rest = {key: given for key, given in answers.items() if key != lacking}
        assert task.command(rest) is None
