"""What the order service hands out: plain, frozen, with nothing of the database in it.

All times are aware and in UTC; all money is integer cents; names, phones and addresses are masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kefu.orders.commands import Tender
from kefu.orders.facts import CaseKind
from kefu.orders.status import CaseStatus, OrderStatus, ParcelStatus

RefundKind = Literal["refund_only", "return_and_refund"]
FreightPayer = Literal["buyer", "shop"]


@dataclass(frozen=True)
class ItemView:
    """One line of an order, with name and price as they were when it was placed."""

    sku: str
    name: str
    color: str  # empty where the goods come in one colour
    size: str  # empty where they come in one size
    quantity: int
    unit_price_cents: int
    category: str = ""  # as the rules of the shop call it


@dataclass(frozen=True)
class ParcelEventView:
    """One line of a parcel's history; `text` is the courier's Chinese sentence."""

    at: datetime
    place: str
    text: str


@dataclass(frozen=True)
class ParcelView:
    """A parcel and its history, oldest event first: `events[-1]` is the latest news."""

    courier: str
    tracking_number: str
    status: ParcelStatus
    events: tuple[ParcelEventView, ...]
    expected_at: datetime | None


@dataclass(frozen=True)
class OrderView:
    """An order as its buyer may see it.

    Attributes:
        ship_by: the shop's promise; None before payment.
        hold_until: the day, in the shop's zone, that the buyer asked dispatch to wait for.
        receipt_deadline: when the receipt confirms itself; when it was confirmed, after that.
        receipt_extensions: how often the buyer has had it put off.
    """

    order_no: str
    status: OrderStatus
    placed_at: datetime
    paid_at: datetime | None
    ship_by: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    total_cents: int
    items: tuple[ItemView, ...]
    parcels: tuple[ParcelView, ...]
    recipient_masked: str
    phone_masked: str
    address_masked: str
    freight_cents: int = 0
    hold_until: date | None = None
    receipt_deadline: datetime | None = None
    receipt_extensions: int = 0


@dataclass(frozen=True)
class CaseView:
    """An after-sales case of any kind as its buyer may see it.

    Attributes:
        amount_cents: what is or would be paid.
        freight_paid_by: who pays for sending goods back; None where nothing goes back.
        return_by: the last day, in the shop's zone, to send goods back.
        new_sku: what an exchange is for.
        tender: how the amount is paid.
    """

    case_no: str
    order_no: str
    kind: CaseKind
    status: CaseStatus
    amount_cents: int
    reason: str
    created_at: datetime
    closed_at: datetime | None = None
    freight_paid_by: FreightPayer | None = None
    return_by: date | None = None
    return_courier: str | None = None
    return_tracking_number: str | None = None
    new_sku: str | None = None
    tender: Tender = "money"


@dataclass(frozen=True)
class VariantView:
    """What is sold now; `product` is the code that its variants share."""

    product: str
    sku: str
    name: str
    category: str
    color: str  # empty where the goods come in one colour
    size: str  # empty where they come in one size
    price_cents: int
    stock: int


@dataclass(frozen=True)
class RefundView:
    """An after-sales case; `next_step` is the Chinese sentence that says what happens now."""

    case_no: str
    order_no: str
    kind: RefundKind
    status: CaseStatus
    amount_cents: int
    reason: str
    created_at: datetime
    next_step: str
