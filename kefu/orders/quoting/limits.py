"""How much a person of the shop may grant where no rule computes the amount."""

from __future__ import annotations

from kefu.orders.facts import CaseFacts, OrderFacts
from kefu.orders.quoting.money import left_cents, paid_cents
from kefu.orders.shop_rules import ShopRules


def compensation_limit(facts: OrderFacts, case: CaseFacts, rules: ShopRules) -> int:
    """The most cents that this open compensation case of the order may pay in money.

    What the case itself has promised does not count against it.
    """
    own = case.amount_cents if case.tender == "money" and not case.status.closed else 0
    left = left_cents(facts) + own
    if case.ground == "freight":
        return min(left, rules.compensation.freight.up_to_cents)
    if case.ground == "price_drop":
        return min(left, case.amount_cents)
    goodwill = rules.compensation.other
    share = paid_cents(facts) * goodwill.up_to_percent // 100
    return max(0, min(left, share, goodwill.up_to_cents))
