"""What a buyer may do with orders: look at them, ask for a quote, have something done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Engine, Row

from kefu.errors import OrderNotFoundError
from kefu.orders import repository
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.commands import Command, OrderCommands, Quote, Receipt, tidy
from kefu.orders.database import reading
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.order_number import normalise_order_no
from kefu.orders.refund_view import refund_views
from kefu.orders.shop_rules import ShopRules, shop_rules
from kefu.orders.views import CaseView, OrderView, RefundView, VariantView


class OrderService:
    """Reads and writes the orders of one buyer at a time.

    `customer_id` must come from a verified token, never from what a buyer wrote. `order_no` may be
    as the buyer typed it: see `normalise_order_no`. Every method raises DatabaseError when the
    database is missing or does not answer in time.

    Args:
        engine: of the database that holds the read model.
        clock: aware.
        zone: the shop's.
        rules: the shop's; those of shop_rules.yml by default.
        commands: carries out writes; on the built-in tables by default.
        random: draws the case numbers of the built-in tables.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        zone: ZoneInfo = SHOP_ZONE,
        rules: ShopRules | None = None,
        commands: OrderCommands | None = None,
        random: Random | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._rules = rules or shop_rules()
        self._commands = commands or BuiltinCommands(
            engine, clock=clock, zone=zone, rules=self._rules, random=random
        )

    @property
    def rules(self) -> ShopRules:
        """What the shop promises."""
        return self._rules

    def recent_orders(self, customer_id: str, limit: int = 5) -> list[OrderView]:
        """The buyer's last orders, newest first."""
        with reading(self._engine) as connection:
            rows = repository.newest_orders(connection, customer_id, limit)
            return repository.order_views(connection, customer_id, rows)

    def order(self, customer_id: str, order_no: str) -> OrderView:
        """One order of the buyer.

        Raises:
            OrderNotFoundError: the buyer has no such order, or more than one ends so.
        """
        with reading(self._engine) as connection:
            row = _find(connection, customer_id, order_no)
            return repository.order_views(connection, customer_id, [row])[0]

    def refunds(self, customer_id: str, limit: int = 5) -> list[RefundView]:
        """The buyer's refunds among the newest after-sales cases, newest first."""
        with reading(self._engine) as connection:
            found = repository.newest_cases(connection, customer_id, limit)
        return refund_views(found, self._rules)

    def quote(self, customer_id: str, command: Command) -> Quote:
        """What a command would do now, for the buyer to confirm; writes nothing.

        Raises:
            OrderNotFoundError: the buyer has no such order or case.
            RefusedError: its `reason` tells the buyer why, and what helps instead.
            CommandsUnavailableError: the shop's own system does not answer.
        """
        return self._commands.quote(customer_id, tidy(command))

    def carry_out(self, customer_id: str, command: Command, idempotency_key: str) -> Receipt:
        """Do it, all or nothing; the same key for the same command gives the same receipt again.

        Raises:
            OrderNotFoundError, RefusedError: as in `quote`.
            OrderError: the key was used for another command.
            CommandsUnavailableError: the shop's own system does not answer; the same key tells
                whether it did what was asked.
        """
        return self._commands.execute(customer_id, tidy(command), idempotency_key)

    def variants(self, sku: str) -> list[VariantView]:
        """What is sold under the same product as `sku`, itself among them."""
        with reading(self._engine) as connection:
            return repository.variants(connection, sku)

    def cases(self, customer_id: str, limit: int = 5) -> list[CaseView]:
        """The buyer's after-sales cases of all kinds, newest first."""
        with reading(self._engine) as connection:
            return repository.newest_cases(connection, customer_id, limit)


def _find(connection: Connection, customer_id: str, order_no: str) -> Row:
    """The buyer's one order that `order_no` means."""
    digits = normalise_order_no(order_no)
    if digits is None:
        raise OrderNotFoundError("That is no order number: ask for its 16 digits or the last four.")
    rows = repository.find_orders(connection, customer_id, digits)
    if not rows:
        raise OrderNotFoundError("This buyer has no order with that number: ask for it again.")
    if len(rows) > 1:
        raise OrderNotFoundError("Several orders end in these digits: ask for the whole number.")
    return rows[0]
