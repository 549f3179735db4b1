"""The model's rules for parcels that left: receipts, returns, exchanges, faults, parcels lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from kefu.orders import commands as c
from tests.orders.machine.before_dispatch import picked, place_of, refund_unshipped, same_goods
from tests.orders.machine.book import REFUNDS, Book, Lines, Order
from tests.orders.machine.goods import DAY, HOUR, day_of, midnight
from tests.orders.machine.plan import Plan, granted, opens
from tests.orders.machine.sums import at_most, freight_left, left, remaining, total

ARRIVED = ("delivered", "completed")
NOT_RETURNABLE = ("fresh", "engraved")
FAULTS: dict[str, c.Problem] = {"坏了": "defect", "少发一件": "missing", "发错了": "wrong_item"}
DEFECT_DAYS = {"refund": 7, "exchange": 15, "compensation": 15}
DEFECT_HOURS = {"fresh": 24, "engraved": 48}


def extend_receipt(book: Book, order: Order, wish: c.ExtendReceipt) -> Plan:
    """Once, in the last three days."""
    granted(order.status == "delivered" and order.extensions == 0, "not now, not again")
    assert order.deadline is not None
    granted(order.deadline - 3 * DAY <= book.now < order.deadline, "not in the last three days")
    return Plan("extend_receipt", order={"deadline": order.deadline + 3 * DAY, "extensions": 1})


def confirm_receipt(book: Book, order: Order, wish: c.ConfirmReceipt) -> Plan:
    """Whatever the courier says."""
    granted(order.status in ("shipped", "delivered"), "nothing to confirm")
    changes: dict[str, datetime] = {"deadline": book.now}
    if order.status == "shipped":
        changes["delivered_at"] = book.now
    return Plan("confirm_receipt", to="completed", order=changes)


def refund(book: Book, order: Order, wish: c.RequestRefund) -> Plan:
    """By where the parcel is, and by what the reason tells."""
    if order.status == "paid":
        return refund_unshipped(book, order, wish)
    if wish.received is False and order.status in ("shipped", *ARRIVED):
        return _never_came(book, order, wish)
    opens(order, *ARRIVED)
    if wish.reason in FAULTS:
        return _faulty(book, order, FAULTS[wish.reason], "refund", wish.skus)
    granted(sum(case.kind in REFUNDS for case in order.cases) < 3, "three requests an order")
    lines, cents = _money_for(order, wish.skus, freight=False)
    granted(not _categories(order, lines) & {*NOT_RETURNABLE}, "not returnable")
    granted(book.now < midnight(_arrival(order), 7), "seven days are over")
    return Plan(
        "return_and_refund",
        cents,
        opens="awaiting_return",
        ground="no_reason",
        lines=lines,
        until=day_of(book.now) + timedelta(days=7),
        to="refunding",
    )


def exchange(book: Book, order: Order, wish: c.RequestExchange) -> Plan:
    """Another variant in seven days, once; the same anew where it is faulty."""
    opens(order, *ARRIVED)
    place = place_of(order, wish.sku)
    pieces, _ = remaining(order).get(place, (0, 0))
    granted(pieces, "nothing left of it")
    lines = {place: (pieces, 0)}
    granted(wish.new_sku in book.stock, "no such variant")
    granted(book.stock[wish.new_sku] >= pieces, "sold out")
    kept = {wish.new_sku: -pieces}
    if wish.reason in FAULTS:
        problem = FAULTS[wish.reason]
        _in_time(book, order, problem, "exchange", (wish.sku,))
        if wish.new_sku != wish.sku:
            same_goods(book, order, place, wish.new_sku, pieces)
        return Plan("exchange", 0, False, "reviewing", ground=problem, lines=lines, stock=kept)
    granted(order.lines[place].category not in NOT_RETURNABLE, "not returnable")
    granted(book.now < midnight(_arrival(order), 7), "seven days are over")
    before = [case for case in order.cases if case.kind == "exchange" and case.counts]
    granted(all(case.ground != "no_reason" for case in before), "once only")
    same_goods(book, order, place, wish.new_sku, pieces)
    return Plan(
        "exchange",
        opens="awaiting_return",
        ground="no_reason",
        lines=lines,
        until=day_of(book.now) + timedelta(days=7),
        stock=kept,
    )


def report_problem(book: Book, order: Order, wish: c.ReportProblem) -> Plan:
    """A person looks at it, whatever the buyer would like."""
    opens(order, *ARRIVED)
    return _faulty(book, order, wish.problem, wish.wish, wish.skus)


def _faulty(book: Book, order: Order, problem: str, wish: str, skus: tuple[str, ...]) -> Plan:
    _in_time(book, order, problem, wish, skus)
    if wish == "refund":
        lines, cents = _money_for(order, skus, freight=True)
        stays = all(
            order.lines[place].category == "fresh" or order.lines[place].unit_cents < 3_000
            for place in lines
        )
        kind = "refund_only" if stays or problem == "missing" else "return_and_refund"
        return Plan(kind, cents, False, "reviewing", ground=problem, lines=lines, to="refunding")
    chosen = picked(order, skus, remaining(order))
    granted(chosen, "nothing left of it")
    lines = {place: (pieces, 0) for place, (pieces, _) in chosen.items()}
    return Plan(wish, 0, False, "reviewing", ground=problem, lines=lines)


def _never_came(book: Book, order: Order, wish: c.RequestRefund) -> Plan:
    granted(order.open_case is None, "one case at a time")
    if order.status == "shipped":
        assert order.news_at is not None
        granted(book.now >= midnight(order.news_at, 7), "still on its way")
    else:
        granted(book.now < midnight(_arrival(order), 3), "three days are over")
    lines, cents = _money_for(order, wish.skus, freight=True)
    return Plan(
        "refund_only",
        cents,
        False,
        "reviewing",
        ground="not_received",
        lines=lines,
        to="refunding",
    )


def _in_time(book: Book, order: Order, problem: str, wish: str, skus: tuple[str, ...]) -> None:
    """Faults of every chosen line are told in time."""
    places = [place_of(order, sku) for sku in skus] or list(remaining(order))
    for category in (order.lines[place].category for place in places):
        end = _arrival(order) + 48 * HOUR
        if problem == "defect":
            end = midnight(_arrival(order), DEFECT_DAYS[wish])
            if category in DEFECT_HOURS:
                end = _arrival(order) + DEFECT_HOURS[category] * HOUR
        granted(book.now < end, "told too late")


def _money_for(order: Order, skus: tuple[str, ...], *, freight: bool) -> tuple[Lines, int]:
    """Lines and cents that go back, with the freight where nothing of the order stays."""
    rest, most = remaining(order), left(order)
    lines = at_most(picked(order, skus, rest), most)
    cents = total(lines)
    if freight and len(lines) == len(rest):
        cents = min(most, cents + freight_left(order))
    granted(lines and cents, "nothing left to pay back")
    return lines, cents


def _categories(order: Order, lines: Lines) -> set[str]:
    return {order.lines[place].category for place in lines}


def _arrival(order: Order) -> datetime:
    assert order.delivered_at is not None
    return order.delivered_at
