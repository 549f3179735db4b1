"""Which of the orders just offered a buyer points at; None rather than a wrong one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kefu.orders.demo_goods import GOODS
from kefu.orders.pointing import pointed_at
from kefu.orders.pointing_marks import WORDS
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


def bought(
    order_no: str,
    status: OrderStatus,
    days_ago: int,
    yuan: int,
    *goods: tuple[str, str],
    shipped: int | None = None,
    delivered: int | None = None,
) -> OrderView:
    """An order of so many days before `AT`, with the colours of its goods."""

    def ago(days: int | None) -> datetime | None:
        return None if days is None else AT - timedelta(days=days)

    placed = AT - timedelta(days=days_ago)
    items = tuple(ItemView("sku", name, color, "", 1, yuan * 100) for name, color in goods)
    return OrderView(
        order_no, status, placed, placed, placed, ago(shipped), ago(delivered), yuan * 100, items,
        (), "王*", "138", "杭州",
    )  # fmt: skip


# AT is noon of Friday, 20 November 2026, in Shanghai.
MACHINE = bought("2026111900010001", OrderStatus.PAID, 1, 1299, ("半自动咖啡机", "银色"))
SHIRT = bought(
    "2026111800020002", OrderStatus.SHIPPED, 2, 79, ("重磅纯棉圆领短袖", "黑色"), shipped=1
)
RUNNERS = bought(
    "2026111100030003", OrderStatus.DELIVERED, 9, 329, ("缓震透气跑步鞋", "荧光绿"),
    shipped=8, delivered=6,
)  # fmt: skip
CUP = bought(
    "2026110500040004", OrderStatus.COMPLETED, 15, 89, ("316不锈钢保温杯", "竹青"),
    shipped=14, delivered=12,
)  # fmt: skip
BAG = bought(
    "2026102000050005", OrderStatus.REFUNDING, 31, 239, ("大容量通勤托特包", "焦糖色"),
    shipped=30, delivered=27,
)  # fmt: skip
RECENT = [MACHINE, SHIRT, RUNNERS, CUP, BAG]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("昨天买的那个", MACHINE),
        ("昨晚拍的", MACHINE),
        ("前天那单", SHIRT),
        ("上周买的", RUNNERS),
        ("上周三的订单", RUNNERS),
        ("周三拍的", SHIRT),
        ("双十一买的", RUNNERS),
        ("双11那单", RUNNERS),
        ("上个月买的", BAG),
        ("11月5号买的", CUP),
        ("5号拍的那单", CUP),
        ("9天前下单的", RUNNERS),
        ("昨天发货的那个", SHIRT),
        ("上周六到的那个", RUNNERS),
        ("昨天买了个咖啡机想退", MACHINE),
        ("没发货的那个", MACHINE),
        ("怎么还不发货", MACHINE),
        ("还没到的", SHIRT),
        ("在路上那个", SHIRT),
        ("退款中的那单", BAG),
        ("咖啡机还没到", MACHINE),  # though another is on its way
        ("最贵的那个", MACHINE),
        ("最便宜的", SHIRT),
        ("便宜点的那个", SHIRT),
        ("已经签收的里面最贵的", RUNNERS),
        ("收到了的那单最便宜的", CUP),
        ("衣服", SHIRT),
        ("鞋子不合脚", RUNNERS),
        ("那双鞋", RUNNERS),
        ("杯子", CUP),
        ("那个包", BAG),
        ("黑色的那个", SHIRT),
        ("绿色那双", RUNNERS),
        ("焦糖色的", BAG),
        ("是不是咖啡机那单", MACHINE),
        ("不是咖啡机，是鞋", RUNNERS),
        ("刚买的咖啡机", MACHINE),
        ("最近买的衣服", SHIRT),
        ("鞋子想换成黑色", RUNNERS),
        ("显示签收了但没收到货的鞋子", RUNNERS),
        ("0003", RUNNERS),
        ("尾号0003", RUNNERS),
        ("00030003那单", RUNNERS),
    ],
)
def test_what_marks_an_order(text: str, meant: OrderView):
    assert pointed_at(text, RECENT, AT) is meant


@pytest.mark.parametrize(
    "text",
    [
        "今天买的",  # nothing was
        "三天前买的",
        "去年双十一买的",
        "国庆买的",
        "这周买的",  # two were
        "前天买的咖啡机",  # it was yesterday
        "绿色的咖啡机",
        "已经收到的那个",
        "还没付款的",
        "没收到退款",
        "包邮吗",
        "不是咖啡机那单",
        "想换成黑色的",
        "发错颜色了",
        "今天能发货吗",
        "明天要用",
        "1299元那个",  # digits, and no order ends so
    ],
)
def test_what_marks_none_or_several(text: str):
    assert pointed_at(text, RECENT, AT) is None


def test_a_word_for_a_category_means_goods_whose_names_do_not_say_it():
    apron = order("2026111976540009", "小熊")
    toy = replace(apron, items=(replace(apron.items[0], category="toys"),))
    assert pointed_at("玩具那单", [MACHINE, toy]) is toy
    assert pointed_at("玩具那单", [MACHINE, apron]) is None


def test_categories_are_those_of_goods():
    words = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    known = {goods.category for goods in GOODS}
    assert {category for kinds in words["categories"].values() for category in kinds} <= known


def test_without_the_present_no_day_is_meant():
    assert pointed_at("昨天买的那个", RECENT) is None
    assert pointed_at("昨天买的咖啡机", RECENT) is MACHINE


def test_days_are_the_shops():
    late = datetime(2026, 11, 19, 16, 30, tzinfo=timezone.utc)  # half past midnight of the 20th
    placed = [bought("2026111900010001", OrderStatus.PAID, 0, 1, ("伞", ""))]
    assert pointed_at("昨天买的", placed, late + timedelta(days=1)) is placed[0]
    assert pointed_at("今天买的", placed, late, ZoneInfo("Asia/Shanghai")) is placed[0]
    assert pointed_at("今天买的", placed, late, ZoneInfo("UTC")) is None


def test_equal_prices_are_no_extreme():
    assert pointed_at("最贵的", OFFERED) is None


@pytest.mark.alone
def test_long_texts_take_no_longer():
    start = perf_counter()
    assert pointed_at("棉" * 1_000_000, RECENT * 4, AT) is None
    assert perf_counter() - start < 1


MARKS = (
    *("昨天", "上周", "双十一", "31号", "买", "的", "那个", "咖啡机", "黑色"),
    *("没发货", "最贵", "不是", "第二", "0003"),
)


@given(st.lists(st.sampled_from(MARKS), max_size=8).map("".join))
def test_any_mixture_of_marks_points_at_an_offered_order_or_at_none(text: str):
    found = pointed_at(text, RECENT, AT)
    assert found is None or found in RECENT
