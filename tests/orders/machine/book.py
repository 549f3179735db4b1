"""The plain model's memory: orders, cases, stock and keys as a clerk would keep them in a book.

Nothing here or in the rules beside it uses the life cycles, quotes or facts of `kefu.orders`, so
that a fault there is a difference here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kefu.orders.commands import Command, Receipt
from tests.orders.machine.goods import ADDRESS, CATALOGUE, NAME, PHONE, START

CLOSED = ("refunded", "exchanged", "withdrawn", "refused", "expired")
UNDONE = ("withdrawn", "refused", "expired")
REFUNDS = ("refund_only", "return_and_refund")

Lines = dict[int, tuple[int, int]]  # place of the line in the order → pieces, cents


@dataclass
class Case:
    """An after-sales case. `kept`: a variant that the warehouse keeps for it."""

    number: str
    kind: str
    status: str
    cents: int
    lines: Lines
    key: str
    ground: str = ""
    tender: str = "money"
    automatic: bool = False
    until: date | None = None
    kept: str | None = None
    tracking: str | None = None
    events: list[tuple[str, str, str | None, str]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.status not in CLOSED

    @property
    def counts(self) -> bool:
        return self.status not in UNDONE


@dataclass
class Line:
    """One line of an order, as it was ordered."""

    sku: str
    pieces: int
    unit_cents: int

    @property
    def product(self) -> str:
        return CATALOGUE[self.sku].product

    @property
    def category(self) -> str:
        return CATALOGUE[self.sku].category


@dataclass
class Order:
    """An order; `before` is where it stood when its open refund began."""

    number: str
    buyer: str
    lines: list[Line]
    total: int
    freight: int
    placed_at: datetime
    status: str = "pending_payment"
    before: str = ""
    paid_at: datetime | None = None
    ship_by: datetime | None = None
    shipped_at: datetime | None = None
    news_at: datetime | None = None
    delivered_at: datetime | None = None
    deadline: datetime | None = None
    extensions: int = 0
    address_changes: int = 0
    recipient: str = NAME
    phone: str = PHONE
    address: str = ADDRESS
    hold_until: date | None = None
    version: int = 0
    paid: int = 0
    paid_back: list[tuple[str, int]] = field(default_factory=list)  # case number, cents
    cases: list[Case] = field(default_factory=list)
    invoice: tuple[str, int] | None = None

    @property
    def open_case(self) -> Case | None:
        return next((case for case in self.cases if case.open), None)


@dataclass(frozen=True)
class ShopWrite:
    """What one move of the shop must leave in the journal."""

    buyer: str
    key: str
    actor: str
    event: str
    order_no: str
    order_status: str
    case_no: str | None = None
    kind: str | None = None
    status: str | None = None
    cents: int = 0
    pay_cents: int = 0


@dataclass(frozen=True)
class Write:
    """What one write of a buyer must leave in the journal."""

    buyer: str
    key: str
    command: str
    order_no: str
    case_no: str | None
    kind: str
    status: str
    cents: int
    pay_cents: int


class Book:
    """All that there is. `supply` counts what was ever put on the shelves, for the balance."""

    def __init__(self) -> None:
        self.now = START
        self.stock = {sku: variant.stock for sku, variant in CATALOGUE.items()}
        self.prices = {sku: variant.cents for sku, variant in CATALOGUE.items()}
        self.supply = Counter(self.stock)
        self.orders: dict[str, Order] = {}
        self.answered: dict[tuple[str, str], tuple[Command, Receipt]] = {}
        self.writes: list[Write | ShopWrite] = []

    def of(self, buyer: str) -> list[Order]:
        """A buyer's orders."""
        return [order for order in self.orders.values() if order.buyer == buyer]

    def alive(self) -> list[Order]:
        """Orders that something may still become of."""
        return [
            order
            for order in self.orders.values()
            if order.status not in ("cancelled", "refunded", "completed") or order.open_case
        ]

    def find(self, buyer: str, command: Command) -> Order | None:
        """The buyer's own order that a command is about."""
        number: Any = getattr(command, "order_no", None)
        if number is not None:
            order = self.orders.get(number)
            return order if order is not None and order.buyer == buyer else None
        for order in self.of(buyer):
            if any(case.number == getattr(command, "case_no", None) for case in order.cases):
                return order
        return None
