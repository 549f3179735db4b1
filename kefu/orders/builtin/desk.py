"""Carries out what the shop and the system do with cases and orders: one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Engine, Row

from kefu.errors import MoveRefusedError
from kefu.orders.builtin import rows, shop_journal, shop_rows
from kefu.orders.builtin.case_moves import move_case
from kefu.orders.builtin.facts import read_facts
from kefu.orders.builtin.moves import CaseMove, CaseNews, Move, Moved, OrderMove
from kefu.orders.builtin.order_moves import move_order
from kefu.orders.database import writing
from kefu.orders.lifecycle import event_to
from kefu.orders.money import format_money
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.shop_rules import ShopRules, shop_rules
from kefu.orders.status import CaseStatus

C = CaseStatus
# News that came late: what it says was true on the way to where the case stands.
_BEYOND: dict[CaseStatus, tuple[CaseStatus, ...]] = {
    C.RETURNING: (C.PAYING, C.RESENDING, C.REFUNDED, C.EXCHANGED),
    C.PAYING: (C.REFUNDED,),
    C.RESENDING: (C.EXCHANGED,),
}


class ShopDesk:
    """The shop's hands in the built-in tables. Safe to share between threads.

    What buyers do goes through `BuiltinCommands`; both lock the order first, so that of a buyer who
    withdraws a case and a clerk who approves it only one wins.

    Args:
        engine: of the order database.
        clock: aware.
        zone: the shop's.
        rules: the shop's; those of shop_rules.yml by default.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        zone: ZoneInfo = SHOP_ZONE,
        rules: ShopRules | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = zone
        self._rules = rules or shop_rules()

    def move(self, move: CaseMove | OrderMove, *, by: str, key: str) -> Moved:
        """Do it, all or nothing; the same key for the same move gives the same answer again.

        Args:
            move: what to do.
            by: the clerk or the system that decided, for the audit log.
            key: 1 to 300 visible ASCII characters, each buyer's own.

        Raises:
            OrderNotFoundError: there is no such order or case.
            MoveRefusedError: where it stands, or its money, forbids it.
            OrderError: the key is no key, or was used for something else.
            DatabaseError: the database did not answer in time.
        """
        return cast(Moved, self._carry_out(move, by, key))

    def hear(self, news: CaseNews | OrderMove, *, by: str, key: str) -> Moved | None:
        """Let the tables say what the shop's own system reports; None where they say so already.

        Raises:
            OrderNotFoundError, MoveRefusedError, OrderError, DatabaseError: as `move`.
        """
        return self._carry_out(news, by, key, told=True)

    def _carry_out(self, move: Move, by: str, key: str, *, told: bool = False) -> Moved | None:
        kept = shop_journal.check_key(key)
        with writing(self._engine) as connection:
            # The lock comes before the look for the key: a retry waits for what it repeats.
            order = shop_rows.lock_order(connection, move)
            known = shop_journal.replay(connection, order.customer_id, move, kept)
            if known is not None:
                return known
            moved = self._move(connection, order, move, told)
            if moved is not None:
                now = self._clock()
                shop_journal.write(connection, move, moved, kept, by=by, at=now)
            return moved

    def _move(self, connection: Connection, order: Row, move: Move, told: bool) -> Moved | None:
        now, facts = self._clock(), read_facts(connection, order)
        if isinstance(move, OrderMove):
            if told and _has_happened(move.event, order):
                return None
            return move_order(connection, order, facts, move, now, self._zone, self._rules)
        case = rows.find_case(connection, order, move.case_no)
        if isinstance(move, CaseNews):
            event = _event_for(connection, case, move)
            if event is None:
                return None
            move = _as_move(move, event)
        return move_case(connection, order, case, facts, move, now, self._zone, self._rules)


def _has_happened(event: str, order: Row) -> bool:
    happened = {"ship": order.shipped_at, "deliver": order.delivered_at, "pay": order.paid_at}
    return happened.get(event) is not None


def _event_for(connection: Connection, case: Row, news: CaseNews) -> str | None:
    """What has to happen for the news to be true; None where nothing has to."""
    status = CaseStatus(case.status)
    if case.kind not in news.kinds or news.tender not in (None, case.tender):
        paid = " paid by coupon" if case.tender == "coupon" else ""
        raise MoveRefusedError(
            f"Case {case.case_no} is a {case.kind}{paid}: this event does not fit it."
        )
    # Goods may be on their way by the buyer's word alone.
    noted = news.goal is not C.RETURNING or shop_rows.has_seen(connection, case, "return_received")
    if (status is news.goal and noted) or status in _BEYOND.get(news.goal, ()):
        if news.amount_cents not in (None, case.amount_cents):
            raise MoveRefusedError(
                f"Case {case.case_no} pays {format_money(case.amount_cents)}: the event says "
                f"{format_money(news.amount_cents or 0)}."
            )
        return None
    event = event_to(case.kind, status, news.goal)
    if event is None:
        raise MoveRefusedError(
            f"Case {case.case_no} is {status}: it cannot become {news.goal} now."
        )
    return event


def _as_move(news: CaseNews, event: str) -> CaseMove:
    return CaseMove(
        news.case_no,
        event,
        amount_cents=news.amount_cents,
        until=news.until,
        note=news.note,
        method=news.method,
        at=news.at,
    )
