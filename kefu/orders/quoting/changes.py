"""What can be changed before the warehouse packs: the label, the goods, the day."""

from __future__ import annotations

from dataclasses import replace

from kefu.orders.commands import ChangeAddress, ChangeItem, DelayShipment, Quote, QuoteLine
from kefu.orders.facts import ItemFacts
from kefu.orders.masking import mask_address, mask_name, mask_phone
from kefu.orders.money import format_money
from kefu.orders.periods import said_day
from kefu.orders.quoting import addresses
from kefu.orders.quoting.money import remaining
from kefu.orders.quoting.refunds import part_unshipped
from kefu.orders.quoting.scene import Scene, of_category
from kefu.orders.quoting.variants import wanted_variant
from kefu.orders.sentences import refuse, say
from kefu.orders.status import OrderStatus


def change_address(command: ChangeAddress, scene: Scene) -> Quote:
    """Another recipient, phone or address, where the freight stays the same."""
    scene.check("change_address")
    rules = scene.rules.change_address
    if scene.facts.address_changes >= rules.times:
        raise refuse("address.again", times=rules.times)
    tidied = replace(
        command,
        recipient=addresses.recipient(command.recipient) if command.recipient else None,
        phone=addresses.phone(command.phone) if command.phone else None,
        address=addresses.address(command.address) if command.address else None,
    )
    changes = [
        say(f"address.{field}", value=mask(value))
        for field, value, mask in (
            ("recipient", tidied.recipient, mask_name),
            ("phone", tidied.phone, mask_phone),
            ("address", tidied.address, mask_address),
        )
        if value
    ]
    if not changes:
        raise refuse("address.nothing")
    region = addresses.region(tidied.address or "", rules)
    if region is not None and region != addresses.region(scene.facts.address, rules):
        kilogram = format_money(rules.first_kilogram_cents)
        raise refuse("address.remote", region=region, first_kilogram=kilogram)
    summary = say("address.change", changes="，".join(changes), times=rules.times)
    return _free(tidied, scene, "change_address", summary)


def change_item(command: ChangeItem, scene: Scene) -> Quote:
    """Another variant at the same price, or fewer pieces."""
    scene.check("change_item")
    item = scene.item(command.sku)
    line = next((line for line in remaining(scene.facts) if line.sku == item.sku), None)
    if line is None:
        raise refuse("order.item_unknown")
    _check_making(item, scene)
    if command.new_sku is not None and command.new_quantity is not None:
        raise refuse("item.one_at_a_time")
    if command.new_quantity is not None and command.new_quantity < 1:
        raise refuse("item.nothing", item=item.name)  # none at all is a refund; less would be more
    if command.new_quantity is not None:
        return _fewer(command, scene, line, command.new_quantity)
    if command.new_sku is None:
        raise refuse("item.nothing", item=item.name)
    variant = wanted_variant(scene, item, command.new_sku, line.quantity, chapter="item")
    summary = say("item.variant", item=item.name, variant=variant.label)
    return _free(command, scene, "change_item", summary)


def delay_shipment(command: DelayShipment, scene: Scene) -> Quote:
    """A day from which to dispatch; goods that spoil wait less long."""
    scene.check("delay_shipment")
    rules = scene.rules.delay
    if command.until <= scene.today:
        raise refuse("delay.past")
    held = scene.facts.hold_until
    if held is not None and (held - scene.today).days < rules.notice_days:
        raise refuse("delay.too_short", until=said_day(held), notice=rules.notice_days)
    paid_at = scene.paid_at()
    periods = [of_category(rules.by_category, item, rules.period) for item in scene.facts.items]
    last_day, shortest = min(
        ((period.last_day(paid_at, scene.zone), period) for period in (*periods, rules.period)),
        key=lambda pair: pair[0],
    )
    if command.until > last_day:
        raise refuse("delay.too_long", last_day=said_day(last_day), period=shortest)
    summary = say("delay.hold", until=said_day(command.until), notice=rules.notice_days)
    quote = _free(command, scene, "delay_shipment", summary)
    return replace(quote, until=command.until)


def _free(
    command: ChangeAddress | ChangeItem | DelayShipment, scene: Scene, event: str, summary: str
) -> Quote:
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=summary,
        amount_cents=0,
        freight_paid_by=None,
        automatic=True,
        kind=event,
        event=event,
    )


def _check_making(item: ItemFacts, scene: Scene) -> None:
    """Goods that are made to order cannot be changed once they are being made."""
    period = scene.rules.change_item.by_category.get(item.category)
    if period is None or scene.facts.status is OrderStatus.PENDING_PAYMENT:
        return
    if period.over(scene.paid_at(), scene.now, scene.zone):
        raise refuse("item.engraved", item=item.name, period=period)


def _fewer(command: ChangeItem, scene: Scene, line: QuoteLine, quantity: int) -> Quote:
    if quantity == line.quantity:
        raise refuse("item.same")
    if quantity > line.quantity:
        raise refuse("item.more")
    if scene.facts.status is OrderStatus.PENDING_PAYMENT:
        raise refuse("item.unpaid")
    scene.check_case("request_refund")
    pieces = line.quantity - quantity
    amount = line.amount_cents * pieces // line.quantity
    return part_unshipped(command, scene, [QuoteLine(line.sku, pieces, amount)])
