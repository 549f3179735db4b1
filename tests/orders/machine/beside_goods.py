"""The model's rules for what moves no goods: compensation, invoices, and cases that are open."""

from __future__ import annotations

from kefu.orders import commands as c
from tests.orders.machine.after_arrival import ARRIVED
from tests.orders.machine.book import Book, Case, Order
from tests.orders.machine.goods import midnight
from tests.orders.machine.plan import Plan, as_before, granted, is_refund, opens
from tests.orders.machine.sums import at_most, left, paid, remaining, total

BAD_TRACKING = "???"


def compensate(book: Book, order: Order, wish: c.RequestCompensation) -> Plan:
    """Once by ground."""
    opens(order, "paid", "shipped", *ARRIVED)
    before = [case for case in order.cases if case.kind == "compensation" and case.counts]
    granted(all(case.ground != wish.ground for case in before), "once only")
    if wish.ground == "price_drop":
        return _price_drop(book, order)
    if wish.ground == "late":
        return _late(book, order)
    return Plan("compensation", 0, False, "reviewing", ground=wish.ground)


def _price_drop(book: Book, order: Order) -> Plan:
    """What the goods would cost less today, within fifteen days; up to 50 yuan without a look."""
    assert order.paid_at is not None
    granted(book.now < midnight(order.paid_at, 15), "fifteen days are over")
    lines = {}
    for place, (pieces, cents) in remaining(order).items():
        line = order.lines[place]
        cheaper = cents - pieces * book.prices[line.sku]
        if line.category != "fresh" and cheaper > 0:
            lines[place] = (pieces, cheaper)
    lines = at_most(lines, left(order))
    cents = total(lines)
    granted(cents, "nothing got cheaper")
    automatic = cents <= 5_000
    state = "paying" if automatic else "reviewing"
    return Plan("compensation", cents, automatic, state, ground="price_drop", lines=lines)


def _late(book: Book, order: Order) -> Plan:
    """A coupon of a twentieth, 5 to 50 yuan, for a parcel that left too late."""
    granted(order.hold_until is None, "the buyer asked for it")
    assert order.ship_by is not None
    granted((order.shipped_at or book.now) > order.ship_by, "was in time")
    cents = min(max(paid(order) * 5 // 100, 500), 5_000)
    return Plan("compensation", cents, True, "paying", ground="late", tender="coupon")


def invoice(book: Book, order: Order, wish: c.RequestInvoice) -> Plan:
    """One an order, over what the shop has of the money."""
    granted(order.status in ("paid", "shipped", *ARRIVED), "not now")
    granted(order.invoice is None, "there is one")
    if order.status == "completed":
        assert order.deadline is not None
        granted(book.now < midnight(order.deadline, 180), "too late")
    cents = left(order)
    granted(cents, "nothing was paid")
    granted(wish.title == "王小明", "a company without its number")
    return Plan("request_invoice", cents, order={"invoice": (wish.title, cents)})


def withdraw(book: Book, order: Order, wish: c.WithdrawCase) -> Plan:
    """Before goods or money are on their way."""
    case = _case(order, wish.case_no)
    granted(case.status in ("reviewing", "awaiting_return"), "too late")
    back = as_before(book, order) if is_refund(case) else None
    return Plan("withdraw_case", moves=(case, "withdrawn"), to=back, stock=unkept(case))


def return_sent(book: Book, order: Order, wish: c.ReturnSent) -> Plan:
    """Told once or corrected."""
    case = _case(order, wish.case_no)
    granted(case.kind in ("return_and_refund", "exchange"), "nothing goes back")
    granted(case.status in ("awaiting_return", "returning"), "not now")
    granted(wish.tracking_number != BAD_TRACKING, "no tracking number")
    return Plan("return_sent", moves=(case, "returning"), tracking=wish.tracking_number)


def unkept(case: Case) -> dict[str, int]:
    """What a case gives back to the shelf when nothing comes of it."""
    pieces = sum(taken for taken, _ in case.lines.values())
    return {case.kept: pieces} if case.kept else {}


def _case(order: Order, number: str) -> Case:
    return next(case for case in order.cases if case.number == number)
