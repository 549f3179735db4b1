"""Rows that follow from an order: payments, cases with what they leave, invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bench.orders.copying import Rows
from bench.orders.drafts import DAY, HOUR, Draft
from bench.orders.people import Person
from kefu.orders.status import OrderStatus

FREIGHT_CENTS = 800
_COMPENSATION, _INVOICE = 0.03, 0.10  # shares of the completed orders
_COMPENSATION_CENTS = 500
_RECEIPT = '{"number": "", "order_no": "", "kind": "", "status": ""}'


@dataclass(frozen=True)
class Order:
    """An order whose own rows are written; `items` are the ids of its lines."""

    id: int
    order_no: str
    customer: str
    person: Person
    draft: Draft
    total_cents: int
    items: tuple[int, ...]


def scattered(number: int, digits: int) -> str:
    """That many digits, different for each number below ten to their power, in no order.

    The factor has no 2 and no 5 in it.
    """
    return f"{number * 76_543_217 % 10**digits:0{digits}d}"


def pay(
    rows: Rows, order: Order, kind: str, cents: int, at: datetime, case_id: int | None = None
) -> None:
    """Money that moved."""
    rows.number(
        "payments",
        {
            "order_id": order.id,
            "kind": kind,
            "method": ("wechat", "alipay", "wechat", "card")[order.id % 4],
            "amount_cents": cents,
            "at": at,
            "case_id": case_id,
            "transaction_no": f"4200{scattered(rows.last['payments'] + 1, 14)}",
        },
    )


def after_sales(rows: Rows, order: Order, chance: float) -> None:
    """Case or invoice, where the order has any; `chance` is drawn from 0 to 1."""
    delivered_at = order.draft.delivered_at
    if delivered_at is None:
        return
    goods_cents, asked_at = order.total_cents - FREIGHT_CENTS, delivered_at + 12 * HOUR
    if order.draft.status is OrderStatus.REFUNDING:
        _case(rows, order, "return_and_refund", goods_cents, asked_at, None)
    elif order.draft.status is OrderStatus.REFUNDED:
        _case(rows, order, "return_and_refund", goods_cents, asked_at, asked_at + 5 * DAY)
    elif order.draft.status is OrderStatus.COMPLETED and chance < _COMPENSATION:
        _case(rows, order, "compensation", _COMPENSATION_CENTS, asked_at, asked_at + DAY)
    elif order.draft.status is OrderStatus.COMPLETED and chance > 1 - _INVOICE:
        _invoice(rows, order, asked_at)


def _case(
    rows: Rows, order: Order, kind: str, cents: int, at: datetime, closed_at: datetime | None
) -> None:
    status = "refunded" if closed_at else "awaiting_return"
    number = rows.last["cases"] + 1
    case_no = f"R{at:%Y%m%d}{scattered(number, 6)}"
    key = f"past-{number}"
    case_id = rows.number(
        "cases",
        {
            "case_no": case_no,
            "order_id": order.id,
            "customer_id": order.customer,
            "kind": kind,
            "status": status,
            "amount_cents": cents,
            "reason": order.person.reason,
            "created_at": at,
            "closed_at": closed_at,
            "idempotency_key": key,
            "ground": "no_reason" if kind == "return_and_refund" else "late",
            "automatic": True,
            "evidence": order.person.evidence,
            "freight_paid_by": "buyer" if kind == "return_and_refund" else None,
        },
    )
    steps = [(at, None, "awaiting_return" if kind == "return_and_refund" else "paying")]
    if closed_at:
        steps += [(closed_at, steps[0][2], "refunded")]
        pay(rows, order, "refund", cents, closed_at, case_id)
    for moment, before, after in steps:
        rows.number(
            "case_events",
            {
                "case_id": case_id,
                "at": moment,
                "actor": "buyer" if before is None else "shop",
                "event": "request_refund" if before is None else "refund_paid",
                "from_status": before,
                "to_status": after,
            },
        )
    if kind == "return_and_refund":
        for item, cents_of_it in zip(order.items, _parts(cents, len(order.items)), strict=True):
            line = {"order_item_id": item, "quantity": 1, "amount_cents": cents_of_it}
            rows.number("case_items", {"case_id": case_id, **line})
    _journal(rows, order, case_no, key, at)


def _parts(cents: int, count: int) -> list[int]:
    """`cents` in so many parts."""
    return [cents // count + (place < cents % count) for place in range(count)]


def _journal(rows: Rows, order: Order, case_no: str, key: str, at: datetime) -> None:
    """What every write leaves."""
    rows.add(
        "idempotency_keys",
        {
            "customer_id": order.customer,
            "key": key,
            "command": "request_refund",
            "digest": "0" * 64,
            "receipt": _RECEIPT,
            "created_at": at,
        },
    )
    rows.number(
        "audit_log",
        {
            "at": at,
            "actor": "buyer",
            "action": "request_refund",
            "customer_id": order.customer,
            "order_no": order.order_no,
            "case_no": case_no,
            "details": order.person.details,
        },
    )
    rows.number(
        "outbox",
        {
            "topic": "order.request_refund",
            "payload": order.person.payload,
            "created_at": at,
            "sent_at": at,
        },
    )


def _invoice(rows: Rows, order: Order, at: datetime) -> None:
    rows.number(
        "invoices",
        {
            "order_id": order.id,
            "customer_id": order.customer,
            "status": "issued",
            "amount_cents": order.total_cents,
            "title": order.person.title,
            "created_at": at,
            "issued_at": at + DAY,
            "invoice_no": scattered(rows.last["invoices"] + 1, 20),
        },
    )
