"""What the model expects of a command: a plan that the book follows, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kefu.orders.commands import Command, Receipt, name
from tests.orders.machine.book import REFUNDS, Book, Case, Lines, Order, Write


class NoError(Exception):
    """The shop refuses; why is for the people who read the rule."""


@dataclass
class Plan:
    """What a granted command does.

    Attributes:
        kind: of the receipt, and of the case where one opens.
        opens: state of the case that opens.
        moves: the case that moves, and its new state.
        to: the order's new state.
        order: other values of the order that change.
        stock: pieces that come back to the shelf, below zero those that are taken.
        line: place of the line that becomes another variant.
    """

    kind: str
    cents: int = 0
    automatic: bool = True
    opens: str | None = None
    ground: str = ""
    tender: str = "money"
    lines: Lines = field(default_factory=dict)
    until: date | None = None
    moves: tuple[Case, str] | None = None
    tracking: str | None = None
    to: str | None = None
    order: dict[str, Any] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)
    line: tuple[int, str] | None = None

    @property
    def pay_cents(self) -> int:
        """What is to be paid back now."""
        return self.cents if self.opens == "paying" and self.tender == "money" else 0


def granted(condition: object, why: str) -> None:
    """Refuses unless the condition holds."""
    if not condition:
        raise NoError(why)


def opens(order: Order, *states: str) -> None:
    """A case opens in these states, and no other case is open."""
    granted(order.status in states, f"not while {order.status}")
    granted(order.open_case is None, "one case at a time")


def follow(book: Book, order: Order, plan: Plan, command: Command, key: str, told: Receipt) -> None:
    """Write the plan into the book; `told` says the number that was drawn for the case."""
    by = name(command)
    case_no = None
    if plan.opens is not None:
        case_no = told.number
        case = Case(
            case_no,
            plan.kind,
            plan.opens,
            plan.cents,
            plan.lines,
            key,
            plan.ground,
            plan.tender,
            plan.automatic,
            plan.until,
            getattr(command, "new_sku", None) if plan.kind == "exchange" else None,
        )
        case.events.append(("buyer", by, None, plan.opens))
        order.cases.append(case)
    if plan.moves is not None:
        case, state = plan.moves
        case_no = case.number
        case.events.append(("buyer", by, case.status, state))
        case.status = state
        case.tracking = plan.tracking or case.tracking
    if plan.to == "refunding":
        order.before = order.status
    order.status = plan.to or order.status
    for field_, value in plan.order.items():
        setattr(order, field_, value)
    for sku, pieces in plan.stock.items():
        book.stock[sku] += pieces
    if plan.line is not None:
        place, sku = plan.line
        order.lines[place].sku = sku
    order.version += 1
    book.answered[order.buyer, key] = (command, told)
    book.writes.append(
        Write(
            order.buyer,
            key,
            by,
            order.number,
            case_no,
            plan.kind,
            told.status,
            plan.cents,
            plan.pay_cents,
        )
    )


def as_before(book: Book, order: Order) -> str:
    """Where an order stands again after its refund came to nothing."""
    if order.before == "delivered" and order.deadline is not None and order.deadline <= book.now:
        return "completed"
    return order.before


def is_refund(case: Case) -> bool:
    """Whether the order is `refunding` while the case is open."""
    return case.kind in REFUNDS
