"""What a case pays once a person of the shop has decided, and which goods it is for then."""

from __future__ import annotations

from kefu.errors import MoveRefusedError
from kefu.orders.commands import QuoteLine
from kefu.orders.facts import CaseFacts, OrderFacts
from kefu.orders.money import format_money
from kefu.orders.quoting import compensation_limit, left_cents, remaining
from kefu.orders.quoting.money import cut
from kefu.orders.shop_rules import ShopRules

GRANTS = ("approve", "approve_without_return", "accept_return", "pay_instead")


def granted(
    event: str, case: CaseFacts, facts: OrderFacts, rules: ShopRules, asked: int | None
) -> tuple[int, tuple[QuoteLine, ...]]:
    """The amount that the event leaves the case with, in cents, and its lines.

    A refund pays what was quoted or less (goods that came back damaged), a compensation what the
    rules let a person give, an exchange that came to nothing what its goods cost. `asked` None:
    the amount that the case has, or all for an exchange.

    Raises:
        MoveRefusedError: more than may be paid, or nobody has said how much.
    """
    if event == "pay_instead":
        return _instead(case, facts, asked)
    if event not in GRANTS or case.kind == "exchange":
        if asked not in (None, case.amount_cents):
            raise MoveRefusedError(
                f"Case {case.case_no} pays {format_money(case.amount_cents)}: {event} cannot make "
                f"that {format_money(asked or 0)}."
            )
        return case.amount_cents, case.lines
    most = case.amount_cents
    if case.kind == "compensation" and case.tender == "money":
        most = compensation_limit(facts, case, rules)
    amount = case.amount_cents if asked is None else asked
    if amount == 0 and case.kind == "compensation":
        raise MoveRefusedError(
            f"Case {case.case_no} has no amount yet: say how much, at most {format_money(most)}."
        )
    _check(case, amount, most)
    return amount, cut(case.lines, amount)


def _instead(
    case: CaseFacts, facts: OrderFacts, asked: int | None
) -> tuple[int, tuple[QuoteLine, ...]]:
    """What the goods that cannot be exchanged stand for."""
    exchanged = {line.sku for line in case.lines}
    rest = [line for line in remaining(facts) if line.sku in exchanged]
    lines = cut(rest, left_cents(facts))
    most = sum(line.amount_cents for line in lines)
    amount = most if asked is None else asked
    _check(case, amount, most)
    return amount, cut(lines, amount)


def _check(case: CaseFacts, amount: int, most: int) -> None:
    if not min(1, most) <= amount <= most:
        raise MoveRefusedError(
            f"Case {case.case_no} may pay {format_money(most)} at most and not nothing: "
            f"{format_money(amount)} is not possible, refuse it to pay nothing."
        )
