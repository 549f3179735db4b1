"""After-sales cases of the demo shop, with lines, events and the money that moved for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from kefu.orders.demo_orders import DAY, Case
from kefu.orders.demo_parcels import COURIERS
from kefu.orders.demo_stories import REVIEWED, STORIES, course
from kefu.orders.numbers import SHOP_ZONE, case_number

Row = dict[str, Any]
Rows = dict[str, list[Row]]

SEND_BACK_DAYS = 7
_OPEN = ("awaiting_return", "returning", "resending", "reviewing", "paying")
# Buyers whose orders have such a case: far from the first, whom visitors and tests play.
FROM_BUYER = "buyer-0100"
WORN = ("clothing", "kids_clothes", "shoes", "bags")


def refund(rows: Rows, order: Row, case: Case, now: datetime, random: Random) -> None:
    """The refund of a whole order, with what has happened to it by `now`."""
    returns = order["delivered_at"] is not None
    kind = "return_and_refund" if returns else "refund_only"
    amount = order["total_cents"] - (order["freight_cents"] if returns else 0)
    row = _case(rows, order, kind, case.status.value, case.reason, case.created_at, random)
    row |= {
        "amount_cents": amount,
        "ground": "no_reason" if returns else "unshipped",
        "closed_at": case.closed_at,
    }
    for item in _items(rows, order):
        _line(rows, row, item, item["quantity"] * item["unit_price_cents"])
    _history(rows, row, now)


def others(rows: Rows, now: datetime, random: Random) -> None:
    """Exchanges and compensations in every state, on orders that have arrived."""
    for story, (order, item, other) in zip(STORIES, _hosts(rows, now), strict=False):
        created_at = order["delivered_at"] + DAY
        row = _case(rows, order, story.kind, story.status, story.reason, created_at, random)
        exchange, closed = story.kind == "exchange", story.status not in _OPEN
        row |= {
            "amount_cents": story.cents,
            "ground": story.ground,
            "tender": story.tender,
            "evidence": list(story.evidence),
            "closed_at": created_at + timedelta(hours=20) if closed else None,
            "new_sku": other["sku"] if exchange else None,
            "automatic": story.status not in REVIEWED and story.ground != "defect",
        }
        if row["freight_paid_by"] and story.ground == "defect":
            row["freight_paid_by"] = "shop"
        if exchange or story.ground == "price_drop":
            _line(rows, row, item, story.cents)
        _history(rows, row, now)


def _hosts(rows: Rows, now: datetime) -> Iterator[tuple[Row, Row, Row]]:
    """Orders that arrived two days ago or more, a line to wear, another variant of its goods."""
    variants, products = rows["product_variants"], rows["products"]
    for order in rows["orders"]:
        if order["status"] != "delivered" or order["customer_id"] < FROM_BUYER:
            continue
        for item in _items(rows, order):
            own = variants[item["variant_id"] - 1]
            same = [v for v in variants if v["product_id"] == own["product_id"] and v is not own]
            worn = products[own["product_id"] - 1]["category"] in WORN
            if worn and same and now - order["delivered_at"] >= 2 * DAY:
                yield order, item, same[0]
                break


def _case(
    rows: Rows,
    order: Row,
    kind: str,
    status: str,
    reason: str,
    created_at: datetime,
    random: Random,
) -> Row:
    taken = {row["case_no"] for row in rows["cases"]}
    case_no = case_number(created_at, SHOP_ZONE, random)
    while case_no in taken:
        case_no = case_number(created_at, SHOP_ZONE, random)
    back = kind in ("return_and_refund", "exchange")
    sent = back and status not in ("awaiting_return", *REVIEWED)
    number = len(rows["cases"]) + 1
    courier, prefix, digits = COURIERS[number % len(COURIERS)]
    last_day = created_at.astimezone(SHOP_ZONE).date() + timedelta(days=SEND_BACK_DAYS)
    row: Row = {
        "id": number,
        "case_no": case_no,
        "order_id": order["id"],
        "customer_id": order["customer_id"],
        "kind": kind,
        "status": status,
        "amount_cents": 0,
        "reason": reason,
        "created_at": created_at,
        "closed_at": None,
        "idempotency_key": f"demo-{number}",
        "ground": "",
        "tender": "money",
        "automatic": True,
        "evidence": [],
        "received": None,
        "freight_paid_by": "buyer" if back else None,
        "return_by": last_day if back else None,
        "return_courier": courier if sent else None,
        "return_tracking_number": f"{prefix}{number * 32_452_843 % 10**digits:0{digits}d}"
        if sent
        else None,
        "new_sku": None,
    }
    rows["cases"].append(row)
    return row


def _items(rows: Rows, order: Row) -> list[Row]:
    return [row for row in rows["order_items"] if row["order_id"] == order["id"]]


def _line(rows: Rows, case: Row, item: Row, cents: int) -> None:
    rows["case_items"].append(
        {
            "id": len(rows["case_items"]) + 1,
            "case_id": case["id"],
            "order_item_id": item["id"],
            "quantity": item["quantity"],
            "amount_cents": cents,
        }
    )


def _history(rows: Rows, case: Row, now: datetime) -> None:
    """The events until the case stands where it does, and the refund if one was paid."""
    steps = list(course(case["kind"], case["status"], automatic=case["automatic"]))
    end = case["closed_at"] or case["created_at"] + (now - case["created_at"]) * 0.75
    before = None
    for place, (actor, event, after) in enumerate(steps):
        share = place / (len(steps) - 1) if len(steps) > 1 else 0.0
        at = case["created_at"] + (end - case["created_at"]) * share
        rows["case_events"].append(
            {
                "id": len(rows["case_events"]) + 1,
                "case_id": case["id"],
                "at": at,
                "actor": actor,
                "event": event,
                "from_status": before,
                "to_status": after,
                "note": None,
            }
        )
        before = after
    if case["status"] == "refunded" and case["tender"] == "money":
        pay(rows, case["order_id"], "refund", case["amount_cents"], end, case["id"])


def pay(
    rows: Rows, order_id: int, kind: str, cents: int, at: datetime, case_id: int | None = None
) -> None:
    """Money that moved."""
    number = len(rows["payments"]) + 1
    rows["payments"].append(
        {
            "id": number,
            "order_id": order_id,
            "kind": kind,
            "method": ("wechat", "alipay", "wechat", "card")[order_id % 4],
            "amount_cents": cents,
            "at": at,
            "case_id": case_id,
            "transaction_no": f"4200{number * 86_028_121 % 10**14:014d}",
        }
    )
