"""What happens now, and what the buyer has to do: the last words of each write."""

from __future__ import annotations

from datetime import date

from kefu.orders.commands import Quote, Tender
from kefu.orders.facts import CaseKind
from kefu.orders.money import format_money
from kefu.orders.periods import said_day
from kefu.orders.sentences import has, say
from kefu.orders.shop_rules import ShopRules
from kefu.orders.status import CaseStatus


def case_step(
    kind: CaseKind,
    status: CaseStatus,
    amount_cents: int,
    rules: ShopRules,
    *,
    tender: Tender = "money",
    until: date | None = None,
) -> str:
    """What happens now with a case in this state.

    Args:
        kind: of the case.
        status: where it stands.
        amount_cents: what it pays.
        rules: the shop's.
        tender: how it pays.
        until: the last day to send goods back; without it the sentence names the period.
    """
    key = f"next_step.{'coupon' if tender == 'coupon' else kind}.{status}"
    send_within = rules.returns.send_within
    return say(
        key if has(key) else f"next_step.any.{status}",
        money=format_money(amount_cents),
        until=f"{said_day(until)}前" if until else f"{send_within}内",
        review=rules.waiting.review_within,
        resend=rules.exchange.resend_within,
        inspection=rules.returns.inspection_working_days,
        working_days=rules.waiting.payment_working_days,
    )


def done_step(quote: Quote, rules: ShopRules) -> str:
    """What to say once a command that opens no case was carried out."""
    return say(
        f"done.{quote.kind}",
        until=said_day(quote.until) if quote.until else "",
        days=rules.invoice.working_days,
    )
