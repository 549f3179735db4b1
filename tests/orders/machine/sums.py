"""The model's own arithmetic: which cents of an order belong to which goods, and what is left."""

from __future__ import annotations

from collections.abc import Sequence

from tests.orders.machine.book import REFUNDS, UNDONE, Case, Lines, Order


def shares(cents: int, weights: Sequence[int]) -> list[int]:
    """Hamilton's method: whole parts first, then a cent each to the largest fractions."""
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts, fractions = [], []
    for place, weight in enumerate(weights):
        part, fraction = divmod(cents * weight, whole)
        parts.append(part)
        fractions.append((-fraction, place))
    for _, place in sorted(fractions)[: cents - sum(parts)]:
        parts[place] += 1
    return parts


def paid(order: Order) -> int:
    """What the shop has of the buyer's money."""
    return order.paid - sum(cents for _, cents in order.paid_back)


def left(order: Order) -> int:
    """The same without what an open case has promised."""
    case = order.open_case
    promised = case.cents if case is not None and case.tender == "money" else 0
    return max(0, paid(order) - promised)


def gives_back(case: Case) -> bool:
    """Whether the goods of the case are the shop's again, or will be."""
    if case.kind == "exchange":  # there was nothing to exchange for
        return case.status in ("paying", "refunded")
    return case.kind in REFUNDS and case.status not in UNDONE


def remaining(order: Order) -> Lines:
    """What the buyer still has of each line, and what of the money it stands for."""
    each = shares(
        order.total - order.freight, [line.pieces * line.unit_cents for line in order.lines]
    )
    rest: Lines = {}
    for place, line in enumerate(order.lines):
        pieces, cents = line.pieces, each[place]
        for case in order.cases:
            taken, money = case.lines.get(place, (0, 0))
            if case.counts:
                pieces -= taken if gives_back(case) else 0
                cents -= money
        if pieces > 0:
            rest[place] = (pieces, max(0, cents))
    return rest


def freight_left(order: Order) -> int:
    """The freight that was not paid back: what of a refund is in no line."""
    back = sum(
        case.cents - total(case.lines)
        for case in order.cases
        if case.counts and case.kind in REFUNDS
    )
    return max(0, order.freight - back)


def at_most(lines: Lines, cents: int) -> Lines:
    """The same lines, cut down to so many cents in proportion."""
    if total(lines) <= cents:
        return lines
    amounts = shares(cents, [money for _, money in lines.values()])
    return {
        place: (pieces, amount)
        for (place, (pieces, _)), amount in zip(lines.items(), amounts, strict=True)
    }


def total(lines: Lines) -> int:
    """The cents of some lines."""
    return sum(cents for _, cents in lines.values())
