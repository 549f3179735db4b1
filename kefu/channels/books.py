"""An event of the shop moves the built-in tables before its buyer hears of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from kefu.channels.intake import Refusal
from kefu.errors import DatabaseError, MoveRefusedError, OrderError, OrderNotFoundError
from kefu.orders.builtin import CaseNews, OrderMove, ShopDesk
from kefu.orders.database import make_engine
from kefu.orders.patience import Budget, spending
from kefu.orders.reported import reported
from kefu.orders.shop_events import ShopEvent
from kefu.settings import Settings

logger = logging.getLogger(__name__)

WORKERS = 4
"""Events that move tables at once; as many connections to the database are held for them."""

BY = "the shop's system"


class Books:
    """The built-in tables, kept in step with what the shop's own system reports.

    All that an event waits for the database, for its turn among other events included, ends after
    `seconds`, so that a database which is away costs the shop a 503 and nobody else anything.

    Args:
        desk: of the tables.
        seconds: longest wait of an event.
    """

    def __init__(self, desk: ShopDesk, *, seconds: float) -> None:
        self._desk = desk
        self._seconds = seconds
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="kefu-books")

    @classmethod
    def of(cls, settings: Settings, clock: Callable[[], datetime]) -> Books | None:
        """Those of this shop; None where it writes to a system of its own, or reports nothing.

        Raises:
            SettingsError: no address of a database, or no keys for personal data.
        """
        if settings.shop_commands != "builtin" or not settings.shop_secrets:
            return None
        engine = make_engine(settings.copy(update={"database_pool_size": WORKERS}))
        desk = ShopDesk(engine, clock=clock, zone=settings.zone)
        return cls(desk, seconds=settings.database_timeout_seconds)

    async def enter(self, event: ShopEvent) -> None:
        """Let the tables say what the event says; nothing where they do already.

        Raises:
            Refusal: 422, this buyer has no such order or case; 409, where it stands, or its money,
                forbids it, or another event had this id; 503, the database did not answer in time,
                and the event may be sent again.
        """
        move = reported(event)
        if move is None:
            return
        deadline = time.monotonic() + self._seconds
        try:
            await asyncio.get_running_loop().run_in_executor(
                self._workers, self._hear, move, event, deadline
            )
        except OrderNotFoundError as error:
            raise Refusal(422, "unknown_number", str(error), "") from error
        except MoveRefusedError as error:
            detail = f"{error} The buyer was told nothing."
            raise Refusal(409, "not_possible", detail, "") from error
        except OrderError as error:
            detail = "Another event had this id; give each event its own."
            raise Refusal(409, "id_reused", detail, "") from error
        except DatabaseError as error:
            logger.error("event %s of the shop is not entered: %s", event.id, error)
            detail = "The order tables do not answer now; send the event again later."
            raise Refusal(503, "no_database", detail, "") from error

    def _hear(self, move: CaseNews | OrderMove, event: ShopEvent, deadline: float) -> None:
        with spending(Budget(deadline - time.monotonic())):
            self._desk.hear(move, by=BY, key=event_key(event))


def event_key(event: ShopEvent) -> str:
    """The idempotency key of the move that an event makes."""
    return f"event:{event.id}"
