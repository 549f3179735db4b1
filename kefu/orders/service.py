"""What a buyer may do with orders: look at them, ask for a quote, ask for the money back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random, SystemRandom
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from kefu.errors import DatabaseError, OrderError, OrderNotFoundError, RefundRefusedError
from kefu.orders import repository, rules
from kefu.orders.database import reading, writing
from kefu.orders.numbers import ATTEMPTS, SHOP_ZONE, case_number
from kefu.orders.order_number import normalise_order_no
from kefu.orders.refund_view import refund_view
from kefu.orders.rules import RefundFacts, RefundRules
from kefu.orders.status import OrderStatus, RefundStatus
from kefu.orders.views import OrderView, RefundQuote, RefundView
from kefu.orders.written_text import clean

REASON_MAX_CHARACTERS = 500


class OrderService:
    """Reads and writes the orders of one buyer at a time.

    `customer_id` must come from a verified token, never from what a buyer wrote. `order_no` may be
    as the buyer typed it: see `normalise_order_no`. Every method raises DatabaseError when the
    database is missing or does not answer in time.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        zone: ZoneInfo = SHOP_ZONE,
        refund_rules: RefundRules | None = None,
        random: Random | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = zone
        self._rules = refund_rules or RefundRules()
        self._random = random or SystemRandom()

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
        """The buyer's after-sales cases, newest first."""
        with reading(self._engine) as connection:
            return [
                refund_view(row)
                for row in repository.newest_refunds(connection, customer_id, limit)
            ]

    def quote_refund(self, customer_id: str, order_no: str, reason: str = "") -> RefundQuote:
        """What the buyer would get for the order now; writes nothing.

        With `reason` a report of faulty goods is refused here already, before the buyer confirms.

        Raises:
            OrderNotFoundError: as in `order`.
            RefundRefusedError: its `reason` tells the buyer why, and what helps instead.
        """
        with reading(self._engine) as connection:
            row = _find(connection, customer_id, order_no)
            return self._quote(connection, customer_id, row, reason)

    def request_refund(
        self, customer_id: str, order_no: str, reason: str, idempotency_key: str
    ) -> RefundView:
        """Open an after-sales case and set the order to refunding, all or nothing.

        The same key for the same order gives the same case again, whatever became of it.

        Raises:
            OrderNotFoundError: as in `order`.
            RefundRefusedError: as in `quote_refund`; names the case that is open already.
            OrderError: the key was used for another order.
        """
        with writing(self._engine) as connection:
            row = _find(connection, customer_id, order_no, lock=True)
            for _ in range(ATTEMPTS):
                known = repository.newest_refunds(
                    connection, customer_id, 1, idempotency_key=idempotency_key
                )
                if known:
                    return _same_order(known[0], row)
                try:
                    with connection.begin_nested():
                        self._open_case(connection, customer_id, row, reason, idempotency_key)
                except IntegrityError:
                    continue  # the number was taken; draw another
            raise DatabaseError("No free case number for today: look at the table refunds.")

    def _open_case(
        self, connection: Connection, customer_id: str, row: Row, reason: str, key: str
    ) -> None:
        quote = self._quote(connection, customer_id, row, reason)
        now = self._clock()
        returns = quote.kind == "return_and_refund"
        repository.add_refund(
            connection,
            customer_id,
            row.id,
            case_no=case_number(now, self._zone, self._random),
            kind=quote.kind,
            status=RefundStatus.AWAITING_RETURN if returns else RefundStatus.PAYING,
            amount_cents=quote.amount_cents,
            reason=clean(reason, REASON_MAX_CHARACTERS),
            created_at=now,
            idempotency_key=key,
        )

    def _quote(
        self, connection: Connection, customer_id: str, row: Row, reason: str
    ) -> RefundQuote:
        cases = repository.newest_refunds(connection, customer_id, 1, order_id=row.id)
        facts = RefundFacts(
            order_no=row.order_no,
            status=OrderStatus(row.status),
            delivered_at=row.delivered_at,
            total_cents=row.total_cents,
            freight_cents=row.freight_cents,
            goods=tuple(map(tuple, repository.goods_of(connection, customer_id, row.id))),
            case_no=cases[0].case_no if cases else None,
        )
        if cases and cases[0].closed_at is None and facts.status is not OrderStatus.REFUNDING:
            raise RefundRefusedError(
                f"这笔订单的售后已经在处理中了，售后单号 {facts.case_no}，不用重复申请。"
            )
        return rules.quote(facts, reason, now=self._clock(), zone=self._zone, rules=self._rules)


def _find(connection: Connection, customer_id: str, order_no: str, *, lock: bool = False) -> Row:
    """The buyer's one order that `order_no` means."""
    digits = normalise_order_no(order_no)
    if digits is None:
        raise OrderNotFoundError("That is no order number: ask for its 16 digits or the last four.")
    rows = repository.find_orders(connection, customer_id, digits, lock=lock)
    if not rows:
        raise OrderNotFoundError("This buyer has no order with that number: ask for it again.")
    if len(rows) > 1:
        raise OrderNotFoundError("Several orders end in these digits: ask for the whole number.")
    return rows[0]


def _same_order(case: Row, order: Row) -> RefundView:
    """The case that an idempotency key stands for, if it is this order's."""
    if case.order_id != order.id:
        raise OrderError("The idempotency key belongs to another order: use one key per request.")
    return refund_view(case)
