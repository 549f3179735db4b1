"""The writes that a buyer may ask for: frozen data, no logic.

`order_no` is the whole number of one of the buyer's orders, `sku` the code of one of its lines.
Texts are as the buyer wrote them until `tidy`; `evidence` holds addresses of pictures or what the
buyer says of them. The types say what is valid on the wire, where `from_wire` checks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import StrictBool, conint, conlist, constr

TEXT_MAX_CHARACTERS = 500
EVIDENCE_MAX = 9
LINES_MAX = 50

if TYPE_CHECKING:
    Code = str
    Name = str
    Text = str
    Codes = tuple[str, ...]
    Texts = tuple[str, ...]
    Quantity = int
    Flag = bool
else:
    Code = constr(strict=True, regex=r"^[0-9A-Za-z_.\-]{1,64}\Z")
    Name = constr(strict=True, min_length=1, max_length=300)
    Text = constr(strict=True, max_length=TEXT_MAX_CHARACTERS)
    Codes = conlist(Code, max_items=LINES_MAX)
    Texts = conlist(Text, max_items=EVIDENCE_MAX)
    Quantity = conint(strict=True, ge=1, le=999)
    Flag = StrictBool

Problem = Literal["defect", "wrong_item", "missing"]
Wish = Literal["refund", "exchange", "compensation"]
Ground = Literal["price_drop", "freight", "late", "other"]


@dataclass(frozen=True)
class CancelOrder:
    """Call off an order that has not been shipped."""

    order_no: Code
    reason: Text


@dataclass(frozen=True)
class ChangeAddress:
    """Another recipient, phone or address; None leaves what is there."""

    order_no: Code
    recipient: Name | None = None
    phone: Name | None = None
    address: Name | None = None


@dataclass(frozen=True)
class ChangeItem:
    """Another variant or a smaller quantity of one line."""

    order_no: Code
    sku: Code
    new_sku: Code | None = None
    new_quantity: Quantity | None = None


@dataclass(frozen=True)
class DelayShipment:
    """Do not ship before the day `until` in the shop's zone."""

    order_no: Code
    until: date


@dataclass(frozen=True)
class ExtendReceipt:
    """Give the buyer more days before the receipt confirms itself."""

    order_no: Code


@dataclass(frozen=True)
class ConfirmReceipt:
    """The goods have arrived."""

    order_no: Code


@dataclass(frozen=True)
class RequestRefund:
    """Money back, with goods going back where they have arrived.

    `skus` empty: all of the order. `received` False: the courier says delivered, the buyer got
    nothing.
    """

    order_no: Code
    reason: Text
    skus: Codes = ()
    received: Flag | None = None
    evidence: Texts = ()


@dataclass(frozen=True)
class RequestExchange:
    """Another variant of the same goods, or the same anew where they are faulty."""

    order_no: Code
    sku: Code
    new_sku: Code
    reason: Text
    evidence: Texts = ()


@dataclass(frozen=True)
class ReportProblem:
    """What came is faulty, wrong or incomplete. `skus` empty: all lines."""

    order_no: Code
    problem: Problem
    wish: Wish
    skus: Codes = ()
    description: Text = ""
    evidence: Texts = ()


@dataclass(frozen=True)
class RequestCompensation:
    """Money for a price that fell, freight that was advanced, late dispatch, or something else."""

    order_no: Code
    ground: Ground
    description: Text = ""
    evidence: Texts = ()


@dataclass(frozen=True)
class WithdrawCase:
    """Take back an after-sales case."""

    case_no: Code


@dataclass(frozen=True)
class ReturnSent:
    """The goods of a case are on their way back."""

    case_no: Code
    courier: Name
    tracking_number: Name


@dataclass(frozen=True)
class RequestInvoice:
    """An electronic invoice; without a tax number it is for a private person."""

    order_no: Code
    title: Name
    tax_number: Name | None = None
    email: Name | None = None


Command = (
    CancelOrder
    | ChangeAddress
    | ChangeItem
    | DelayShipment
    | ExtendReceipt
    | ConfirmReceipt
    | RequestRefund
    | RequestExchange
    | ReportProblem
    | RequestCompensation
    | WithdrawCase
    | ReturnSent
    | RequestInvoice
)
