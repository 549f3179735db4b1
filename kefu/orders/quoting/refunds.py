"""Cancelling, returning without a reason, and parcels that never came."""

from __future__ import annotations

from collections.abc import Iterable

from kefu.orders.commands import (
    CancelOrder,
    ChangeItem,
    Quote,
    QuoteLine,
    ReportProblem,
    RequestRefund,
)
from kefu.orders.facts import REFUND_KINDS
from kefu.orders.money import format_money
from kefu.orders.periods import said_day
from kefu.orders.quoting.faults import kind_of_fault, reports_fault
from kefu.orders.quoting.money import cut, left_cents, remaining
from kefu.orders.quoting.problems import report_problem
from kefu.orders.quoting.scene import Scene
from kefu.orders.sentences import refuse, say
from kefu.orders.status import OrderStatus


def cancel_order(command: CancelOrder, scene: Scene) -> Quote:
    """An order that was not shipped: nothing to pay back, or everything."""
    if scene.facts.status is OrderStatus.PENDING_PAYMENT:
        return Quote(
            command=command,
            order_no=scene.facts.order_no,
            summary=say("cancel.unpaid"),
            amount_cents=0,
            freight_paid_by=None,
            automatic=True,
            kind="cancel_order",
            event="cancel_order",
        )
    scene.check_case("cancel_order")
    return _whole_unshipped(command, scene, "cancel_order")


def request_refund(command: RequestRefund, scene: Scene) -> Quote:
    """Money back at any stage; a reason that tells of a fault makes it a report of one."""
    status = scene.facts.status
    if status is OrderStatus.PAID:
        scene.check_case("request_refund")
        chosen = {item.sku for item in scene.items(command.skus)}
        lines = [line for line in remaining(scene.facts) if line.sku in chosen]
        if len(lines) == len(remaining(scene.facts)):
            return _whole_unshipped(command, scene, "request_refund")
        return part_unshipped(command, scene, lines)
    if command.received is False and (scene.arrived or status is OrderStatus.SHIPPED):
        return _not_received(command, scene)
    scene.check_case("request_refund")
    if not reports_fault(command.reason, scene.rules):
        return _no_reason(command, scene)
    report = ReportProblem(
        order_no=command.order_no,
        problem=kind_of_fault(command.reason),
        wish="refund",
        skus=command.skus,
        description=command.reason,
        evidence=command.evidence,
    )
    return report_problem(report, scene, told_by=command)


def part_unshipped(
    command: RequestRefund | ChangeItem, scene: Scene, lines: Iterable[QuoteLine]
) -> Quote:
    """Some pieces of an order that was not shipped; the freight stays paid."""
    kept = cut(list(lines), left_cents(scene.facts))
    amount = sum(line.amount_cents for line in kept)
    if not kept:
        raise refuse("order.nothing_left")
    automatic = scene.within(scene.rules.automatic_up_to_cents.part_of_unshipped, amount)
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say(
            "cancel.part",
            goods=scene.goods(kept),
            money=format_money(amount),
            review=scene.review(automatic),
        ),
        amount_cents=amount,
        freight_paid_by=None,
        automatic=automatic,
        kind="refund_only",
        ground="unshipped",
        event="request_refund",
        lines=kept,
    )


def _whole_unshipped(command: CancelOrder | RequestRefund, scene: Scene, event: str) -> Quote:
    amount = left_cents(scene.facts)
    automatic = scene.within(scene.rules.automatic_up_to_cents.cancel, amount)
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say(
            "cancel.paid",
            money=format_money(amount),
            working_days=scene.rules.waiting.payment_working_days,
            review=scene.review(automatic),
        ),
        amount_cents=amount,
        freight_paid_by=None,
        automatic=automatic,
        kind="refund_only",
        ground="unshipped",
        event=event,
        lines=cut(remaining(scene.facts), amount),
    )


def _no_reason(command: RequestRefund, scene: Scene) -> Quote:
    rules = scene.rules.no_reason
    delivered_at = scene.delivered_at()
    if sum(case.kind in REFUND_KINDS for case in scene.facts.cases) >= rules.requests_per_order:
        raise refuse("refund.too_often", times=rules.requests_per_order)
    lines, amount = scene.refundable(command.skus, freight=False)
    items = [scene.item(line.sku) for line in lines]
    for item in items:
        if item.category in rules.excluded:
            raise refuse("refund.excluded", item=item.name, category=rules.excluded[item.category])
    last_day = said_day(rules.period.last_day(delivered_at, scene.zone))
    if rules.period.over(delivered_at, scene.now, scene.zone):
        raise refuse("refund.too_late", period=rules.period, last_day=last_day)
    unopened = [item.name for item in items if item.category in rules.only_unopened]
    freight_cents = scene.facts.freight_cents
    automatic = scene.within(scene.rules.automatic_up_to_cents.return_no_reason, amount)
    payer = scene.rules.returns.freight.no_reason
    until = scene.rules.returns.send_within.last_day(scene.now, scene.zone)
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say(
            "refund.no_reason",
            period=rules.period,
            last_day=last_day,
            until=said_day(until),
            goods=scene.goods(lines),
            money=format_money(amount),
            freight=say("parts.freight_kept", freight=format_money(freight_cents))
            if freight_cents
            else "",
            working_days=scene.rules.waiting.payment_working_days,
            payer=scene.payer(payer),
            unopened=say("parts.unopened", goods="、".join(unopened)) if unopened else "",
            review=scene.review(automatic),
        ),
        amount_cents=amount,
        freight_paid_by=payer,
        automatic=automatic,
        kind="return_and_refund",
        ground="no_reason",
        event="request_refund",
        lines=lines,
        until=until,
    )


def _not_received(command: RequestRefund, scene: Scene) -> Quote:
    """A parcel that is lost, or that was handed to nobody: the courier is asked first."""
    scene.check_case("report_not_received")
    rules = scene.rules.problems
    if scene.arrived:
        if rules.not_received.over(scene.delivered_at(), scene.now, scene.zone):
            raise refuse("refund.not_received_late", period=rules.not_received)
        news = say("parts.news_delivered")
    else:
        since = scene.facts.last_news_at or scene.facts.shipped_at
        if since is None or not rules.lost_after.over(since, scene.now, scene.zone):
            raise refuse("refund.on_the_way", period=rules.lost_after)
        news = say("parts.news_none", period=rules.lost_after)
    lines, amount = scene.refundable(command.skus, freight=True)
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say(
            "refund.not_received",
            news=news,
            review=scene.rules.waiting.not_received_within,
            money=format_money(amount),
            freight=scene.freight_in(lines, amount),
            evidence=scene.evidence("not_received", command.evidence),
        ),
        amount_cents=amount,
        freight_paid_by=None,
        automatic=False,
        kind="refund_only",
        ground="not_received",
        event="report_not_received",
        lines=lines,
    )
