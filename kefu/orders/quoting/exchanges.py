"""Another size or colour of goods that have arrived, or the same anew where they are faulty."""

from __future__ import annotations

from kefu.orders.commands import Quote, QuoteLine, ReportProblem, RequestExchange
from kefu.orders.periods import said_day
from kefu.orders.quoting.faults import kind_of_fault, reports_fault
from kefu.orders.quoting.money import remaining
from kefu.orders.quoting.problems import check_time, replacement
from kefu.orders.quoting.scene import Scene
from kefu.orders.quoting.variants import wanted_variant
from kefu.orders.sentences import refuse, say


def request_exchange(command: RequestExchange, scene: Scene) -> Quote:
    """A reason that tells of a fault makes it a report of one, with the same goods anew."""
    scene.check_case("request_exchange")
    item = scene.item(command.sku)
    line = next((line for line in remaining(scene.facts) if line.sku == item.sku), None)
    if line is None:
        raise refuse("order.nothing_left")
    if reports_fault(command.reason, scene.rules):
        return _faulty(command, scene, line)
    rules = scene.rules.exchange
    delivered_at = scene.delivered_at()
    excluded = scene.rules.no_reason.excluded
    if item.category in excluded:
        raise refuse("exchange.excluded", item=item.name, category=excluded[item.category])
    if rules.period.over(delivered_at, scene.now, scene.zone):
        last_day = said_day(rules.period.last_day(delivered_at, scene.zone))
        raise refuse("exchange.too_late", period=rules.period, last_day=last_day)
    if _exchanged(scene) >= rules.times:
        raise refuse("exchange.again", times=rules.times)
    variant = wanted_variant(scene, item, command.new_sku, line.quantity, chapter="exchange")
    automatic = scene.within(
        scene.rules.automatic_up_to_cents.exchange_no_reason, line.amount_cents
    )
    payer = scene.rules.returns.freight.no_reason
    until = scene.rules.returns.send_within.last_day(scene.now, scene.zone)
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say(
            "exchange.no_reason",
            item=item.name,
            variant=variant.label,
            until=said_day(until),
            resend=rules.resend_within,
            times=rules.times,
            payer=scene.payer(payer),
            review=scene.review(automatic),
        ),
        amount_cents=0,
        freight_paid_by=payer,
        automatic=automatic,
        kind="exchange",
        ground="no_reason",
        event="request_exchange",
        lines=(QuoteLine(line.sku, line.quantity, 0),),
        until=until,
    )


def _faulty(command: RequestExchange, scene: Scene, line: QuoteLine) -> Quote:
    report = ReportProblem(
        order_no=command.order_no,
        problem=kind_of_fault(command.reason),
        wish="exchange",
        skus=(command.sku,),
        description=command.reason,
        evidence=command.evidence,
    )
    check_time(report, scene)
    if command.new_sku != command.sku:
        wanted_variant(
            scene, scene.item(command.sku), command.new_sku, line.quantity, chapter="exchange"
        )
    return replacement(report, scene, (QuoteLine(line.sku, line.quantity, 0),), command)


def _exchanged(scene: Scene) -> int:
    return sum(
        case.kind == "exchange" and case.ground == "no_reason" and case.counts
        for case in scene.facts.cases
    )
