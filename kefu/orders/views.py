"""What the order service hands out: plain, frozen, with nothing of the database in it.

All times are aware and in UTC; all money is integer cents; names, phones and addresses are masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kefu.orders.status import OrderStatus, ParcelStatus, RefundStatus

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
    """An order as its buyer may see it. `ship_by` is the shop's promise; None before payment."""

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


@dataclass(frozen=True)
class RefundQuote:
    """What the buyer would get; `summary` is the Chinese sentence to confirm."""

    order_no: str
    kind: RefundKind
    amount_cents: int
    freight_paid_by: FreightPayer
    summary: str


@dataclass(frozen=True)
class RefundView:
    """An after-sales case; `next_step` is the Chinese sentence that says what happens now."""

    case_no: str
    order_no: str
    kind: RefundKind
    status: RefundStatus
    amount_cents: int
    reason: str
    created_at: datetime
    next_step: str
