"""What a transition of an order does to other rows, effect by effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Row

from kefu.orders.builtin import rows
from kefu.orders.commands import ChangeAddress, ChangeItem, Quote, RequestExchange, RequestInvoice
from kefu.orders.facts import OrderFacts
from kefu.orders.lifecycle import Effect
from kefu.orders.quoting import remaining
from kefu.orders.quoting.receipts import extended_deadline, receipt_deadline
from kefu.orders.sentences import refuse
from kefu.orders.shop_rules import ShopRules
from kefu.orders.tables.sealed import phone_values


def check_goods(quote: Quote, facts: OrderFacts) -> None:
    """What only the built-in tables need: payments, stock for faulty goods, one line a variant.

    Raises:
        RefusedError: nobody knows of a payment to pay back, the shop has not enough of the variant,
            or the order has a line of it.
    """
    command = quote.command
    if quote.kind == "refund_only" and facts.total_cents and not facts.payments:
        raise refuse("order.payment_unknown")
    if isinstance(command, RequestExchange):
        pieces = sum(line.quantity for line in quote.lines)
        if facts.wanted is not None and facts.wanted.stock < pieces:
            raise refuse("exchange.no_stock", variant=facts.wanted.label)
    if isinstance(command, ChangeItem) and command.new_sku and facts.item(command.new_sku):
        raise refuse("item.same")


def carry_out(
    connection: Connection,
    order: Row,
    facts: OrderFacts,
    quote: Quote,
    effects: tuple[Effect, ...],
    *,
    now: datetime,
    zone: ZoneInfo,
    rules: ShopRules,
    final: bool,
) -> dict[str, Any]:
    """Write the rows of the effects; what else changes in the order itself, by column.

    `order` is locked, `facts` are of before the command. `final`: nothing can undo the command, so
    that goods which have not left are for sale again at once.

    Raises:
        RefusedError: somebody else has just taken the stock.
    """
    command = quote.command
    changes: dict[str, Any] = {}
    for effect in effects:
        if effect == "release_stock" and final:
            lines = quote.lines or remaining(facts)
            rows.move_stock(connection, {line.sku: line.quantity for line in lines})
        elif effect == "reserve_stock" and isinstance(command, RequestExchange):
            pieces = sum(line.quantity for line in quote.lines)
            _move(connection, {command.new_sku: -pieces}, facts, "exchange")
        elif effect == "write_item" and isinstance(command, ChangeItem) and command.new_sku:
            left = {line.sku: line.quantity for line in remaining(facts)}[command.sku]
            _move(connection, {command.sku: left, command.new_sku: -left}, facts, "item")
            rows.set_variant(connection, order, command.sku, command.new_sku)
        elif effect == "write_address" and isinstance(command, ChangeAddress):
            changes |= _address(command, facts)
        elif effect == "write_hold":
            changes["hold_until"] = quote.until
        elif effect == "write_delivery":
            changes["delivered_at"] = now
        elif effect == "write_receipt_deadline" and quote.kind == "confirm_receipt":
            changes["receipt_deadline"] = now
        elif effect == "write_receipt_deadline":
            start = facts.receipt_deadline or receipt_deadline(
                facts.delivered_at or now, zone, rules
            )
            changes["receipt_deadline"] = extended_deadline(start, rules)
            changes["receipt_extensions"] = facts.receipt_extensions + 1
        elif effect == "write_invoice" and isinstance(command, RequestInvoice):
            rows.add_invoice(connection, order, command, quote.amount_cents, now)
    return changes


def _move(connection: Connection, pieces: dict[str, int], facts: OrderFacts, chapter: str) -> None:
    short = rows.move_stock(connection, pieces)
    if short is not None:
        raise refuse(f"{chapter}.no_stock", variant=facts.wanted.label if facts.wanted else short)


def _address(command: ChangeAddress, facts: OrderFacts) -> dict[str, Any]:
    changes: dict[str, Any] = {"address_changes": facts.address_changes + 1}
    if command.recipient:
        changes["recipient"] = command.recipient
    if command.phone:
        changes |= phone_values(command.phone)
    if command.address:
        changes["address"] = command.address
    return changes
