"""Money back for what is on its way: told at once to wait, unless the parcel is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kefu.orders import tables
from kefu.orders.database import writing
from kefu.orders.status import OrderStatus
from kefu.orders.views import OrderView
from tests.tasks.talking import NOW, DemoShop, Talk

Talks = Callable[[str, str], Talk]


@pytest.fixture
def order(shop: DemoShop) -> OrderView:
    """Shipped yesterday, with news of today."""
    found = shop.order(OrderStatus.SHIPPED)
    last_news(shop, found, hours=2)
    return found


def last_news(shop: DemoShop, order: OrderView, *, hours: int) -> None:
    """Lets the last news of the parcel be so many hours old."""
    at = NOW - timedelta(hours=hours)
    shop.set(order, shipped_at=at)
    of_order = (
        select(tables.parcels.c.id)
        .join(tables.orders, tables.parcels.c.order_id == tables.orders.c.id)
        .where(tables.orders.c.order_no == order.order_no)
    )
    with writing(shop.engine) as connection:
        connection.execute(
            update(tables.parcel_events)
            .where(tables.parcel_events.c.parcel_id.in_(of_order))
            .values(at=at)
        )


def test_nobody_is_asked_why(shop: DemoShop, talk: Talks, order: OrderView):
    about = talk("refund", shop.owner(order))
    told = about.says(f"{order.order_no}我要退款", order_id=order.order_no)
    assert "拒收" in told
    assert "原因" not in told
    assert about.asks != "reason"


def test_a_reason_changes_nothing(shop: DemoShop, talk: Talks, order: OrderView):
    about = talk("refund", shop.owner(order))
    told = about.says(f"{order.order_no}不喜欢，退款", order_id=order.order_no)
    assert "拒收" in told
    assert about.asks not in ("reason", "goods")


def test_that_nothing_has_come_yet_is_answered_as_such(
    shop: DemoShop, talk: Talks, order: OrderView
):
    about = talk("refund", shop.owner(order))
    told = about.says(f"{order.order_no}没有收到货，退款", order_id=order.order_no)
    assert about.asks is None
    assert "物流" in told


def test_a_parcel_without_news_may_be_lost_so_the_reason_is_asked(
    shop: DemoShop, talk: Talks, order: OrderView
):
    last_news(shop, order, hours=30 * 24)
    about = talk("refund", shop.owner(order))
    about.says(f"{order.order_no}我要退款", order_id=order.order_no)
    if about.asks == "goods":
        about.says("全部")
    assert about.asks == "reason"
    about.says("没有收到货")
    assert about.asks == "confirmed"
