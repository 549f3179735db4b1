"""Which of the orders just offered a buyer points at; None rather than a wrong one."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.orders.pointing import pointed_at
from kefu.orders.status import OrderStatus
from kefu.orders.views import ItemView, OrderView

AT = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)


def order(order_no: str, *goods: str) -> OrderView:
    items = tuple(ItemView("sku", name, "", "", 1, 12_000) for name in goods)
    return OrderView(
        order_no, OrderStatus.PAID, AT, AT, AT, None, None, 12_000, items, (), "王*", "138", "杭州"
    )


OFFERED = [
    order("2026111976540001", "半自动咖啡机"),
    order("2026111512348346", "纯棉四件套", "记忆棉枕头"),
    order("2026111000017777", "宠物自动喂食器"),
    order("2026110200027777", "羊毛围巾"),
]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2026111512348346", 2),
        ("２０２６１１１５１２３４８３４６", 2),
        ("2026 1115 1234 8346", 2),
        ("订单号：2026111512348346", 2),
        ("退2026111512348346这单", 2),
        ("8346", 2),
        ("尾号8346那个", 2),
        ("0001", 1),
        ("00017777", 3),
        ("第一个", 1),
        ("第二个", 2),
        ("第 3 单", 3),
        ("第两个吧", 2),
        ("第４个", 4),
        ("2", 2),
        ("三", 3),
        ("最近那单", 1),
        ("最新的", 1),
        ("刚买的那个", 1),
        ("最后一个", 4),
        ("最下面那单", 4),
        ("咖啡机那单", 1),
        ("退枕头", 2),
        ("四件套", 2),
        ("喂食器的", 3),
        ("围巾不要了", 4),
    ],
)
def test_what_points_at_one(text: str, place: int):
    assert pointed_at(text, OFFERED) is OFFERED[place - 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "退款",
        "不知道",
        "7777",  # two end so
        "9999",
        "2020010100000000",
        "20261115",  # how it begins, not how it ends
        "13800000021",
        "第五个",
        "第10个",
        "第12个",
        "第二十个",
        "自动",  # two hold it
        "棉",  # one character is no name
        "这个",  # which, of four?
        "就它",
        "😂",
        "22",
    ],
)
def test_what_does_not(text: str):
    assert pointed_at(text, OFFERED) is None


@pytest.mark.parametrize("text", ["这个", "就它吧", "就这单"])
def test_of_one_order_this_one_is_enough(text: str):
    assert pointed_at(text, OFFERED[1:2]) is OFFERED[1]


@pytest.mark.parametrize("text", ["8346", "第一个", "最近那单", "最后一个", "咖啡机", "这个", ""])
def test_nothing_offered_nothing_meant(text: str):
    assert pointed_at(text, []) is None


def test_digits_win_over_a_place_and_a_place_over_goods():
    assert pointed_at("第一个，尾号8346", OFFERED) is OFFERED[1]
    assert pointed_at("第二个，不是围巾", OFFERED) is OFFERED[1]


def test_a_number_that_is_none_of_them_is_not_overruled_by_goods():
    assert pointed_at("咖啡机 2020010100000000", OFFERED) is None


@given(st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=60))
def test_any_text_points_at_an_offered_order_or_at_none(text: str):
    found = pointed_at(text, OFFERED)
    assert found is None or found in OFFERED
