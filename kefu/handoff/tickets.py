"""Opening tickets, so that a person can take over with the conversation before their eyes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from random import Random, SystemRandom
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from kefu.errors import DatabaseError
from kefu.handoff.views import TicketView, Turn
from kefu.orders.database import writing
from kefu.orders.numbers import ATTEMPTS, SHOP_ZONE, ticket_number
from kefu.orders.status import TicketStatus
from kefu.orders.tables import tickets
from kefu.orders.written_text import clean

# A ticket keeps the last 50 turns whole: what a person reads before answering, and about the
# longest conversation that ends with one. Older turns stay in the tracker store.
KEPT_TURNS = 50
REASON_MAX_CHARACTERS = 500

__all__ = ["KEPT_TURNS", "TicketDesk", "TicketView", "Turn"]


class TicketDesk:
    """The queue of conversations that wait for a person."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        zone: ZoneInfo = SHOP_ZONE,
        random: Random | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = zone
        self._random = random or SystemRandom()

    def open(
        self,
        customer_id: str | None,
        sender_id: str,
        reason: str,
        conversation: Sequence[Turn],
        idempotency_key: str,
    ) -> TicketView:
        """A ticket in the queue; the same sender's same key gives the same ticket again.

        `customer_id` is None for a visitor whom no token names. Of the conversation the last
        `KEPT_TURNS` turns are kept.

        Raises:
            DatabaseError: the database is missing or does not answer in time; nothing was written.
        """
        now = self._clock()
        with writing(self._engine) as connection:
            for _ in range(ATTEMPTS):
                known = _ticket(connection, sender_id, idempotency_key)
                if known:
                    return known
                values = {
                    "ticket_no": ticket_number(now, self._zone, self._random),
                    "customer_id": customer_id,
                    "sender_id": sender_id,
                    "status": TicketStatus.OPEN.value,
                    "reason": clean(reason, REASON_MAX_CHARACTERS),
                    "conversation": [_wire(turn) for turn in conversation[-KEPT_TURNS:]],
                    "created_at": now,
                    "idempotency_key": idempotency_key,
                }
                try:
                    with connection.begin_nested():
                        connection.execute(insert(tickets).values(values))
                except IntegrityError:
                    continue  # the number was taken, or the same request came twice at once
            known = _ticket(connection, sender_id, idempotency_key)
        if known:
            return known
        raise DatabaseError("No free ticket number for today: look at the table tickets.")


def _ticket(connection: Connection, sender_id: str, idempotency_key: str) -> TicketView | None:
    row = connection.execute(
        select(tickets).where(
            tickets.c.sender_id == sender_id, tickets.c.idempotency_key == idempotency_key
        )
    ).first()
    if row is None:
        return None
    before = connection.execute(
        select(func.count())
        .select_from(tickets)
        .where(tickets.c.status == TicketStatus.OPEN.value, tickets.c.id < row.id)
    ).scalar_one()
    return TicketView(row.ticket_no, TicketStatus(row.status), row.created_at, before)


def _wire(turn: Turn) -> dict[str, str]:
    return {
        "speaker": turn.speaker,
        "text": turn.text,
        "at": turn.at.astimezone(timezone.utc).isoformat(),
    }
