"""The relay of the outbox: tells the shop's own systems what was written, in order, at least once.

Each write puts a row into the table `outbox` in its own transaction; the relay posts the rows to
`{KEFU_SHOP_URL}/events`, oldest first, and goes on only when the shop has taken one. A row that was
sent but not yet marked when the relay died is sent again under the same idempotency key.
(Transactional outbox: https://microservices.io/patterns/data/transactional-outbox.html)
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection, Engine, Row

from kefu.errors import CommandsUnavailableError, DatabaseError
from kefu.orders.database import reading, writing
from kefu.orders.signed_client import SignedClient
from kefu.orders.tables import outbox

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
"""How long news waits at most while nothing is wrong."""

LONGEST_PAUSE_SECONDS = 300.0
"""A shop that comes back after a night is told within five minutes."""


class Step(Enum):
    """What became of the oldest unsent row."""

    SENT = "sent"
    NOTHING = "nothing"  # there is none
    BUSY = "busy"  # another relay has it
    FAILED = "failed"  # the shop did not take it


@dataclass(frozen=True)
class Report:
    """What a pass over the outbox did. `problem`: why it stopped early; None where it did not."""

    sent: int
    waiting: int
    problem: str | None = None


class Relay:
    """Sends the rows, one relay at a time.

    On PostgreSQL the oldest unsent row is locked while it is posted (`FOR UPDATE SKIP LOCKED`), so
    that a second relay, on any machine, finds it taken and waits. On SQLite a lock on a file beside
    the database does that: its one write lock would make buyers wait for the shop's server.

    Rows go by id. Two writes on one order have ids in the order of their commits, for both hold the
    order's lock; those on different orders may not.

    Args:
        engine: of the order database.
        client: to the shop.
        clock: aware.
    """

    def __init__(
        self, engine: Engine, client: SignedClient, *, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._client = client
        self._clock = clock

    def send(self) -> Report:
        """Send what is there, until nothing is left or the shop does not take a row.

        Raises:
            DatabaseError: the outbox cannot be read or marked; a row may be sent again later.
        """
        sent = 0
        while True:
            step, row = self.step()
            if step is not Step.SENT:
                break
            sent += 1
        problem = None
        if step is Step.FAILED and row is not None:
            problem = f"Row {row.id} ({row.topic}) waits and all after it: {row.last_error}"
        return Report(sent, self.waiting(), problem)

    def watch(self, wait: Callable[[float], bool]) -> None:
        """Send whatever comes.

        A row that the shop does not take is tried again after 2, 4, 8 seconds and so on, at most
        five minutes.

        Args:
            wait: waits for that many seconds; True ends the watch (`threading.Event.wait`).
        """
        pause = 0.0
        while not wait(pause):
            try:
                step, row = self.step()
            except DatabaseError as error:
                logger.error("The outbox waits: %s", error)
                pause = min(max(2 * pause, IDLE_SECONDS), LONGEST_PAUSE_SECONDS)
                continue
            if step is Step.FAILED and row is not None:
                logger.error("Outbox row %s (%s) waits: %s", row.id, row.topic, row.last_error)
                pause = min(2.0 ** min(row.attempts, 16), LONGEST_PAUSE_SECONDS)
            else:
                pause = 0.0 if step is Step.SENT else IDLE_SECONDS

    def step(self) -> tuple[Step, Row | None]:
        """Post the oldest unsent row and write down what came of it; the row as it is now."""
        if self._engine.dialect.name == "sqlite":
            with _alone(Path(f"{self._engine.url.database}.outbox")) as alone:
                return self._post_oldest() if alone else (Step.BUSY, None)
        with writing(self._engine) as connection:
            oldest = _oldest(connection)
            if oldest is None:
                return Step.NOTHING, None
            # Looked for first and locked then: with SKIP LOCKED alone a second relay would take
            # the next row and overtake. None also where the other relay has just sent it.
            row = connection.execute(
                select(outbox)
                .where(outbox.c.id == oldest.id, outbox.c.sent_at.is_(None))
                .with_for_update(skip_locked=True)
            ).first()
            if row is None:
                return Step.BUSY, None
            return self._mark(connection, row, self._post(row))

    def waiting(self) -> int:
        """How many rows are not sent."""
        with reading(self._engine) as connection:
            return int(
                connection.execute(
                    select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
                ).scalar_one()
            )

    def skip(self, row_id: int) -> bool:
        """Give one row up, so that those after it are sent; False where no such row waits."""
        with writing(self._engine) as connection:
            done = connection.execute(
                update(outbox)
                .where(outbox.c.id == row_id, outbox.c.sent_at.is_(None))
                .values(sent_at=self._clock(), last_error="Skipped by hand, never taken.")
            )
            return bool(done.rowcount)

    def _post_oldest(self) -> tuple[Step, Row | None]:
        with reading(self._engine) as connection:
            row = _oldest(connection)
        if row is None:
            return Step.NOTHING, None
        problem = self._post(row)
        with writing(self._engine) as connection:
            return self._mark(connection, row, problem)

    def _post(self, row: Row) -> str | None:
        """Why the shop did not take the row; None where it did."""
        content = {
            "id": row.id,
            "topic": row.topic,
            "at": row.created_at.astimezone(timezone.utc).isoformat(),
            "payload": row.payload,
        }
        try:
            answer = self._client.post("/events", content, key=f"outbox-{row.id}")
        except CommandsUnavailableError as error:
            return str(error)
        if answer.ok:
            return None
        remedy = "mend it there, or give the row up with `kefu outbox skip`"
        if answer.status in (401, 403):
            remedy = "give it the secret that KEFU_SHOP_SECRET has, and set both clocks"
        return str(self._client.error(f"answered {answer.status} to /events", remedy))

    def _mark(
        self, connection: Connection, row: Row, problem: str | None
    ) -> tuple[Step, Row | None]:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(
                attempts=outbox.c.attempts + 1,
                last_error=problem,
                sent_at=self._clock() if problem is None else None,
            )
        )
        marked = connection.execute(select(outbox).where(outbox.c.id == row.id)).first()
        return (Step.SENT if problem is None else Step.FAILED), marked


def _oldest(connection: Connection) -> Row | None:
    row: Row | None = connection.execute(
        select(outbox).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.id).limit(1)
    ).first()
    return row


@contextmanager
def _alone(file: Path) -> Iterator[bool]:
    """Whether this relay has the lock on `file`; the system frees it if the relay dies."""
    try:
        held = file.open("wb")
    except OSError as error:
        raise DatabaseError(
            f"{file} cannot be written ({error.strerror}): let the relay's user write beside "
            "the database."
        ) from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
