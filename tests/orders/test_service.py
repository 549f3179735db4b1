"""What a buyer sees and may do, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from kefu.errors import OrderError, OrderNotFoundError, RefusedError
from kefu.orders.service import OrderService
from kefu.orders.status import CaseStatus, OrderStatus, ParcelStatus
from tests.orders.shop import ALICE, BOB, DAY, HOUR, NOW, Shop


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
    case = service.request_refund(BOB, shop.order(customer=BOB), "不要了", "key")
    for number in (bobs, bobs[-4:], case.order_no):
        with pytest.raises(OrderNotFoundError):
            service.order(ALICE, number)
        with pytest.raises(OrderNotFoundError):
            service.quote_refund(ALICE, number)
        with pytest.raises(OrderNotFoundError):
            service.request_refund(ALICE, number, "不要了", "key")
    assert service.recent_orders(ALICE) == []
    assert service.refunds(ALICE) == []
    assert shop.cases() == 1


def test_an_unshipped_order_is_refunded_at_once(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    case = service.request_refund(ALICE, order_no[-6:], " 拍错了\x00 ", "key")
    assert re.fullmatch(r"R20261120\d{6}", case.case_no)
    assert (case.order_no, case.kind, case.amount_cents) == (order_no, "refund_only", 12_800)
    assert case.status is CaseStatus.PAYING
    assert case.reason == "拍错了"
    assert case.created_at == NOW
    assert "¥128.00" in case.next_step
    assert service.order(ALICE, order_no).status is OrderStatus.REFUNDING
    assert service.refunds(ALICE) == [case]


def test_a_delivered_order_goes_back_first(shop: Shop, service: OrderService) -> None:
    order_no = shop.order(OrderStatus.DELIVERED)
    quote = service.quote_refund(ALICE, order_no)
    case = service.request_refund(ALICE, order_no, "不喜欢", "key")
    assert (case.kind, case.amount_cents) == (quote.kind, quote.amount_cents)
    assert (case.kind, case.amount_cents) == ("return_and_refund", 12_000)
    assert case.status is CaseStatus.AWAITING_RETURN
    assert "寄回" in case.next_step


def test_a_quote_writes_nothing(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    service.quote_refund(ALICE, order_no)
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
        service.quote_refund(ALICE, order_no)
    with pytest.raises(RefusedError):
        service.request_refund(ALICE, order_no, "不喜欢", "key")
    assert shop.cases() == 0
    assert service.order(ALICE, order_no).status is status


def test_goods_of_an_excluded_category_are_refused(shop: Shop, service: OrderService) -> None:
    order_no = shop.order(OrderStatus.DELIVERED, goods=(1, 3))
    with pytest.raises(RefusedError, match="刻字书签"):
        service.request_refund(ALICE, order_no, "不喜欢", "key")


def test_a_reported_fault_is_refused_before_and_at_the_request(
    shop: Shop, service: OrderService
) -> None:
    order_no = shop.order(OrderStatus.DELIVERED)
    with pytest.raises(RefusedError, match="人工"):
        service.quote_refund(ALICE, order_no, "开线了")
    with pytest.raises(RefusedError, match="人工"):
        service.request_refund(ALICE, order_no, "开线了", "key")
    assert shop.cases() == 0


def test_the_same_key_gives_the_same_case_again(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    first = service.request_refund(ALICE, order_no, "不要了", "key")
    assert service.request_refund(ALICE, order_no, "不要了", "key") == first
    shop.close_case(first.case_no, "withdrawn")
    again = service.request_refund(ALICE, order_no, "不要了", "key")
    assert (again.case_no, again.status) == (first.case_no, CaseStatus.WITHDRAWN)
    assert shop.cases() == 1


def test_another_key_is_told_the_open_case(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    case = service.request_refund(ALICE, order_no, "不要了", "key")
    with pytest.raises(RefusedError, match=case.case_no):
        service.request_refund(ALICE, order_no, "不要了", "other")
    shop.set(order_no, status="paid")  # whatever the order's status says
    with pytest.raises(RefusedError, match=case.case_no):
        service.request_refund(ALICE, order_no, "不要了", "other")
    assert shop.cases() == 1


def test_after_a_withdrawn_case_there_may_be_a_new_one(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    first = service.request_refund(ALICE, order_no, "不要了", "key")
    shop.close_case(first.case_no, "withdrawn")
    shop.set(order_no, status="paid")
    second = service.request_refund(ALICE, order_no, "还是不要了", "other")
    assert second.case_no != first.case_no
    assert shop.cases() == 2


def test_a_key_is_not_another_orders(shop: Shop, service: OrderService) -> None:
    service.request_refund(ALICE, shop.order(), "不要了", "key")
    with pytest.raises(OrderError, match="another order"):
        service.request_refund(ALICE, shop.order(), "不要了", "key")


def test_two_buyers_may_use_the_same_key(shop: Shop, service: OrderService) -> None:
    alices = service.request_refund(ALICE, shop.order(), "不要了", "key")
    bobs = service.request_refund(BOB, shop.order(customer=BOB), "不要了", "key")
    assert alices.case_no != bobs.case_no


def test_a_taken_case_number_is_drawn_again(shop: Shop, engine: Engine) -> None:
    class Dice(Random):
        draws: Iterator[int] = iter([7, 7, 7, 8])

        def randrange(self, *args: object) -> int:
            return next(self.draws)

    service = OrderService(engine, clock=lambda: NOW, random=Dice())
    cases = [service.request_refund(ALICE, shop.order(), "不要了", key) for key in ("one", "two")]
    assert [case.case_no for case in cases] == ["R20261120000007", "R20261120000008"]


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
    service.quote_refund(ALICE, order_no)
    service.request_refund(ALICE, order_no, "不喜欢", "key")
    service.refunds(ALICE)
    event.remove(engine, "before_cursor_execute", note)
    assert len(statements) >= 10
    for statement in statements:
        assert re.search(r"WHERE.*customer_id = ", statement), statement
