"""What the rules need to know of one order: plain data, read by whoever owns the tables.

Money is integer cents, times are aware, days are days in the shop's zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from kefu.orders.commands import QuoteLine, Tender
from kefu.orders.status import CaseStatus, OrderStatus

CaseKind = Literal["refund_only", "return_and_refund", "exchange", "compensation"]
REFUND_KINDS: tuple[CaseKind, ...] = ("refund_only", "return_and_refund")

_UNDONE = (CaseStatus.WITHDRAWN, CaseStatus.REFUSED, CaseStatus.EXPIRED)


@dataclass(frozen=True)
class ItemFacts:
    """One line, as it was ordered, also after some of it was refunded. No two have one `sku`.

    Attributes:
        product: code of the goods that the variant is of.
        unit_price_cents: as ordered; coupons and the like are in the order's total.
        current_price_cents: what the variant costs today; None where it is no longer sold.
    """

    sku: str
    name: str
    product: str
    category: str
    quantity: int
    unit_price_cents: int
    current_price_cents: int | None = None


@dataclass(frozen=True)
class VariantFacts:
    """A variant that the buyer wants instead; `label` is its colour and size, for reading."""

    sku: str
    product: str
    label: str
    price_cents: int
    stock: int


@dataclass(frozen=True)
class PaymentFacts:
    """Money that has moved: from the buyer (`payment`) or back (`refund`); never negative."""

    kind: Literal["payment", "refund"]
    amount_cents: int


@dataclass(frozen=True)
class CaseFacts:
    """An after-sales case of the order.

    `lines` empty in a refund: it is for the whole order. `ground` and `tender` as in `Quote`.
    """

    case_no: str
    kind: CaseKind
    status: CaseStatus
    amount_cents: int
    ground: str = ""
    tender: Tender = "money"
    lines: tuple[QuoteLine, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether its amount was or will be paid: not withdrawn, refused or expired."""
        return self.status not in _UNDONE


@dataclass(frozen=True)
class InvoiceFacts:
    """An invoice that was asked for or issued and is not void."""

    title: str
    issued_at: datetime | None = None


@dataclass(frozen=True)
class OrderFacts:
    """An order with all that decides about it.

    Attributes:
        total_cents: goods and freight, as paid or to be paid.
        address: in clear, to tell whether freight would change.
        address_changes: how often the buyer has changed recipient, phone or address.
        hold_until: the day that the buyer asked dispatch to wait for.
        receipt_deadline: when the receipt confirms itself; when it was confirmed, after that.
        receipt_extensions: how often the buyer has had it put off.
        last_news_at: of the newest parcel event.
        cases: all, the newest first.
        wanted: the variant that the command names, if the shop has it.
    """

    order_no: str
    status: OrderStatus
    placed_at: datetime
    items: tuple[ItemFacts, ...]
    total_cents: int
    freight_cents: int = 0
    paid_at: datetime | None = None
    ship_by: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    address: str = field(default="", repr=False)
    address_changes: int = 0
    hold_until: date | None = None
    receipt_deadline: datetime | None = None
    receipt_extensions: int = 0
    last_news_at: datetime | None = None
    payments: tuple[PaymentFacts, ...] = ()
    cases: tuple[CaseFacts, ...] = ()
    invoices: tuple[InvoiceFacts, ...] = ()
    wanted: VariantFacts | None = None

    @property
    def open_case(self) -> CaseFacts | None:
        """The case that something still happens with; there is one at most."""
        return next((case for case in self.cases if not case.status.closed), None)

    def case(self, case_no: str) -> CaseFacts | None:
        """The order's case with this number."""
        return next((case for case in self.cases if case.case_no == case_no), None)

    def item(self, sku: str) -> ItemFacts | None:
        """The line with this code."""
        return next((item for item in self.items if item.sku == sku), None)
