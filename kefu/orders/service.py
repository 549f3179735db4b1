"""What a buyer may do with orders: look at them, ask for a quote, ask for the money back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Engine, Row

from kefu.errors import OrderNotFoundError
from kefu.orders import repository
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.commands import OrderCommands, RequestRefund, tidy
from kefu.orders.database import reading
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.order_number import normalise_order_no
from kefu.orders.quoting import reports_fault
from kefu.orders.refund_view import refund_views
from kefu.orders.sentences import refuse
from kefu.orders.shop_rules import ShopRules, shop_rules
from kefu.orders.status import CaseStatus, OrderStatus
from kefu.orders.views import CaseView, OrderView, RefundKind, RefundQuote, RefundView

_ARRIVED = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)


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

    def quote_refund(self, customer_id: str, order_no: str, reason: str = "") -> RefundQuote:
        """What the buyer would get for the order now; writes nothing.

        With `reason` a report of faulty goods is refused here already, before the buyer confirms.

        Raises:
            OrderNotFoundError: as in `order`.
            RefusedError: its `reason` tells the buyer why, and what helps instead.
            CommandsUnavailableError: the shop's own system does not answer.
        """
        quote = self._commands.quote(customer_id, self._refund(customer_id, order_no, reason))
        return RefundQuote(
            order_no=quote.order_no,
            kind=cast(RefundKind, quote.kind),
            amount_cents=quote.amount_cents,
            freight_paid_by=quote.freight_paid_by,
            summary=quote.summary,
        )

    def request_refund(
        self, customer_id: str, order_no: str, reason: str, idempotency_key: str
    ) -> RefundView:
        """Open an after-sales case and set the order to refunding, all or nothing.

        The same key for the same request gives the same case again, whatever became of it.

        Raises:
            OrderNotFoundError: as in `order`.
            RefusedError: as in `quote_refund`; names the case that is open already.
            OrderError: the key was used for another order or reason.
            CommandsUnavailableError: the shop's own system does not answer; the same key tells
                whether it did what was asked.
        """
        command = self._refund(customer_id, order_no, reason)
        receipt = self._commands.execute(customer_id, command, idempotency_key)
        with reading(self._engine) as connection:
            case = repository.find_case(connection, customer_id, receipt.number)
        if case is not None:
            return refund_views([case], self._rules)[0]
        # A shop's own view may show the case a moment later.
        return RefundView(
            case_no=receipt.number,
            order_no=receipt.order_no,
            kind=cast(RefundKind, receipt.kind),
            status=CaseStatus(receipt.status),
            amount_cents=receipt.amount_cents,
            reason=command.reason,
            created_at=self._clock(),
            next_step=receipt.next_step,
        )

    def cases(self, customer_id: str, limit: int = 5) -> list[CaseView]:
        """The buyer's after-sales cases of all kinds, newest first."""
        with reading(self._engine) as connection:
            return repository.newest_cases(connection, customer_id, limit)

    def _refund(self, customer_id: str, order_no: str, reason: str) -> RequestRefund:
        with reading(self._engine) as connection:
            order = _find(connection, customer_id, order_no)
        # A person asks for what the refund form does not yet: pictures, and which of the goods.
        if order.status in _ARRIVED and reports_fault(reason, self._rules):
            raise refuse("refund.by_person")
        return cast(RequestRefund, tidy(RequestRefund(order.order_no, reason)))


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
