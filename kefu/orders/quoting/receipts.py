"""When an order confirms itself as received, and how a buyer hastens or delays that."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kefu.orders.commands import ConfirmReceipt, ExtendReceipt, Quote
from kefu.orders.periods import said_day, said_moment
from kefu.orders.quoting.scene import Scene
from kefu.orders.sentences import refuse, say
from kefu.orders.shop_rules import ShopRules
from kefu.orders.status import OrderStatus


def receipt_deadline(delivered_at: datetime, zone: ZoneInfo, rules: ShopRules) -> datetime:
    """When a receipt confirms itself unless the buyer puts it off."""
    return rules.receipt.confirmed_after.end(delivered_at, zone)


def extended_deadline(deadline: datetime, rules: ShopRules) -> datetime:
    """The deadline after one extension."""
    return deadline + timedelta(days=rules.receipt.extension_days)


def extend_receipt(command: ExtendReceipt, scene: Scene) -> Quote:
    """Some more days, in the last days before the deadline."""
    scene.check("extend_receipt")
    rules, facts = scene.rules.receipt, scene.facts
    deadline = facts.receipt_deadline or receipt_deadline(
        scene.delivered_at(), scene.zone, scene.rules
    )
    if scene.now >= deadline:
        raise refuse("receipt.over")
    if facts.receipt_extensions >= rules.extensions:
        raise refuse("receipt.again", times=rules.extensions, by_person=rules.by_person_days)
    opens = deadline - timedelta(days=rules.opens_days_before)
    if scene.now < opens:
        raise refuse(
            "receipt.early",
            deadline=said_day(_last_day(deadline, scene.zone)),
            opens=said_moment(opens, scene.zone),
            days=rules.extension_days,
        )
    until = _last_day(extended_deadline(deadline, scene.rules), scene.zone)
    return Quote(
        command=command,
        order_no=facts.order_no,
        summary=say(
            "receipt.extend",
            days=rules.extension_days,
            until=said_day(until),
            times=rules.extensions,
        ),
        amount_cents=0,
        freight_paid_by=None,
        automatic=True,
        kind="extend_receipt",
        event="extend_receipt",
        until=until,
    )


def confirm_receipt(command: ConfirmReceipt, scene: Scene) -> Quote:
    """The order is completed; what a buyer may still ask for stays as it was."""
    scene.check("confirm_receipt")
    early = scene.facts.status is OrderStatus.SHIPPED
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say("receipt.confirm_early" if early else "receipt.confirm"),
        amount_cents=0,
        freight_paid_by=None,
        automatic=True,
        kind="confirm_receipt",
        event="confirm_receipt",
    )


def _last_day(deadline: datetime, zone: ZoneInfo) -> date:
    """The day that a deadline, which may be its midnight, lies on."""
    return (deadline - timedelta(seconds=1)).astimezone(zone).date()
