"""How much of an order's money belongs to which goods, and how much of it is still the shop's.

Coupons and points lower the total, not a line, so each line gets its share of what was paid, by the
largest remainder method: the shares are whole cents and add up.
"""

from __future__ import annotations

from collections.abc import Sequence

from kefu.orders.commands import QuoteLine
from kefu.orders.facts import REFUND_KINDS, CaseFacts, OrderFacts
from kefu.orders.status import CaseStatus


def paid_cents(facts: OrderFacts) -> int:
    """What the buyer has paid and not got back."""
    signs = {"payment": 1, "refund": -1}
    return sum(signs[payment.kind] * payment.amount_cents for payment in facts.payments)


def left_cents(facts: OrderFacts) -> int:
    """What can still be paid back: paid, not paid back, not promised by an open case."""
    promised = sum(
        case.amount_cents
        for case in facts.cases
        if not case.status.closed and case.tender == "money"
    )
    return max(0, paid_cents(facts) - promised)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in whole parts as near to `weights` as can be; they add up to it.

    Without any weight the parts are equal. Both are never negative.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        return spread(amount, [1] * len(weights))
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(amount * weights[at] % whole))
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def remaining(facts: OrderFacts) -> tuple[QuoteLine, ...]:
    """Of each line what was not refunded yet: how many pieces, and what was paid for them.

    A price difference that was paid back lowers a line's amount, not its quantity.
    """
    goods_cents = max(0, facts.total_cents - facts.freight_cents)
    shares = spread(goods_cents, [item.quantity * item.unit_price_cents for item in facts.items])
    lines = []
    for item, share in zip(facts.items, shares, strict=True):
        gone, cents = _taken(facts, item.sku, item.quantity, share)
        if gone < item.quantity:
            lines.append(QuoteLine(item.sku, item.quantity - gone, max(0, share - cents)))
    return tuple(lines)


def remaining_freight(facts: OrderFacts) -> int:
    """The order's freight, less what of it was refunded."""
    refunded = sum(
        case.amount_cents - sum(line.amount_cents for line in case.lines)
        for case in facts.cases
        if case.counts and case.kind in REFUND_KINDS and case.lines
    )
    return max(0, facts.freight_cents - refunded)


def cut(lines: Sequence[QuoteLine], most: int) -> tuple[QuoteLine, ...]:
    """The same lines with no more than `most` cents together."""
    amounts = [line.amount_cents for line in lines]
    if sum(amounts) <= most:
        return tuple(lines)
    return tuple(
        QuoteLine(line.sku, line.quantity, amount)
        for line, amount in zip(lines, spread(most, amounts), strict=True)
    )


def refund_event(facts: OrderFacts, case_no: str) -> str:
    """What paying this case back does to its order, for `order_transition`, by "system".

    `refund_paid` when it was the last of the goods, else `refund_part_paid`.
    """
    case = facts.case(case_no)
    whole = case is not None and not case.lines
    return "refund_paid" if whole or not remaining(facts) else "refund_part_paid"


def _taken(facts: OrderFacts, sku: str, quantity: int, share: int) -> tuple[int, int]:
    """How many pieces of a line, and how many cents, cases have taken or will."""
    pieces = cents = 0
    for case in facts.cases:
        if not case.counts or case.tender != "money":
            continue
        refund = _gives_back(case)
        if refund and not case.lines:
            return quantity, share
        for line in case.lines:
            if line.sku == sku:
                pieces += line.quantity if refund else 0
                cents += line.amount_cents
    return pieces, cents


def _gives_back(case: CaseFacts) -> bool:
    """Whether its goods are no longer the buyer's: an exchange is a refund once it is paid."""
    if case.kind == "exchange":
        return case.status in (CaseStatus.PAYING, CaseStatus.REFUNDED)
    return case.kind in REFUND_KINDS
