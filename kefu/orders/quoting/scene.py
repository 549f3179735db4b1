"""All that a rule looks at, with the checks that many of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kefu.orders.commands import Payer, QuoteLine
from kefu.orders.facts import ItemFacts, OrderFacts
from kefu.orders.lifecycle import order_transition, standing
from kefu.orders.money import format_money
from kefu.orders.periods import Period
from kefu.orders.quoting.money import cut, left_cents, remaining, remaining_freight
from kefu.orders.sentences import refuse, say
from kefu.orders.shop_rules import ShopRules
from kefu.orders.status import OrderStatus


@dataclass(frozen=True)
class Scene:
    """One order, its present, and the shop's rules."""

    facts: OrderFacts
    now: datetime
    zone: ZoneInfo
    rules: ShopRules

    @property
    def today(self) -> date:
        """The day in the shop's zone."""
        return self.now.astimezone(self.zone).date()

    @property
    def arrived(self) -> bool:
        """Whether the courier has delivered."""
        return self.facts.status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED)

    def check(self, event: str) -> None:
        """Refuses what the order's state does not let the buyer do."""
        order_transition(
            self.facts.status,
            event,
            "buyer",
            before=standing(self.facts, self.now),
            case_no=self.facts.cases[0].case_no if self.facts.cases else "",
        )

    def check_case(self, event: str) -> None:
        """The same for what opens a case: an order has one open case at most."""
        self.check(event)
        if self.facts.open_case is not None:
            raise refuse("order.case_open", case_no=self.facts.open_case.case_no)

    def delivered_at(self) -> datetime:
        """When the parcel was delivered; refuses where nobody knows."""
        if self.facts.delivered_at is None:
            raise refuse("order.delivery_unknown")
        return self.facts.delivered_at

    def paid_at(self) -> datetime:
        """When the order was paid; refuses where nobody knows."""
        if self.facts.paid_at is None:
            raise refuse("order.payment_unknown")
        return self.facts.paid_at

    def item(self, sku: str) -> ItemFacts:
        """The line with this code; refuses where the order has none."""
        item = self.facts.item(sku)
        if item is None:
            raise refuse("order.item_unknown")
        return item

    def items(self, skus: Iterable[str]) -> tuple[ItemFacts, ...]:
        """The lines with these codes, each once; all that are left for none."""
        wanted = tuple(dict.fromkeys(skus)) or tuple(line.sku for line in remaining(self.facts))
        return tuple(self.item(sku) for sku in wanted)

    def refundable(
        self, skus: Iterable[str], *, freight: bool
    ) -> tuple[tuple[QuoteLine, ...], int]:
        """Lines that can still be refunded, and the amount, never more than is left.

        With `freight` the order's freight is part of it when all that is left goes back. Refuses
        where there is nothing to refund.
        """
        chosen = {item.sku for item in self.items(skus)}
        rest = remaining(self.facts)
        left = left_cents(self.facts)
        lines = cut([line for line in rest if line.sku in chosen], left)
        amount = sum(line.amount_cents for line in lines)
        if freight and len(lines) == len(rest):
            amount = min(left, amount + remaining_freight(self.facts))
        if not lines or amount == 0:
            raise refuse("order.nothing_left")
        return lines, amount

    def goods(self, lines: Iterable[QuoteLine]) -> str:
        """`四件套和记忆棉枕（2件）`, as buyers read it."""
        names = []
        for line in lines:
            name = self.item(line.sku).name
            names.append(f"{name}（{line.quantity}件）" if line.quantity > 1 else name)
        return "、".join(names)

    def freight_in(self, lines: Iterable[QuoteLine], amount: int) -> str:
        """What to add where the amount holds some of the order's freight."""
        freight = amount - sum(line.amount_cents for line in lines)
        return say("parts.freight_included", freight=format_money(freight)) if freight else ""

    def within(self, most: int | None, amount: int) -> bool:
        """Whether no person needs to look at an amount; None is no limit, 0 is never."""
        return most is None or 0 < most >= amount

    def review(self, automatic: bool) -> str:
        """What to add where a person decides."""
        return "" if automatic else say("parts.review", review=self.rules.waiting.review_within)

    def payer(self, who: Payer) -> str:
        """Who pays for sending goods back."""
        insurance = format_money(self.rules.returns.insurance_up_to_cents)
        return say(f"parts.freight_{who}", insurance=insurance)

    def evidence(self, of: str, given: tuple[str, ...]) -> str:
        """What to photograph, where nothing was shown yet."""
        needed = self.rules.problems.evidence.get(of)
        return say("parts.evidence", evidence=needed) if needed and not given else ""


def of_category(table: Mapping[str, Period], item: ItemFacts, usual: Period) -> Period:
    """The period of an item's category, else the usual one."""
    return table.get(item.category, usual)
