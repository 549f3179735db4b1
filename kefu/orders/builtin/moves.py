"""What the shop or the system may do with a case or an order: frozen data, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kefu.orders.commands import Tender
from kefu.orders.facts import CaseKind
from kefu.orders.lifecycle import Party
from kefu.orders.status import CaseStatus


@dataclass(frozen=True)
class CaseMove:
    """An event of `lifecycle.CASE_TRANSITIONS` that is not a buyer's, with what it needs.

    Attributes:
        case_no: the whole number.
        event: `approve`, `refuse`, `pay` ...
        customer_id: whose case it must be; None where the staff of the shop decide.
        amount_cents: with an approval, what is granted, at most what the rules allow; with `pay`,
            what was paid, which must be the case's amount. None: the case's amount.
        until: with an approval, the last day to send goods back; None: what the rules say.
        note: a few words for the buyer, masked before they are kept.
        method: with `pay`, how it was paid back; None: as the order was paid.
        transaction_no: with `pay`, of whoever moved the money.
        at: with `pay`, when the money left; None: now.
    """

    case_no: str
    event: str
    customer_id: str | None = None
    amount_cents: int | None = None
    until: date | None = None
    note: str = ""
    method: str | None = None
    transaction_no: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class CaseNews:
    """A case is to stand in `goal`, says the shop's own system, whichever event leads there.

    `kinds` are those that the news makes sense for, `tender` how it says that is paid. The rest as
    in `CaseMove`.
    """

    case_no: str
    customer_id: str
    goal: CaseStatus
    kinds: tuple[CaseKind, ...]
    tender: Tender | None = None
    amount_cents: int | None = None
    until: date | None = None
    note: str = ""
    method: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class OrderMove:
    """An event of `lifecycle.ORDER_TRANSITIONS` that is not a buyer's, with what it needs.

    Attributes:
        order_no: the whole number.
        event: `pay`, `ship`, `deliver`, `complete` or `close_unpaid`.
        customer_id: whose order it must be; None where the staff of the shop decide.
        method: with `pay`, needed where there is something to pay: wechat, alipay, card ...
        transaction_no: with `pay`, of whoever moved the money.
        courier: with `ship`, beside `tracking_number`; both may be left out.
        tracking_number: as above.
        expected_on: with `ship`, the day that the parcel should arrive.
        ship_by: with `pay`, until when the shop promises to ship.
        at: when it happened; None: now.
    """

    order_no: str
    event: str
    customer_id: str | None = None
    method: str | None = None
    transaction_no: str | None = None
    courier: str | None = None
    tracking_number: str | None = None
    expected_on: date | None = None
    ship_by: datetime | None = None
    at: datetime | None = None


Move = CaseMove | CaseNews | OrderMove


@dataclass(frozen=True)
class Moved:
    """What has happened, as JSON values: kept under the key, without anybody's own words.

    Attributes:
        customer_id: whose order it is.
        order_no: the whole number.
        order_status: where the order stands now.
        event: what happened.
        by: who makes such an event happen.
        case_no: of the case that moved; None where only the order did. So are those below.
        kind: of the case.
        status: where the case stands now.
        amount_cents: what the case pays.
        pay_cents: what is to be paid back now.
        tender: how it is paid.
        until: the last day to send goods back, YYYY-MM-DD, where the buyer is to do so now.
        number: of the case's event, another for each.
    """

    customer_id: str
    order_no: str
    order_status: str
    event: str
    by: Party
    case_no: str | None = None
    kind: str | None = None
    status: str | None = None
    amount_cents: int = 0
    pay_cents: int = 0
    tender: str = "money"
    until: str | None = None
    number: int | None = None
