"""The label, the goods, the day: what can be changed before the warehouse packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kefu.orders.commands import ChangeAddress, ChangeItem, DelayShipment, QuoteLine
from kefu.orders.facts import ItemFacts
from kefu.orders.status import OrderStatus
from tests.orders.quoting.desk import (
    BEDDING,
    HOUR,
    NO,
    NOW,
    ORANGES,
    OTHER,
    SHIRTS,
    ask,
    order,
    refusal,
)

PAID = order(OrderStatus.PAID, BEDDING, SHIRTS, wanted=OTHER, paid_at=NOW - HOUR)
TODAY = date(2026, 11, 20)
STREET = "江苏省南京市鼓楼区云台路12号水岸花园3栋301"


@pytest.mark.parametrize("status", [OrderStatus.PENDING_PAYMENT, OrderStatus.PAID])
def test_a_new_label_is_normalised_and_read_back_masked(status: OrderStatus) -> None:
    command = ChangeAddress(NO, " 王小明 ", "+86 138-0000-5678", STREET.replace("12", "１２"))
    answer = ask(command, order(status))
    assert answer.command == ChangeAddress(NO, "王小明", "13800005678", STREET)
    assert (answer.amount_cents, answer.automatic, answer.event) == (0, True, "change_address")
    for shown in ("王**", "138****5678", "江苏省南京市鼓楼区****"):
        assert shown in answer.summary
    for hidden in ("王小明", "13800005678", "云台路"):
        assert hidden not in answer.summary


def test_one_of_the_three_is_enough() -> None:
    answer = ask(ChangeAddress(NO, phone="0579-87654321"), PAID)
    assert answer.command == ChangeAddress(NO, phone="057987654321")
    assert refusal(ChangeAddress(NO), PAID).code == "address.nothing"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (ChangeAddress(NO, phone="1380000567"), "address.bad_phone"),
        (ChangeAddress(NO, phone="23800005678"), "address.bad_phone"),
        (ChangeAddress(NO, phone="13800005678' OR 1=1"), "address.bad_phone"),
        (ChangeAddress(NO, recipient="123"), "address.bad_recipient"),
        (ChangeAddress(NO, recipient="王" * 33), "address.bad_recipient"),
        (ChangeAddress(NO, recipient="王'; DROP TABLE orders;--"), "address.bad_recipient"),
        (ChangeAddress(NO, address="老地方"), "address.bad_address"),
        (ChangeAddress(NO, address="随便寄到哪里都可以的"), "address.bad_address"),
        (ChangeAddress(NO, address=STREET * 20), "address.bad_address"),
    ],
)
def test_what_no_courier_could_read(command: ChangeAddress, code: str) -> None:
    assert refusal(command, PAID).code == code


@pytest.mark.parametrize(
    "address",
    [
        "新疆维吾尔自治区乌鲁木齐市天山区青禾路1号",
        "乌鲁木齐市天山区青禾路1号",
        "中国 西藏自治区拉萨市城关区青禾路1号",
        "内蒙古呼和浩特市赛罕区青禾路1号",
        "海南省海口市龙华区青禾路1号",
        "青海省西宁市城东区青禾路1号",
        "宁夏回族自治区银川市兴庆区青禾路1号",
    ],
)
def test_where_freight_is_dearer_the_order_is_placed_anew(address: str) -> None:
    told = refusal(ChangeAddress(NO, address=address), PAID)
    assert told.code == "address.remote"
    assert "¥12.00" in told.reason


@pytest.mark.parametrize(
    "address",
    [
        STREET,
        "上海市黄浦区西藏中路100号",
        "西藏北路100号，上海市静安区",
        "山东省青岛市市南区海南路9号",
        "海南路9号，青岛市市北区",
        "新疆路12号，青岛市市北区",
    ],
)
def test_streets_named_after_far_regions_are_near(address: str) -> None:
    assert ask(ChangeAddress(NO, address=address), PAID)


def test_within_a_far_region_the_freight_stays_the_same() -> None:
    there = replace(PAID, address="新疆维吾尔自治区喀什市云台路1号")
    assert ask(ChangeAddress(NO, address="新疆乌鲁木齐市天山区青禾路1号"), there)
    other = ChangeAddress(NO, address="西藏自治区拉萨市城关区青禾路1号")
    assert refusal(other, there).code == "address.remote"


def test_a_second_change_is_for_a_person() -> None:
    changed = replace(PAID, address_changes=1)
    assert refusal(ChangeAddress(NO, address=STREET), changed).code == "address.again"


def test_a_parcel_on_its_way_keeps_its_label() -> None:
    told = refusal(ChangeAddress(NO, address=STREET), order(OrderStatus.SHIPPED))
    assert "转寄" in told.reason


def test_another_variant_at_the_same_price() -> None:
    answer = ask(ChangeItem(NO, "bed-1", new_sku="bed-2"), PAID)
    assert (answer.amount_cents, answer.kind, answer.event) == (0, "change_item", "change_item")
    assert "豆沙粉 1.8米" in answer.summary


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (ChangeItem(NO, "bed-1"), "item.nothing"),
        (ChangeItem(NO, "bed-1", new_sku="bed-1"), "item.same"),
        (ChangeItem(NO, "shirt-m", new_sku="bed-2"), "item.other_goods"),
        (ChangeItem(NO, "bed-1", new_sku="bed-9"), "item.unknown_variant"),
        (ChangeItem(NO, "shirt-m", new_quantity=0), "item.nothing"),
        (ChangeItem(NO, "shirt-m", new_quantity=-5), "item.nothing"),
        (ChangeItem(NO, "shirt-m", new_quantity=2), "item.same"),
        (ChangeItem(NO, "shirt-m", new_quantity=3), "item.more"),
        (ChangeItem(NO, "bed-1", new_sku="bed-2", new_quantity=1), "item.one_at_a_time"),
        (ChangeItem(NO, "cup-1", new_quantity=1), "order.item_unknown"),
    ],
)
def test_changes_that_will_not_do(command: ChangeItem, code: str) -> None:
    assert refusal(command, PAID).code == code


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (replace(OTHER, price_cents=12_001), "item.other_price"),
        (replace(OTHER, stock=0), "item.no_stock"),
    ],
)
def test_variants_that_will_not_do(wanted: Any, code: str) -> None:
    assert refusal(ChangeItem(NO, "bed-1", "bed-2"), replace(PAID, wanted=wanted)).code == code


def test_a_piece_less_is_a_refund_that_a_person_looks_at() -> None:
    answer = ask(ChangeItem(NO, "shirt-m", new_quantity=1), PAID)
    assert (answer.kind, answer.amount_cents, answer.automatic) == ("refund_only", 8_000, False)
    assert answer.event == "request_refund"
    assert answer.lines == (QuoteLine("shirt-m", 1, 8_000),)
    unpaid = order(OrderStatus.PENDING_PAYMENT, SHIRTS)
    assert refusal(ChangeItem(NO, "shirt-m", new_quantity=1), unpaid).code == "item.unpaid"


def test_what_is_being_engraved_stays_as_it_is() -> None:
    pen = ItemFacts("pen-1", "刻字钢笔", "bed", "engraved", 1, 12_000)
    command = ChangeItem(NO, "pen-1", new_sku="bed-2")
    facts = order(OrderStatus.PAID, pen, wanted=OTHER, paid_at=NOW - 2 * HOUR)
    assert refusal(command, facts).code == "item.engraved"
    assert ask(command, replace(facts, paid_at=NOW - 1.99 * HOUR))


@pytest.mark.parametrize(
    ("facts", "last"),
    [
        (order(OrderStatus.PAID, paid_at=NOW), TODAY + timedelta(days=15)),
        (order(OrderStatus.PAID, ORANGES, paid_at=NOW), TODAY + timedelta(days=5)),
        (order(OrderStatus.PAID, BEDDING, ORANGES, paid_at=NOW), TODAY + timedelta(days=5)),
    ],
)
def test_dispatch_waits_until_the_last_day_of_what_spoils_first(facts: Any, last: date) -> None:
    answer = ask(DelayShipment(NO, last), facts)
    assert (answer.until, answer.amount_cents) == (last, 0)
    told = refusal(DelayShipment(NO, last + timedelta(days=1)), facts)
    assert told.code == "delay.too_long"
    assert f"{last.month}月{last.day}日" in told.reason


def test_dispatch_waits_for_a_day_to_come() -> None:
    assert refusal(DelayShipment(NO, TODAY), PAID).code == "delay.past"
    assert ask(DelayShipment(NO, TODAY + timedelta(days=1)), PAID)


def test_another_day_a_day_before() -> None:
    command = DelayShipment(NO, TODAY + timedelta(days=3))
    assert ask(command, replace(PAID, hold_until=TODAY + timedelta(days=1)))
    assert refusal(command, replace(PAID, hold_until=TODAY)).code == "delay.too_short"
