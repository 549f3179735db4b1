"""Every command on the built-in tables: what it writes, and what a refusal does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from kefu.errors import OrderNotFoundError, RefusedError
from kefu.orders import commands as c
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.status import OrderStatus
from kefu.orders.tables import (
    audit_log,
    case_events,
    case_items,
    cases,
    idempotency_keys,
    orders,
    outbox,
)
from tests.orders.ledger import everything, rows
from tests.orders.shop import ALICE, BOB, DAY, NOW, Shop

S = OrderStatus


@dataclass(frozen=True)
class Wish:
    """A command, the order that it is granted for, and what the order is then."""

    make: Callable[[str], c.Command]
    status: S
    refused: S
    after: S
    order: tuple[tuple[str, Any], ...] = ()


WISHES: dict[str, Wish] = {
    "cancel_order": Wish(lambda no: c.CancelOrder(no, "不要了"), S.PAID, S.SHIPPED, S.REFUNDING),
    "change_address": Wish(
        lambda no: c.ChangeAddress(no, phone="13900000002"),
        S.PAID,
        S.SHIPPED,
        S.PAID,
        (("phone", "13900000002"), ("address_changes", 1)),
    ),
    "change_item": Wish(lambda no: c.ChangeItem(no, "sku-1", "sku-1b"), S.PAID, S.SHIPPED, S.PAID),
    "delay_shipment": Wish(
        lambda no: c.DelayShipment(no, date(2026, 11, 25)),
        S.PAID,
        S.SHIPPED,
        S.PAID,
        (("hold_until", date(2026, 11, 25)),),
    ),
    "extend_receipt": Wish(
        c.ExtendReceipt,
        S.DELIVERED,
        S.COMPLETED,
        S.DELIVERED,
        (("receipt_deadline", NOW + 4 * DAY), ("receipt_extensions", 1)),
    ),
    "confirm_receipt": Wish(
        c.ConfirmReceipt, S.DELIVERED, S.PAID, S.COMPLETED, (("receipt_deadline", NOW),)
    ),
    "request_refund": Wish(
        lambda no: c.RequestRefund(no, "不喜欢"), S.DELIVERED, S.CANCELLED, S.REFUNDING
    ),
    "request_exchange": Wish(
        lambda no: c.RequestExchange(no, "sku-1", "sku-1b", "小了"),
        S.DELIVERED,
        S.SHIPPED,
        S.DELIVERED,
    ),
    "report_problem": Wish(
        lambda no: c.ReportProblem(no, "defect", "refund", description="裂了"),
        S.DELIVERED,
        S.PAID,
        S.REFUNDING,
    ),
    "request_compensation": Wish(
        lambda no: c.RequestCompensation(no, "other", "包装破了"),
        S.DELIVERED,
        S.PENDING_PAYMENT,
        S.DELIVERED,
    ),
    "request_invoice": Wish(lambda no: c.RequestInvoice(no, "王小明"), S.PAID, S.CANCELLED, S.PAID),
}
OPENS = {
    "cancel_order": ("refund_only", "paying", 12_800),
    "request_refund": ("return_and_refund", "awaiting_return", 12_000),
    "request_exchange": ("exchange", "awaiting_return", 0),
    "report_problem": ("return_and_refund", "reviewing", 12_800),
    "request_compensation": ("compensation", "reviewing", 0),
}


@pytest.fixture
def built(engine: Engine) -> BuiltinCommands:
    return BuiltinCommands(engine, clock=lambda: NOW)


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """With another variant of the first goods."""
    made = Shop(engine)
    made.variant("sku-1b", product=1)
    return made


def placed(shop: Shop, status: S, name: str, *, customer: str = ALICE) -> str:
    order_no = shop.order(status, customer=customer)
    if name == "extend_receipt":
        shop.set(order_no, receipt_deadline=NOW + DAY)
    return order_no


@pytest.mark.parametrize("name", WISHES)
def test_a_granted_command_writes_its_rows(
    shop: Shop, engine: Engine, built: BuiltinCommands, name: str
) -> None:
    wish = WISHES[name]
    order_no = placed(shop, wish.status, name)
    command = wish.make(order_no)
    quote = built.quote(ALICE, command)
    receipt = built.execute(ALICE, command, "key")
    (order,) = rows(engine, orders)
    assert (order.status, order.version) == (wish.after.value, 1)
    for column, value in wish.order:
        assert getattr(order, column) == value
    assert (receipt.order_no, receipt.kind) == (order_no, quote.kind)
    assert (receipt.amount_cents, receipt.automatic) == (quote.amount_cents, quote.automatic)
    assert receipt.next_step
    (audit,) = rows(engine, audit_log)
    assert (audit.action, audit.order_no, audit.customer_id) == (name, order_no, ALICE)
    (news,) = rows(engine, outbox)
    assert (news.topic, news.payload["order_no"]) == (f"order.{name}", order_no)
    assert news.payload["command"] == c.to_wire(quote.command)
    assert len(rows(engine, idempotency_keys)) == 1
    if name not in OPENS:
        assert rows(engine, cases) == []
        assert receipt.number == order_no
        assert receipt.status == wish.after.value
        return
    (case,) = rows(engine, cases)
    assert (case.kind, case.status, case.amount_cents) == OPENS[name]
    assert (receipt.number, receipt.status) == (case.case_no, case.status)
    assert case.customer_id == ALICE
    (event,) = rows(engine, case_events)
    assert (event.event, event.from_status, event.to_status) == (name, None, case.status)
    lines = rows(engine, case_items)
    assert [line.quantity for line in lines] == ([] if name == "request_compensation" else [1])
    assert news.payload["pay_cents"] == (case.amount_cents if case.status == "paying" else 0)


@pytest.mark.parametrize("name", WISHES)
def test_a_refused_command_changes_nothing(
    shop: Shop, engine: Engine, built: BuiltinCommands, name: str
) -> None:
    command = WISHES[name].make(placed(shop, WISHES[name].refused, name))
    before = everything(engine)
    with pytest.raises(RefusedError) as quoted:
        built.quote(ALICE, command)
    with pytest.raises(RefusedError) as done:
        built.execute(ALICE, command, "key")
    assert done.value.reason == quoted.value.reason
    assert everything(engine) == before


@pytest.mark.parametrize("name", WISHES)
def test_a_quote_writes_nothing(
    shop: Shop, engine: Engine, built: BuiltinCommands, name: str
) -> None:
    command = WISHES[name].make(placed(shop, WISHES[name].status, name))
    before = everything(engine)
    built.quote(ALICE, command)
    assert everything(engine) == before


@pytest.mark.parametrize("name", WISHES)
def test_the_same_key_again_gives_the_same_receipt_and_writes_nothing(
    shop: Shop, engine: Engine, built: BuiltinCommands, name: str
) -> None:
    command = WISHES[name].make(placed(shop, WISHES[name].status, name))
    first = built.execute(ALICE, command, "key")
    before = everything(engine)
    assert built.execute(ALICE, command, "key") == first
    assert everything(engine) == before


@pytest.mark.parametrize("name", WISHES)
def test_another_buyers_order_does_not_exist(
    shop: Shop, engine: Engine, built: BuiltinCommands, name: str
) -> None:
    command = WISHES[name].make(placed(shop, WISHES[name].status, name))
    built.execute(ALICE, command, "key")
    before = everything(engine)
    with pytest.raises(OrderNotFoundError):
        built.quote(BOB, command)
    with pytest.raises(OrderNotFoundError):
        built.execute(BOB, command, "key")  # not even Alice's receipt
    assert everything(engine) == before
