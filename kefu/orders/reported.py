"""What the shop's own system reports, as moves of the built-in tables.

Events that are not here only speak: a parcel that is late or waits to be fetched, and those that a
shop adds to events.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_args

from pydantic.datetime_parse import parse_datetime

from kefu.orders.builtin.moves import CaseNews, OrderMove
from kefu.orders.commands import Tender
from kefu.orders.facts import CaseKind
from kefu.orders.shop_events import ShopEvent
from kefu.orders.status import CaseStatus

C = CaseStatus
_ALL: tuple[CaseKind, ...] = get_args(CaseKind)
_BACK: tuple[CaseKind, ...] = ("return_and_refund", "exchange")
_METHODS = {"bank_card": "card", "balance": "balance"}  # `original`: as the order was paid


@dataclass(frozen=True)
class _Goal:
    """Where an event says that a case stands, and which cases it makes sense for."""

    state: CaseStatus
    kinds: tuple[CaseKind, ...] = _ALL
    tender: Tender | None = None


_ORDERS: Mapping[str, str] = {"order_shipped": "ship", "parcel_delivered": "deliver"}
_CASES: Mapping[str, _Goal] = {
    "return_received": _Goal(C.RETURNING, _BACK),
    "exchange_sent": _Goal(C.EXCHANGED, ("exchange",)),
    "case_expired": _Goal(C.EXPIRED, _BACK),
    "refund_paid": _Goal(C.REFUNDED, tender="money"),
    "coupon_sent": _Goal(C.REFUNDED, ("compensation",), "coupon"),
}
_REVIEWS: Mapping[str, _Goal] = {
    "refund_approved": _Goal(C.PAYING, ("refund_only", "return_and_refund", "exchange")),
    "return_approved": _Goal(C.AWAITING_RETURN, ("return_and_refund",)),
    "exchange_approved": _Goal(C.AWAITING_RETURN, ("exchange",)),
    "resend_approved": _Goal(C.RESENDING, ("exchange",)),
    "return_accepted": _Goal(C.RESENDING, ("exchange",)),
    "compensation_approved": _Goal(C.PAYING, ("compensation",), "money"),
    "coupon_approved": _Goal(C.PAYING, ("compensation",), "coupon"),
    "refused": _Goal(C.REFUSED),
}


def reported(event: ShopEvent) -> CaseNews | OrderMove | None:
    """What must be true in the tables once this event is; None where they do not tell of it.

    `event` was checked by `EventTable.news`.
    """
    data = event.data
    if event.type in _ORDERS and event.order_no is not None:
        return OrderMove(
            event.order_no,
            _ORDERS[event.type],
            customer_id=event.customer_id,
            courier=data.get("courier"),
            tracking_number=data.get("tracking_number"),
            expected_on=_day(data.get("expected_on")),
            at=_moment(data.get("at")),
        )
    goal = _CASES.get(event.type)
    if event.type == "case_reviewed":
        goal = _REVIEWS.get(str(data.get("result")))
    if goal is None or event.case_no is None:
        return None
    return CaseNews(
        event.case_no,
        event.customer_id,
        goal.state,
        goal.kinds,
        goal.tender,
        amount_cents=data.get("amount"),
        until=_day(data.get("until")) if goal.state is C.AWAITING_RETURN else None,
        note=data.get("reason") or "",
        method=_METHODS.get(str(data.get("to"))),
        at=_moment(data.get("at")),
    )


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _moment(value: Any) -> datetime | None:
    return None if value is None else parse_datetime(value)
