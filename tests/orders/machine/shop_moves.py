"""What shop, courier and bank do, in the book: where it may happen, and what becomes of it.

The states here are the model's own table, written from the articles, not from `lifecycle.py`. A
function that does not let something happen raises `NoError` before it has changed the book.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from tests.orders.machine.before_dispatch import on_the_shelf
from tests.orders.machine.beside_goods import unkept
from tests.orders.machine.book import Book, Case, Lines, Order
from tests.orders.machine.clerk import Clerk, Move
from tests.orders.machine.goods import DAY, day_of, midnight
from tests.orders.machine.plan import as_before, granted, is_refund
from tests.orders.machine.sums import at_most, left, paid, remaining, total

BACK, PAY = ("return_and_refund", "exchange"), ("refund_only", "compensation")
RESEND = {"return_and_refund": "paying", "exchange": "resending"}
ORDER_EVENTS = ("pay", "close_unpaid", "ship", "deliver", "complete")
# event → states it is possible in, what becomes of each kind of case.
CASE_EVENTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "approve": (
        ("reviewing",),
        dict.fromkeys(PAY, "paying") | dict.fromkeys(BACK, "awaiting_return"),
    ),
    "approve_without_return": (("reviewing",), RESEND),
    "refuse": (("reviewing", "returning"), dict.fromkeys((*BACK, *PAY), "refused")),
    "expire": (("awaiting_return",), dict.fromkeys(BACK, "expired")),
    "return_received": (("awaiting_return", "returning"), dict.fromkeys(BACK, "returning")),
    "accept_return": (("awaiting_return", "returning"), RESEND),
    "resend": (("resending",), {"exchange": "exchanged"}),
    "pay_instead": (("resending",), {"exchange": "paying"}),
    "pay": (("paying",), dict.fromkeys((*BACK, *PAY), "refunded")),
}
SYSTEM = ("expire", "pay", "close_unpaid", "deliver", "complete")
GIVES = ("approve", "approve_without_return", "accept_return")


@dataclass(frozen=True)
class Decision:
    """What a person of the shop says about a case; `cents` and `until` only where they differ."""

    event: str
    cents: int | None = None
    until: date | None = None


def order_event(book: Book, order: Order, event: str) -> None:
    """Let it happen to an order."""
    if event == "deliver":
        on_its_way = order.shipped_at is not None and order.delivered_at is None
        granted(on_its_way and order.status in ("shipped", "refunding"), "not on its way")
        order.delivered_at, order.deadline = book.now, midnight(book.now, 10)
        if order.status == "refunding":
            order.before = "delivered"
        else:
            order.status = "delivered"
    elif event == "complete":
        over = order.deadline is not None and order.deadline <= book.now
        granted(order.status == "delivered" and over, "may still be contested")
        order.status = "completed"
    elif event == "ship":
        granted(order.status == "paid", "not in the warehouse")
        order.status, order.shipped_at, order.news_at = "shipped", book.now, book.now
    else:
        granted(order.status == "pending_payment", "paid already")
        if event == "pay":
            order.status, order.paid_at, order.ship_by = "paid", book.now, book.now + 2 * DAY
            order.paid = order.total
        else:
            order.status = "cancelled"
            _to_shelf(book, on_the_shelf(order))
    order.version += 1


def case_event(book: Book, order: Order, case: Case, said: Decision) -> None:
    """Let it happen to a case of the order."""
    states, after = CASE_EVENTS[said.event]
    granted(case.status in states and case.kind in after, "not now")
    state, today = after[case.kind], day_of(book.now)
    if said.event == "expire":
        granted(case.until is not None and case.until < today, "there is time left")
    granted(said.until is None or (state == "awaiting_return" and said.until >= today), "no day")
    granted(case.ground != "missing" or state != "awaiting_return", "nothing came")
    lines, cents = _decided(order, case, said)
    if said.event == "approve" and case.ground == "unshipped":
        # Taken out of the parcel.
        _to_shelf(book, {order.lines[at].sku: pieces for at, (pieces, _) in case.lines.items()})
    if case.kept and said.event in ("refuse", "expire", "pay_instead"):
        _to_shelf(book, unkept(case))
    if state == "awaiting_return":
        case.until = said.until or today + timedelta(days=7)
    actor = "system" if said.event in SYSTEM else "shop"
    case.events.append((actor, said.event, case.status, state))
    case.status, case.lines, case.cents = state, lines, cents
    if said.event == "pay" and case.tender == "money" and cents:
        order.paid_back.append((case.number, cents))
    if not case.open and is_refund(case):
        gone = said.event == "pay" and not remaining(order)
        order.status = "refunded" if gone else as_before(book, order)
    order.version += 1


def likely_order_events(book: Book, order: Order) -> list[str]:
    """What may happen to an order now."""
    over = order.deadline is not None and order.deadline <= book.now
    return {
        "pending_payment": ["pay", "pay", "close_unpaid"],
        "paid": ["ship"],
        "shipped": ["deliver"],
        "delivered": ["complete"] if over else [],
        "refunding": ["deliver"] if order.shipped_at and not order.delivered_at else [],
    }.get(order.status, [])


def likely_case_events(order: Order) -> list[str]:
    """What may happen to the order's open case now."""
    case = order.open_case
    if case is None:
        return []
    return [
        event
        for event, (states, kinds) in CASE_EVENTS.items()
        if case.status in states and case.kind in kinds
    ]


def order_pairs(book: Book) -> list[tuple[str, str]]:
    """The orders that something may happen to now, with what."""
    return [
        (order.number, event)
        for order in book.orders.values()
        for event in likely_order_events(book, order)
    ]


def case_pairs(book: Book) -> list[tuple[str, str]]:
    """The same of their open cases."""
    return [
        (order.number, event)
        for order in book.orders.values()
        for event in likely_case_events(order)
    ]


def quiet(book: Book) -> list[str]:
    """The orders that a courier may have something to say of."""
    return [
        order.number
        for order in book.orders.values()
        if order.status == "shipped" and order.news_at and book.now - order.news_at >= DAY
    ]


def news(book: Book, order: Order) -> list[Move]:
    """The courier tells where the parcel is."""
    order.news_at = book.now
    return [lambda clerk: clerk.hear_of_parcel(order.number)]


def restock(book: Book, sku: str, pieces: int) -> list[Move]:
    """Goods arrive from the maker."""
    book.supply[sku] += pieces
    return _counted(book, {sku: pieces})


def reprice(book: Book, sku: str, cents: int) -> list[Move]:
    """Another price from now on."""
    book.prices[sku] = cents
    return [lambda clerk: clerk.set_variant(sku, price_cents=cents)]


def place(book: Book, order: Order) -> list[Move]:
    """A buyer orders; the goods are kept until they are paid."""
    book.orders[order.number] = order
    taken = {line.sku: -line.pieces for line in order.lines}
    return [lambda clerk: clerk.place(order), *_counted(book, taken)]


def _decided(order: Order, case: Case, said: Decision) -> tuple[Lines, int]:
    """What the case is for then, and the cents that it pays."""
    lines, most, cents = case.lines, case.cents, case.cents
    if said.event == "pay_instead":
        # As long as it is no refund, the goods remain.
        rest = {at: line for at, line in remaining(order).items() if at in lines}
        lines = at_most(rest, left(order))
        most = cents = total(lines)
    elif said.event not in GIVES or case.kind == "exchange":
        granted(said.cents in (None, case.cents), "another amount")
        return lines, cents
    elif case.kind == "compensation":
        most = _most(order, case)
        granted(said.cents or case.cents, "nobody has said how much")
    cents = cents if said.cents is None else said.cents
    granted(min(1, most) <= cents <= most, "too much, or nothing")
    return at_most(lines, cents), cents


def _most(order: Order, case: Case) -> int:
    """What a person may give beside the goods: freight up to 30 yuan, else 30 %, up to 50 yuan."""
    if case.tender == "coupon" or case.ground == "price_drop":
        return case.cents
    rest = left(order) + case.cents
    if case.ground == "freight":
        return min(rest, 3_000)
    return min(rest, 5_000, paid(order) * 30 // 100)


def _to_shelf(book: Book, pieces: dict[str, int]) -> None:
    for sku, change in pieces.items():
        book.stock[sku] += change


def _counted(book: Book, pieces: dict[str, int]) -> list[Move]:
    """Somebody has counted what is on the shelf now."""
    for sku, change in pieces.items():
        book.stock[sku] += change
    return [partial(_stock, sku=sku, left=book.stock[sku]) for sku in pieces]


def _stock(clerk: Clerk, *, sku: str, left: int) -> None:
    clerk.set_variant(sku, stock=left)
