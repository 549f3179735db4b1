"""What a buyer sees and may do, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from kefu.errors import OrderError, OrderNotFoundError, RefusedError
from kefu.orders.commands import (
    Receipt,
    RequestCompensation,
    RequestRefund,
    ReturnSent,
    WithdrawCase,
)
from kefu.orders.service import OrderService
from kefu.orders.status import CaseStatus, OrderStatus, ParcelStatus
from tests.orders.shop import ALICE, BOB, DAY, HOUR, NOW, Shop


def refund(
    service: OrderService, buyer: str, order_no: str, reason: str = "不要了", key: str = "key"
) -> Receipt:
    return service.carry_out(buyer, RequestRefund(order_no, reason), key)


def test_an_order_is_shown_whole_with_personal_data_masked(
    shop: Shop, service: OrderService
) -> None:
    order = service.order(ALICE, shop.order(OrderStatus.SHIPPED))
    assert order.status is OrderStatus.SHIPPED
    assert order.placed_at == NOW - 5 * DAY
    assert order.placed_at.utcoffset() == 0 * HOUR
    assert order.shipped_at == NOW - 4 * DAY
    assert order.delivered_at is None
    assert order.total_cents == 12_800
    (item,) = order.items
    assert (item.sku, item.name, item.color, item.size) == ("sku-1", "四件套", "雾蓝", "1.8米")
    assert (item.quantity, item.unit_price_cents) == (1, 12_000)
    (parcel,) = order.parcels
    assert parcel.courier == "顺丰速运"
    assert parcel.status is ParcelStatus.IN_TRANSIT
    assert [happened.text for happened in parcel.events] == [
        "【金华】快递员已揽收",
        "【杭州】快件已到达杭州转运中心",
    ]
    assert order.recipient_masked == "王**"
    assert order.phone_masked == "138****0001"
    assert order.address_masked == "浙江省杭州市西湖区****"


@pytest.mark.parametrize("status", list(OrderStatus))
def test_every_status_can_be_read(shop: Shop, service: OrderService, status: OrderStatus) -> None:
    order_no = shop.order(status)
    assert service.order(ALICE, order_no).status is status
    assert [order.status for order in service.recent_orders(ALICE)] == [status]


def test_recent_orders_come_newest_first_and_no_more_than_asked(
    shop: Shop, service: OrderService
) -> None:
    old = shop.order(placed_at=NOW - 9 * DAY, goods=(1, 2))
    new = shop.order(OrderStatus.SHIPPED, placed_at=NOW - 3 * DAY)
    middle = shop.order(placed_at=NOW - 6 * DAY)
    found = service.recent_orders(ALICE)
    assert [order.order_no for order in found] == [new, middle, old]
    assert [len(order.items) for order in found] == [1, 1, 2]
    assert [len(order.parcels) for order in found] == [1, 0, 0]
    assert [order.order_no for order in service.recent_orders(ALICE, limit=2)] == [new, middle]


def test_the_last_four_digits_are_enough_where_they_are_unique(
    shop: Shop, service: OrderService
) -> None:
    shop.order(order_no="2026110500012345")
    shop.order(order_no="2026110600099999")
    shop.order(order_no="2026110700012345", customer=BOB)
    assert service.order(ALICE, "尾号２３４５").order_no == "2026110500012345"
    shop.order(order_no="2026110800012345")
    with pytest.raises(OrderNotFoundError, match="whole number"):
        service.order(ALICE, "2345")
    assert service.order(ALICE, "#2026 1108 0001 2345").order_no == "2026110800012345"


@pytest.mark.parametrize("order_no", ["", "345", "2026000000000000", "9999", "%", "不知道"])
def test_what_is_no_order_of_the_buyer_is_not_found(
    shop: Shop, service: OrderService, order_no: str
) -> None:
    shop.order(order_no="2026110500012345")
    with pytest.raises(OrderNotFoundError):
        service.order(ALICE, order_no)


def test_another_buyers_order_does_not_exist(shop: Shop, service: OrderService) -> None:
    bobs = shop.order(OrderStatus.DELIVERED, customer=BOB)
    case = refund(service, BOB, shop.order(customer=BOB))
    for number in (bobs, bobs[-4:], case.order_no):
        with pytest.raises(OrderNotFoundError):
            service.order(ALICE, number)
        with pytest.raises(OrderNotFoundError):
            service.quote(ALICE, RequestRefund(number, "不要了"))
        with pytest.raises(OrderNotFoundError):
            refund(service, ALICE, number)
    for command in (WithdrawCase(case.number), ReturnSent(case.number, "中通", "78700046457589")):
        with pytest.raises(OrderNotFoundError):
            service.quote(ALICE, command)
        with pytest.raises(OrderNotFoundError):
            service.carry_out(ALICE, command, "key")
    assert service.recent_orders(ALICE) == []
    assert service.cases(ALICE) == []
    assert shop.cases() == 1


def test_an_unshipped_order_is_refunded_at_once(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    receipt = refund(service, ALICE, order_no, " 拍错了\x00 ")
    assert re.fullmatch(r"R20261120\d{6}", receipt.number)
    assert (receipt.order_no, receipt.kind) == (order_no, "refund_only")
    assert (receipt.status, receipt.amount_cents) == ("paying", 12_800)
    assert "¥128.00" in receipt.next_step
    assert service.order(ALICE, order_no).status is OrderStatus.REFUNDING
    (case,) = service.refunds(ALICE)
    assert case.case_no == receipt.number
    assert case.status is CaseStatus.PAYING
    assert case.reason == "拍错了"
    assert case.created_at == NOW
    assert case.next_step == receipt.next_step


def test_a_delivered_order_goes_back_first(shop: Shop, service: OrderService) -> None:
    order_no = shop.order(OrderStatus.DELIVERED)
    quote = service.quote(ALICE, RequestRefund(order_no, "不喜欢"))
    receipt = refund(service, ALICE, order_no, "不喜欢")
    assert (receipt.kind, receipt.amount_cents) == (quote.kind, quote.amount_cents)
    assert (receipt.kind, receipt.amount_cents) == ("return_and_refund", 12_000)
    assert receipt.status == "awaiting_return"
    assert "寄回" in receipt.next_step


def test_a_quote_writes_nothing(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    service.quote(ALICE, RequestRefund(order_no, "不要了"))
    assert shop.cases() == 0
    assert service.order(ALICE, order_no).status is OrderStatus.PAID


@pytest.mark.parametrize(
    "status",
    [
        OrderStatus.PENDING_PAYMENT,
        OrderStatus.SHIPPED,
        OrderStatus.CANCELLED,
        OrderStatus.REFUNDING,
        OrderStatus.REFUNDED,
    ],
)
def test_a_refused_refund_changes_nothing(
    shop: Shop, service: OrderService, status: OrderStatus
) -> None:
    order_no = shop.order(status)
    with pytest.raises(RefusedError):
        service.quote(ALICE, RequestRefund(order_no, "不喜欢"))
    with pytest.raises(RefusedError):
        refund(service, ALICE, order_no, "不喜欢")
    assert shop.cases() == 0
    assert service.order(ALICE, order_no).status is status


def test_goods_of_an_excluded_category_are_refused(shop: Shop, service: OrderService) -> None:
    order_no = shop.order(OrderStatus.DELIVERED, goods=(1, 3))
    with pytest.raises(RefusedError, match="刻字书签"):
        refund(service, ALICE, order_no, "不喜欢")


def test_a_reported_fault_is_for_a_person_and_at_no_cost(shop: Shop, service: OrderService) -> None:
    order_no = shop.order(OrderStatus.DELIVERED)
    quote = service.quote(ALICE, RequestRefund(order_no, "开线了"))
    assert (quote.automatic, quote.freight_paid_by) == (False, "shop")
    assert refund(service, ALICE, order_no, "开线了").status == "reviewing"


def test_the_same_key_gives_the_same_receipt_again(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    first = refund(service, ALICE, order_no)
    assert refund(service, ALICE, order_no) == first
    shop.close_case(first.number, "withdrawn")
    assert refund(service, ALICE, order_no) == first
    assert service.refunds(ALICE)[0].status is CaseStatus.WITHDRAWN
    assert shop.cases() == 1


def test_another_key_is_told_the_open_case(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    case = refund(service, ALICE, order_no)
    with pytest.raises(RefusedError, match=case.number):
        refund(service, ALICE, order_no, key="other")
    shop.set(order_no, status="paid")  # whatever the order's status says
    with pytest.raises(RefusedError, match=case.number):
        refund(service, ALICE, order_no, key="other")
    assert shop.cases() == 1


def test_after_a_withdrawn_case_there_may_be_a_new_one(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    first = refund(service, ALICE, order_no)
    shop.close_case(first.number, "withdrawn")
    shop.set(order_no, status="paid")
    second = refund(service, ALICE, order_no, "还是不要了", "other")
    assert second.number != first.number
    assert shop.cases() == 2


def test_a_key_is_not_another_orders(shop: Shop, service: OrderService) -> None:
    refund(service, ALICE, shop.order())
    with pytest.raises(OrderError, match="another order"):
        refund(service, ALICE, shop.order())


def test_two_buyers_may_use_the_same_key(shop: Shop, service: OrderService) -> None:
    alices = refund(service, ALICE, shop.order())
    bobs = refund(service, BOB, shop.order(customer=BOB))
    assert alices.number != bobs.number


def test_cases_of_all_kinds_are_told_newest_first(shop: Shop, service: OrderService) -> None:
    refund(service, ALICE, shop.order())
    order_no = shop.order(OrderStatus.DELIVERED)
    later = OrderService(shop.engine, clock=lambda: NOW + HOUR)
    receipt = later.carry_out(ALICE, RequestCompensation(order_no, "other", "包装瘪了"), "more")
    assert [case.kind for case in service.cases(ALICE)] == ["compensation", "refund_only"]
    assert service.cases(ALICE, limit=1)[0].case_no == receipt.number
    assert [case.kind for case in service.refunds(ALICE)] == ["refund_only"]


def test_a_taken_case_number_is_drawn_again(shop: Shop, engine: Engine) -> None:
    class Dice(Random):
        draws: Iterator[int] = iter([7, 7, 7, 8])

        def randrange(self, *args: object) -> int:
            return next(self.draws)

    service = OrderService(engine, clock=lambda: NOW, random=Dice())
    cases = [refund(service, ALICE, shop.order(), key=key) for key in ("one", "two")]
    assert [case.number for case in cases] == ["R20261120000007", "R20261120000008"]


def test_every_statement_on_orders_is_bound_to_the_customer(
    shop: Shop, service: OrderService, engine: Engine
) -> None:
    order_no = shop.order(OrderStatus.DELIVERED)
    statements: list[str] = []

    def note(
        connection: object, cursor: object, statement: str, parameters: object, *rest: object
    ) -> None:
        if "FROM" in statement or statement.startswith("UPDATE"):
            statements.append(" ".join(statement.split()))
            assert ALICE in (parameters.values() if isinstance(parameters, dict) else parameters)  # type: ignore[operator]

    event.listen(engine, "before_cursor_execute", note)
    service.recent_orders(ALICE)
    service.order(ALICE, order_no)
    service.quote(ALICE, RequestRefund(order_no, "不喜欢"))
    refund(service, ALICE, order_no, "不喜欢")
    service.refunds(ALICE)
    event.remove(engine, "before_cursor_execute", note)
    assert len(statements) >= 10
    for statement in statements:
        assert re.search(r"WHERE.*customer_id = ", statement), statement
