"""What shop, courier and bank do, in the book and as moves for the tables.

The states here are the model's own table, written from the articles, not from `lifecycle.py`.
"""

from __future__ import annotations

from functools import partial

from tests.orders.machine.before_dispatch import on_the_shelf
from tests.orders.machine.beside_goods import unkept
from tests.orders.machine.book import Book, Case, Order
from tests.orders.machine.clerk import Clerk, Move
from tests.orders.machine.goods import DAY, midnight
from tests.orders.machine.plan import as_before, is_refund
from tests.orders.machine.sums import at_most, left, remaining, total

BACK, PAY = ("return_and_refund", "exchange"), ("refund_only", "compensation")
RESEND = {"return_and_refund": "paying", "exchange": "resending"}
# event → states it is possible in, what becomes of each kind of case.
CASE_EVENTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "approve": (
        ("reviewing",),
        dict.fromkeys(PAY, "paying") | dict.fromkeys(BACK, "awaiting_return"),
    ),
    "approve_without_return": (("reviewing",), RESEND),
    "refuse": (("reviewing", "returning"), dict.fromkeys((*BACK, *PAY), "refused")),
    "expire": (("awaiting_return",), dict.fromkeys(BACK, "expired")),
    "accept_return": (("awaiting_return", "returning"), RESEND),
    "resend": (("resending",), {"exchange": "exchanged"}),
    "pay_instead": (("resending",), {"exchange": "paying"}),
    "pay": (("paying",), dict.fromkeys((*BACK, *PAY), "refunded")),
}
SYSTEM = ("expire", "pay")


def order_events(book: Book, order: Order) -> list[str]:
    """What may happen to an order now."""
    quiet = order.news_at is not None and book.now - order.news_at >= DAY
    over = order.deadline is not None and order.deadline <= book.now
    return {
        "pending_payment": ["pay", "pay", "close_unpaid"],
        "paid": ["ship"],
        "shipped": ["deliver", *(["news"] if quiet else [])],
        "delivered": ["complete"] if over else [],
    }.get(order.status, [])


def case_events(order: Order) -> list[str]:
    """What may happen to the order's open case now."""
    case = order.open_case
    if case is None:
        return []
    return [
        event
        for event, (states, kinds) in CASE_EVENTS.items()
        if case.status in states and case.kind in kinds
    ]


def order_event(book: Book, order: Order, event: str) -> list[Move]:
    """Let it happen."""
    number, now = order.number, book.now
    if event == "pay":
        order.status, order.paid_at, order.ship_by = "paid", now, now + 2 * DAY
        order.paid = order.total
        moves = [_set_order(order, "paid_at", "ship_by")]
        if order.paid:
            moves.append(lambda clerk: clerk.book_payment(number, "payment", order.paid, None))
        return moves
    if event == "close_unpaid":
        order.status = "cancelled"
        return [_set_order(order), *_to_shelf(book, on_the_shelf(order))]
    if event == "news":
        order.news_at = now
        return [lambda clerk: clerk.hear_of_parcel(number)]
    if event == "ship":
        order.status, order.shipped_at, order.news_at = "shipped", now, now
        return [_set_order(order, "shipped_at"), lambda clerk: clerk.hear_of_parcel(number)]
    if event == "deliver":
        order.status, order.delivered_at, order.news_at = "delivered", now, now
        order.deadline = midnight(now, 10)
        delivered = _set_order(order, "delivered_at", receipt_deadline="deadline")
        return [delivered, lambda clerk: clerk.hear_of_parcel(number)]
    order.status = "completed"
    return [_set_order(order)]


def case_event(book: Book, order: Order, event: str, grant: int) -> list[Move]:
    """Let it happen to the open case; `grant` is what a person gives where no rule says."""
    case = order.open_case
    assert case is not None
    moves: list[Move] = []
    before, case.status = case.status, CASE_EVENTS[event][1][case.kind]
    if event == "approve" and case.kind == "compensation" and case.ground != "price_drop":
        case.cents = min(grant, left(order) + case.cents)
    if event == "approve" and case.ground == "unshipped":
        back = {order.lines[place].sku: pieces for place, (pieces, _) in case.lines.items()}
        moves += _to_shelf(book, back)  # taken out of the parcel
    if event == "pay_instead":
        moves += _worth(order, case)
    if case.kept and event in ("refuse", "expire", "pay_instead"):
        moves += _to_shelf(book, unkept(case))
    story = ("system" if event in SYSTEM else "shop", event, before, case.status)
    case.events.append(story)
    number, cents, closed = case.number, case.cents, not case.open
    moves.append(lambda clerk: clerk.move_case(number, story, closed=closed, cents=cents))
    if event == "pay" and case.tender == "money" and cents:
        order.paid_back.append((number, cents))
        moves.append(lambda clerk: clerk.book_payment(order.number, "refund", cents, number))
    if closed and is_refund(case):
        gone = event == "pay" and not remaining(order)
        order.status = "refunded" if gone else as_before(book, order)
        moves.append(_set_order(order))
    return moves


def restock(book: Book, sku: str, pieces: int) -> list[Move]:
    """Goods arrive from the maker."""
    book.supply[sku] += pieces
    return _to_shelf(book, {sku: pieces})


def reprice(book: Book, sku: str, cents: int) -> list[Move]:
    """Another price from now on."""
    book.prices[sku] = cents
    return [lambda clerk: clerk.set_variant(sku, price_cents=cents)]


def place(book: Book, order: Order) -> list[Move]:
    """A buyer orders; the goods are kept until they are paid."""
    book.orders[order.number] = order
    taken = {line.sku: -line.pieces for line in order.lines}
    return [lambda clerk: clerk.place(order), *_to_shelf(book, taken)]


def _worth(order: Order, case: Case) -> list[Move]:
    """Nothing to exchange for: the money that the goods stand for."""
    case.status = "resending"  # as long as it is no refund, the goods remain
    rest = {at: line for at, line in remaining(order).items() if at in case.lines}
    case.lines = at_most(rest, left(order))
    case.status, case.cents = "paying", total(case.lines)
    return [
        partial(_price, number=case.number, sku=order.lines[at].sku, cents=cents)
        for at, (_, cents) in case.lines.items()
    ]


def _price(clerk: Clerk, *, number: str, sku: str, cents: int) -> None:
    clerk.price_line(number, sku, cents)


def _to_shelf(book: Book, pieces: dict[str, int]) -> list[Move]:
    for sku, change in pieces.items():
        book.stock[sku] += change
    return [partial(_stock, sku=sku, left=book.stock[sku]) for sku in pieces]


def _stock(clerk: Clerk, *, sku: str, left: int) -> None:
    clerk.set_variant(sku, stock=left)


def _set_order(order: Order, *same: str, **named: str) -> Move:
    """The order's state and these values of it, as the book has them now."""
    values = {column: getattr(order, column) for column in ("status", *same)}
    values |= {column: getattr(order, value) for column, value in named.items()}
    return lambda clerk: clerk.set_order(order.number, **values)
