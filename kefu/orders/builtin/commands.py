"""Carries out a buyer's commands on the built-in tables: one transaction each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random, SystemRandom
from typing import Any, get_args
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Engine, Row

from kefu.errors import OrderError, OrderNotFoundError
from kefu.orders import quoting
from kefu.orders.builtin import journal, rows
from kefu.orders.builtin.effects import carry_out, check_goods
from kefu.orders.builtin.facts import find_order, read_facts
from kefu.orders.commands import Command, Quote, Receipt, ReturnSent, WithdrawCase, name
from kefu.orders.database import reading, writing
from kefu.orders.facts import CaseKind, OrderFacts
from kefu.orders.lifecycle import case_transition, opening, order_transition, standing
from kefu.orders.next_steps import case_step, done_step
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.shop_rules import ShopRules, shop_rules
from kefu.orders.status import CaseStatus, OrderStatus

_KEY = re.compile(r"[!-~]{1,320}")


@dataclass(frozen=True)
class _Case:
    """The case that a command opened or moved; `pay_cents` is to be paid back now."""

    case_no: str
    status: CaseStatus
    pay_cents: int = 0


class BuiltinCommands:
    """`OrderCommands` on the built-in tables. Safe to share between threads.

    Args:
        engine: of the order database.
        clock: aware.
        zone: the shop's.
        rules: the shop's; those of shop_rules.yml by default.
        random: draws case numbers.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        zone: ZoneInfo = SHOP_ZONE,
        rules: ShopRules | None = None,
        random: Random | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = zone
        self._rules = rules or shop_rules()
        self._random = random or SystemRandom()

    def quote(self, buyer: str, command: Command) -> Quote:
        """What the command would do now; writes nothing.

        Raises:
            OrderNotFoundError, RefusedError, OrderError, DatabaseError: as `OrderCommands` says.
        """
        with reading(self._engine) as connection:
            order = _order(connection, buyer, command, lock=False)
            return self._quote(read_facts(connection, order, command), command, self._clock())

    def execute(self, buyer: str, command: Command, key: str) -> Receipt:
        """Do it, all or nothing; the same key for the same command gives the same receipt again.

        Raises:
            OrderNotFoundError, RefusedError, DatabaseError: as `OrderCommands` says.
            OrderError: the key is no key, or was used for another command.
        """
        if not _KEY.fullmatch(key):
            raise OrderError("The idempotency key must be 1 to 320 visible ASCII characters.")
        with writing(self._engine) as connection:
            # The lock comes before the look for the key: a retry waits for what it repeats.
            order = _order(connection, buyer, command, lock=True)
            known = journal.replay(connection, buyer, command, key)
            if known is not None:
                return known
            return self._execute(connection, order, command, key)

    def _quote(self, facts: OrderFacts, command: Command, now: datetime) -> Quote:
        quote = quoting.quote(command, facts, now, self._zone, self._rules)
        check_goods(quote, facts)
        return quote

    def _execute(self, connection: Connection, order: Row, command: Command, key: str) -> Receipt:
        now = self._clock()
        facts = read_facts(connection, order, command)
        quote = self._quote(facts, command, now)
        case = self._case(connection, order, facts, quote, key, now)
        status = self._order(connection, order, facts, quote, case, now)
        receipt = self._receipt(facts, quote, case, status)
        journal.write(
            connection,
            order.customer_id,
            quote.command,
            key,
            receipt,
            asked=command,
            case_no=case.case_no if case else None,
            pay_cents=case.pay_cents if case else 0,
            at=now,
        )
        return receipt

    def _case(
        self,
        connection: Connection,
        order: Row,
        facts: OrderFacts,
        quote: Quote,
        key: str,
        now: datetime,
    ) -> _Case | None:
        """Open the case that was quoted, or move the one that the command names."""
        command = quote.command
        if quote.kind in get_args(CaseKind):
            step = opening(quote.kind, automatic=quote.automatic)  # type: ignore[arg-type]
            case_no = rows.add_case(
                connection,
                order,
                quote,
                step.state,
                key,
                event=name(command),
                now=now,
                zone=self._zone,
                random=self._random,
            )
            pays = "order_payment" in step.effects and quote.tender == "money"
            return _Case(case_no, step.state, quote.amount_cents if pays else 0)
        if not isinstance(command, WithdrawCase | ReturnSent):
            return None
        row = rows.find_case(connection, order, command.case_no)
        moved = case_transition(row.kind, CaseStatus(row.status), name(command), "buyer")
        tracking: dict[str, Any] = {}
        if isinstance(command, ReturnSent):
            tracking = {
                "return_courier": command.courier,
                "return_tracking_number": command.tracking_number,
            }
        rows.move_case(connection, row, name(command), moved.state, now=now, **tracking)
        if "release_stock" in moved.effects and row.new_sku:
            # What was kept for the exchange is for sale again.
            rows.move_stock(connection, {row.new_sku: rows.case_lines(connection, row)})
        return _Case(row.case_no, moved.state)

    def _order(
        self,
        connection: Connection,
        order: Row,
        facts: OrderFacts,
        quote: Quote,
        case: _Case | None,
        now: datetime,
    ) -> OrderStatus:
        """Take the order where the command leads, with all effects; its state."""
        if not quote.event:
            rows.set_order(connection, order)
            return facts.status
        step = order_transition(facts.status, quote.event, "buyer", before=standing(facts, now))
        changes = carry_out(
            connection,
            order,
            facts,
            quote,
            step.effects,
            now=now,
            zone=self._zone,
            rules=self._rules,
            final=case is None or case.status is CaseStatus.PAYING,
        )
        rows.set_order(connection, order, status=step.state.value, **changes)
        return step.state

    def _receipt(
        self, facts: OrderFacts, quote: Quote, case: _Case | None, status: OrderStatus
    ) -> Receipt:
        if case is None or quote.kind not in get_args(CaseKind):
            next_step = done_step(quote, self._rules)
        else:
            next_step = case_step(
                quote.kind,  # type: ignore[arg-type]
                case.status,
                quote.amount_cents,
                self._rules,
                tender=quote.tender,
                until=quote.until,
            )
        return Receipt(
            number=case.case_no if case else facts.order_no,
            order_no=facts.order_no,
            kind=quote.kind,
            status=str(case.status if case else status),
            amount_cents=quote.amount_cents,
            next_step=next_step,
            automatic=quote.automatic,
        )


def _order(connection: Connection, buyer: str, command: Command, *, lock: bool) -> Row:
    order = find_order(connection, buyer, command, lock=lock)
    if order is None:
        raise OrderNotFoundError("This buyer has no such order or case: ask for its number again.")
    return order
