"""The life of an order and of an after-sales case: which event, by whom, from where to where.

The tables are the whole truth: what they lack is refused, in words for a buyer. Besides its
effects each write leaves an audit row and an outbox row. A case that is no refund (exchange,
compensation) leaves its order where it stands, from its opening to its end; the events of a refund
(`withdraw_case`, `refund_paid` ...) are told to both machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from kefu.orders.facts import CaseKind, OrderFacts
from kefu.orders.sentences import has, refuse, say
from kefu.orders.status import CaseStatus, OrderStatus

Party = Literal["buyer", "shop", "system"]
Effect = Literal[
    "open_case",
    "close_case",
    "reserve_stock",  # of the new variant
    "release_stock",  # what has not left, or was kept for an exchange
    "write_address",
    "write_item",
    "write_hold",
    "write_dispatch",  # when it left, and its parcel
    "write_delivery",  # the buyer has the goods, whatever the courier says
    "write_receipt_deadline",  # the new one; the present, where the receipt was confirmed
    "write_return_by",  # the last day to send goods back
    "write_invoice",
    "write_tracking",
    "order_payment",  # ask whoever pays to pay the amount back
    "book_payment",  # it was paid: a row among the payments
]
SAME = "same"  # the state stays
BEFORE = "before"  # back to where the order stood before its refund: `standing`

O, C = OrderStatus, CaseStatus  # noqa: E741 - the tables below are read by column
_KINDS: tuple[CaseKind, ...] = get_args(CaseKind)
_BACK: tuple[CaseKind, ...] = ("return_and_refund", "exchange")  # goods go back
_NO_EXCHANGE: tuple[CaseKind, ...] = ("refund_only", "return_and_refund", "compensation")


@dataclass(frozen=True)
class Transition:
    """One line of a table; `kinds` are the cases that it holds for, all of an order's."""

    machine: Literal["order", "case"]
    command: str
    from_states: tuple[str, ...]
    to_state: str
    by: Party
    effects: tuple[Effect, ...] = ()
    kinds: tuple[CaseKind, ...] = _KINDS


@dataclass(frozen=True)
class OrderStep:
    """Where an order goes, and what else has to happen."""

    state: OrderStatus
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class CaseStep:
    """Where a case goes, and what else has to happen."""

    state: CaseStatus
    effects: tuple[Effect, ...]


def _order(
    by: Party, command: str, from_states: tuple[str, ...], to_state: str, *effects: Effect
) -> Transition:
    return Transition("order", command, from_states, to_state, by, effects)


def _case(
    by: Party,
    command: str,
    from_states: tuple[str, ...],
    to_state: str,
    *effects: Effect,
    kinds: tuple[CaseKind, ...] = _KINDS,
) -> Transition:
    return Transition("case", command, from_states, to_state, by, effects, kinds)


_UNSHIPPED = (O.PENDING_PAYMENT, O.PAID)
_ARRIVED = (O.DELIVERED, O.COMPLETED)
_PAID = (O.PAID, O.SHIPPED, *_ARRIVED)

# fmt: off
ORDER_TRANSITIONS: tuple[Transition, ...] = (
    _order("system", "pay", (O.PENDING_PAYMENT,), O.PAID, "book_payment"),
    _order("system", "close_unpaid", (O.PENDING_PAYMENT,), O.CANCELLED, "release_stock"),
    _order("shop", "ship", (O.PAID,), O.SHIPPED, "write_dispatch"),
    _order("system", "deliver", (O.SHIPPED,), O.DELIVERED,
           "write_delivery", "write_receipt_deadline"),
    # A parcel that was thought lost: the refund goes on, and where it fails the order has arrived.
    _order("system", "deliver", (O.REFUNDING,), SAME, "write_delivery", "write_receipt_deadline"),
    _order("system", "complete", (O.DELIVERED,), O.COMPLETED, "write_receipt_deadline"),
    _order("buyer", "cancel_order", (O.PENDING_PAYMENT,), O.CANCELLED, "release_stock"),
    _order("buyer", "cancel_order", (O.PAID,), O.REFUNDING, "open_case", "release_stock"),
    _order("buyer", "change_address", _UNSHIPPED, SAME, "write_address"),
    _order("buyer", "change_item", _UNSHIPPED, SAME, "write_item"),
    _order("buyer", "delay_shipment", (O.PAID,), SAME, "write_hold"),
    _order("buyer", "extend_receipt", (O.DELIVERED,), SAME, "write_receipt_deadline"),
    _order("buyer", "confirm_receipt", (O.SHIPPED,), O.COMPLETED,
           "write_delivery", "write_receipt_deadline"),
    _order("buyer", "confirm_receipt", (O.DELIVERED,), O.COMPLETED, "write_receipt_deadline"),
    _order("buyer", "request_refund", (O.PAID,), O.REFUNDING, "open_case", "release_stock"),
    _order("buyer", "request_refund", _ARRIVED, O.REFUNDING, "open_case"),
    _order("buyer", "report_not_received", (O.SHIPPED, *_ARRIVED), O.REFUNDING, "open_case"),
    _order("buyer", "request_exchange", _ARRIVED, SAME, "open_case", "reserve_stock"),
    _order("buyer", "request_compensation", _PAID, SAME, "open_case"),
    _order("buyer", "request_invoice", _PAID, SAME, "write_invoice"),
    _order("buyer", "return_sent", (*_ARRIVED, O.REFUNDING), SAME),
    _order("buyer", "withdraw_case", (O.REFUNDING,), BEFORE),
    _order("shop", "refuse", (O.REFUNDING,), BEFORE),
    _order("system", "expire", (O.REFUNDING,), BEFORE),
    _order("system", "refund_part_paid", (O.REFUNDING,), BEFORE),
    _order("system", "refund_paid", (O.REFUNDING,), O.REFUNDED),
)

CASE_TRANSITIONS: tuple[Transition, ...] = (
    _case("shop", "approve", (C.REVIEWING,), C.PAYING, "order_payment", "release_stock",
          kinds=("refund_only",)),
    _case("shop", "approve", (C.REVIEWING,), C.PAYING, "order_payment", kinds=("compensation",)),
    _case("shop", "approve", (C.REVIEWING,), C.AWAITING_RETURN, "write_return_by", kinds=_BACK),
    _case("shop", "approve_without_return", (C.REVIEWING,), C.PAYING, "order_payment",
          kinds=("return_and_refund",)),
    _case("shop", "approve_without_return", (C.REVIEWING,), C.RESENDING, kinds=("exchange",)),
    _case("shop", "refuse", (C.REVIEWING, C.RETURNING), C.REFUSED, "close_case",
          kinds=_NO_EXCHANGE),
    _case("shop", "refuse", (C.REVIEWING, C.RETURNING), C.REFUSED, "close_case", "release_stock",
          kinds=("exchange",)),
    _case("buyer", "withdraw_case", (C.REVIEWING, C.AWAITING_RETURN), C.WITHDRAWN, "close_case",
          kinds=_NO_EXCHANGE),
    _case("buyer", "withdraw_case", (C.REVIEWING, C.AWAITING_RETURN), C.WITHDRAWN, "close_case",
          "release_stock", kinds=("exchange",)),
    # A second time corrects the number.
    _case("buyer", "return_sent", (C.AWAITING_RETURN, C.RETURNING), C.RETURNING, "write_tracking",
          kinds=_BACK),
    _case("system", "expire", (C.AWAITING_RETURN,), C.EXPIRED, "close_case",
          kinds=("return_and_refund",)),
    _case("system", "expire", (C.AWAITING_RETURN,), C.EXPIRED, "close_case", "release_stock",
          kinds=("exchange",)),
    # Goods may come back without their number having been told; from then on nothing expires.
    _case("shop", "return_received", (C.AWAITING_RETURN, C.RETURNING), C.RETURNING, kinds=_BACK),
    _case("shop", "accept_return", (C.AWAITING_RETURN, C.RETURNING), C.PAYING, "order_payment",
          kinds=("return_and_refund",)),
    _case("shop", "accept_return", (C.AWAITING_RETURN, C.RETURNING), C.RESENDING,
          kinds=("exchange",)),
    _case("shop", "resend", (C.RESENDING,), C.EXCHANGED, "close_case", kinds=("exchange",)),
    # Nothing to exchange for: exchange.md promises the money.
    _case("shop", "pay_instead", (C.RESENDING,), C.PAYING, "order_payment", "release_stock",
          kinds=("exchange",)),
    _case("system", "pay", (C.PAYING,), C.REFUNDED, "book_payment", "close_case"),
)
# fmt: on

_OPENED: dict[CaseKind, CaseStatus] = {
    "refund_only": C.PAYING,
    "return_and_refund": C.AWAITING_RETURN,
    "exchange": C.AWAITING_RETURN,
    "compensation": C.PAYING,
}


def opening(kind: CaseKind, *, automatic: bool) -> CaseStep:
    """The first state of a case: a person looks at it unless it is automatic."""
    state = _OPENED[kind] if automatic else C.REVIEWING
    return CaseStep(state, ("order_payment",) if state is C.PAYING else ())


def order_transition(
    status: OrderStatus,
    command: str,
    by: Party,
    *,
    before: OrderStatus | None = None,
    case_no: str = "",
) -> OrderStep:
    """Where the event `command` takes an order.

    Args:
        status: where the order stands.
        command: the event, for a buyer `Quote.event`.
        by: who makes it happen.
        before: what `standing` says; needed where a refund ends without all the money going back.
        case_no: of the newest case, for the words of a refusal.

    Raises:
        RefusedError: the table has no such transition.
        ValueError: `before` is missing.
    """
    for line in _lines(ORDER_TRANSITIONS, command, by, status):
        if line.to_state == BEFORE and before is None:
            raise ValueError(f"{command} ends a refund: pass what `standing` says as `before`.")
        after: str | None = {SAME: status, BEFORE: before}.get(line.to_state, line.to_state)
        return OrderStep(OrderStatus(str(after)), line.effects)
    key = f"refused_order.{command}.{status}"
    if not has(key):
        key = f"refused_order.any.{status}"
    wish = f"wishes.{command}"
    raise refuse(
        key,
        wish=say(wish) if has(wish) else say("wishes.other"),
        case=say("parts.case", case_no=case_no) if case_no else "",
    )


def case_transition(kind: CaseKind, status: CaseStatus, event: str, by: Party) -> CaseStep:
    """Where an event takes a case.

    Raises:
        RefusedError: the table has no such transition.
    """
    for line in _lines(CASE_TRANSITIONS, event, by, status):
        if kind in line.kinds:
            after = status if line.to_state == SAME else line.to_state
            return CaseStep(CaseStatus(after), line.effects)
    key = f"refused_case.{event}.{status}"
    raise refuse(key if has(key) else f"refused_case.any.{status}")


def event_to(kind: CaseKind, status: CaseStatus, goal: CaseStatus) -> str | None:
    """The event of shop or system that takes a case to `goal` in one step; None: there is none."""
    for line in _shops_lines(kind, status):
        if line.to_state == goal:
            return line.command
    return None


def party(machine: Literal["order", "case"], event: str) -> Party | None:
    """Who of shop and system makes an event happen; None where neither does."""
    table = CASE_TRANSITIONS if machine == "case" else ORDER_TRANSITIONS
    return next((one.by for one in table if one.command == event and one.by != "buyer"), None)


def possible(kind: CaseKind, status: CaseStatus) -> tuple[str, ...]:
    """What shop and system may do with a case now."""
    return tuple(line.command for line in _shops_lines(kind, status))


def standing(facts: OrderFacts, now: datetime) -> OrderStatus:
    """Where an order stands by its times, whatever refunds are open."""
    if facts.paid_at is None:
        return O.PENDING_PAYMENT
    if facts.shipped_at is None and facts.delivered_at is None:
        return O.PAID
    if facts.delivered_at is None:
        return O.SHIPPED
    confirmed = facts.receipt_deadline is not None and facts.receipt_deadline <= now
    return O.COMPLETED if confirmed else O.DELIVERED


def _lines(
    table: tuple[Transition, ...], command: str, by: Party, status: str
) -> Iterator[Transition]:
    for line in table:
        if line.command == command and line.by == by and status in line.from_states:
            yield line


def _shops_lines(kind: CaseKind, status: CaseStatus) -> Iterator[Transition]:
    for line in CASE_TRANSITIONS:
        if line.by != "buyer" and status in line.from_states and kind in line.kinds:
            yield line
