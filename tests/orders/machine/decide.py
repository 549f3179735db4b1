"""Which rule of the model decides about which command, and what a receipt must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from kefu.orders import commands as c
from tests.orders.machine import after_arrival, before_dispatch, beside_goods
from tests.orders.machine.book import Book, Order
from tests.orders.machine.plan import NoError, Plan

RULES: dict[type[Any], Callable[[Book, Order, Any], Plan]] = {
    c.CancelOrder: before_dispatch.cancel,
    c.ChangeAddress: before_dispatch.change_address,
    c.ChangeItem: before_dispatch.change_item,
    c.DelayShipment: before_dispatch.delay,
    c.ExtendReceipt: after_arrival.extend_receipt,
    c.ConfirmReceipt: after_arrival.confirm_receipt,
    c.RequestRefund: after_arrival.refund,
    c.RequestExchange: after_arrival.exchange,
    c.ReportProblem: after_arrival.report_problem,
    c.RequestCompensation: beside_goods.compensate,
    c.RequestInvoice: beside_goods.invoice,
    c.WithdrawCase: beside_goods.withdraw,
    c.ReturnSent: beside_goods.return_sent,
}

Kind = Literal["done", "again", "refused", "missing", "key"]


@dataclass(frozen=True)
class Expected:
    """How a command must end; `plan` where it is done now, `receipt` where it was before."""

    kind: Kind
    order: Order | None = None
    plan: Plan | None = None
    receipt: c.Receipt | None = None


def decide(book: Book, order: Order, command: c.Command) -> Plan | None:
    """The plan of a command for the order; None where it is refused."""
    try:
        return RULES[type(command)](book, order, command)
    except NoError:
        return None


def expect(book: Book, buyer: str, command: c.Command, key: str) -> Expected:
    """Another's order does not exist, a key acts once, and then the rules decide."""
    order = book.find(buyer, command)
    if order is None:
        return Expected("missing")
    if (buyer, key) in book.answered:
        said, receipt = book.answered[buyer, key]
        return Expected("again", receipt=receipt) if said == command else Expected("key")
    plan = decide(book, order, command)
    return Expected("refused") if plan is None else Expected("done", order, plan)


def check_receipt(expected: Expected, receipt: c.Receipt) -> None:
    """What the buyer is told is what the plan says."""
    plan, order = expected.plan, expected.order
    assert plan is not None
    assert order is not None
    status: str = plan.to or order.status
    number: str | None = order.number
    if plan.opens is not None:
        status, number = plan.opens, None
        assert all(receipt.number != case.number for case in order.cases)
    if plan.moves is not None:
        number, status = plan.moves[0].number, plan.moves[1]
    if number is not None:
        assert receipt.number == number
    assert receipt.next_step
    told = (receipt.order_no, receipt.kind, receipt.status)
    assert told == (order.number, plan.kind, status)
    assert (receipt.amount_cents, receipt.automatic) == (plan.cents, plan.automatic)
