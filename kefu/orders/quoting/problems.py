"""Goods that came faulty, wrong or incomplete: always looked at by a person, never at a cost."""

from __future__ import annotations

from kefu.orders.commands import Command, Quote, QuoteLine, ReportProblem
from kefu.orders.facts import ItemFacts
from kefu.orders.money import format_money
from kefu.orders.periods import Period, said_day
from kefu.orders.quoting.money import remaining
from kefu.orders.quoting.scene import Scene, of_category
from kefu.orders.sentences import refuse, say
from kefu.orders.status import OrderStatus

_EVENTS = {
    "refund": "request_refund",
    "exchange": "request_exchange",
    "compensation": "request_compensation",
}


def report_problem(
    command: ReportProblem, scene: Scene, *, told_by: Command | None = None
) -> Quote:
    """What a person will look at; `told_by` is the command that turned out to be a report."""
    quoted = told_by or command
    _check_stage(command, scene)
    check_time(command, scene)
    if command.wish == "refund":
        return _refund(command, scene, quoted)
    chosen = {item.sku for item in scene.items(command.skus)}
    lines = tuple(
        QuoteLine(line.sku, line.quantity, 0)
        for line in remaining(scene.facts)
        if line.sku in chosen
    )
    if not lines:
        raise refuse("order.nothing_left")
    if command.wish == "exchange":
        return replacement(command, scene, lines, quoted)
    return Quote(
        command=quoted,
        order_no=scene.facts.order_no,
        summary=say(
            "problem.compensation",
            goods=scene.goods(lines),
            review=scene.rules.waiting.review_within,
            evidence=scene.evidence(command.problem, command.evidence),
        ),
        amount_cents=0,
        freight_paid_by=None,
        automatic=False,
        kind="compensation",
        ground=command.problem,
        event="request_compensation",
        lines=lines,
    )


def replacement(
    command: ReportProblem, scene: Scene, lines: tuple[QuoteLine, ...], quoted: Command
) -> Quote:
    """The same anew, or what was missing; what is wrong goes back first, at the shop's cost."""
    missing = command.problem == "missing"
    payer = None if missing else scene.rules.returns.freight.fault
    return Quote(
        command=quoted,
        order_no=scene.facts.order_no,
        summary=say(
            "problem.resend" if missing else "problem.exchange",
            goods=scene.goods(lines),
            review=scene.rules.waiting.review_within,
            send_within=scene.rules.returns.send_within,
            resend=scene.rules.exchange.resend_within,
            payer=scene.payer(payer) if payer else "",
            evidence=scene.evidence(command.problem, command.evidence),
        ),
        amount_cents=0,
        freight_paid_by=payer,
        automatic=False,
        kind="exchange",
        ground=command.problem,
        event="request_exchange",
        lines=lines,
    )


def check_time(command: ReportProblem, scene: Scene) -> None:
    """Refuses what was reported too late, and names what helps after that."""
    delivered_at = scene.delivered_at()
    for item in scene.items(command.skus):
        period = _period(command, item, scene)
        if period.over(delivered_at, scene.now, scene.zone):
            raise _too_late(command, item, period, scene)


def _check_stage(command: ReportProblem, scene: Scene) -> None:
    if scene.facts.status is OrderStatus.PAID:
        raise refuse("problem.not_shipped")
    if scene.facts.status is OrderStatus.SHIPPED:
        raise refuse("problem.not_arrived")
    scene.check_case(_EVENTS[command.wish])


def _period(command: ReportProblem, item: ItemFacts, scene: Scene) -> Period:
    rules = scene.rules.problems
    if command.problem == "wrong_item":
        return rules.wrong_item
    if command.problem == "missing":
        return rules.missing
    usual: Period = getattr(rules.defect, command.wish)
    return of_category(rules.defect.by_category, item, usual)


def _too_late(command: ReportProblem, item: ItemFacts, period: Period, scene: Scene) -> Exception:
    delivered_at = scene.delivered_at()
    said = {"item": item.name, "period": period}
    last_day = said_day(period.last_day(delivered_at, scene.zone))
    defect = scene.rules.problems.defect
    if command.problem != "defect" or item.category in defect.by_category:
        return refuse("problem.too_late", last_day=last_day, **said)
    if not defect.exchange.over(delivered_at, scene.now, scene.zone):
        until = said_day(defect.exchange.last_day(delivered_at, scene.zone))
        return refuse("problem.exchange_instead", exchange=defect.exchange, last_day=until, **said)
    warranty = scene.rules.warranty.get(item.category)
    if warranty is None:
        return refuse("problem.too_late", last_day=last_day, **said)
    over = warranty.over(delivered_at, scene.now, scene.zone)
    until = said_day(warranty.last_day(delivered_at, scene.zone))
    return refuse(
        "problem.warranty_over" if over else "problem.warranty",
        warranty=warranty,
        last_day=until,
        **said,
    )


def _refund(command: ReportProblem, scene: Scene, quoted: Command) -> Quote:
    lines, amount = scene.refundable(command.skus, freight=True)
    missing = command.problem == "missing"
    keep = missing or all(_stays(line.sku, scene) for line in lines)
    payer = None if keep else scene.rules.returns.freight.fault
    return Quote(
        command=quoted,
        order_no=scene.facts.order_no,
        summary=say(
            "problem.missing" if missing else "problem.keep" if keep else "problem.return",
            goods=scene.goods(lines),
            money=format_money(amount),
            freight=scene.freight_in(lines, amount),
            review=scene.rules.waiting.review_within,
            send_within=scene.rules.returns.send_within,
            payer=scene.payer(payer) if payer else "",
            evidence=scene.evidence(command.problem, command.evidence),
        ),
        amount_cents=amount,
        freight_paid_by=payer,
        automatic=False,
        kind="refund_only" if keep else "return_and_refund",
        ground=command.problem,
        event="request_refund",
        lines=lines,
    )


def _stays(sku: str, scene: Scene) -> bool:
    """Whether faulty goods need not come back: perishable, or cheaper than their way."""
    rules, item = scene.rules.problems, scene.item(sku)
    return (
        item.category in rules.no_return_categories
        or item.unit_price_cents < rules.no_return_below_cents
    )
