"""How long is waited for the order database: each time, and in all while one message is answered.

libpq waits for an answer without end: its connect_timeout ends with the connection, the server's
statement_timeout needs a way back to tell, and TCP is content while somebody acknowledges packets.
So psycopg2 waits through `wait_for_answer` (its support for coroutine libraries,
https://www.psycopg.org/docs/advanced.html#support-for-coroutine-libraries), which gives up in time
and closes the connection. psycopg2 refuses COPY while there is such a callback: who copies takes it
off (`set_wait_callback(None)`), and then only the server's statement_timeout ends the wait.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from threading import BoundedSemaphore

import psycopg2  # type: ignore[import-untyped]
from psycopg2.extensions import (  # type: ignore[import-untyped]
    POLL_OK,
    POLL_READ,
    connection,
    set_wait_callback,
)

from kefu.errors import DatabaseError

COMMIT_SECONDS = 0.1
"""A transaction is not committed with less time than this to hear that it was."""

PING_SHARE = 0.3
"""Of a wait: for a connection out of the pool, which may be dead while the database is not."""


class Budget:
    """Seconds that may be spent waiting for the database, all waits together."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds


_budget: ContextVar[Budget | None] = ContextVar("kefu_database_budget", default=None)


@contextmanager
def spending(budget: Budget) -> Iterator[None]:
    """Whatever waits for the database inside, in this thread or task, pays with the budget."""
    token = _budget.set(budget)
    try:
        yield
    finally:
        _budget.reset(token)


def left(seconds: float) -> float:
    """How long to wait where one wait may take `seconds`; 0 when the budget is spent."""
    budget = _budget.get()
    return seconds if budget is None else max(0.0, min(seconds, budget.left))


@contextmanager
def paying() -> Iterator[None]:
    """Takes the time spent inside off the budget."""
    start, budget = time.monotonic(), _budget.get()
    try:
        yield
    finally:
        if budget is not None:
            budget.left -= time.monotonic() - start


def check(seconds: float = 0.0) -> None:
    """See that the budget holds more than `seconds`.

    Raises:
        DatabaseError: it does not; nothing was asked of the database.
    """
    if left(inf) <= seconds:
        raise DatabaseError(
            "The order database was too slow for this message: look at its load and its network, "
            "or raise KEFU_DATABASE_TIMEOUT_SECONDS."
        )


@contextmanager
def slot(slots: BoundedSemaphore, seconds: float) -> Iterator[None]:
    """One of the connections; waits for it no longer than `seconds` and the budget.

    Raises:
        DatabaseError: all are in use.
    """
    with paying():
        free = slots.acquire(timeout=left(seconds))
    if not free:
        raise pool_exhausted()
    try:
        yield
    finally:
        slots.release()


def pool_exhausted() -> DatabaseError:
    """All connections are in use."""
    return DatabaseError(
        "All connections to the order database are in use: "
        "raise KEFU_DATABASE_POOL_SIZE or find what holds them."
    )


class PatientConnection(connection):
    """A connection of psycopg2 that waits `wait_seconds` for each answer, then closes itself."""

    wait_seconds = inf
    pinging = False  # it comes out of the pool and is asked whether it lives


def patient(seconds: float) -> type[PatientConnection]:
    """A `connection_factory` for psycopg2."""
    set_wait_callback(wait_for_answer)  # one for the whole process
    return type("PatientConnection", (PatientConnection,), {"wait_seconds": seconds})


def wait_for_answer(asking: connection) -> None:
    """psycopg2's wait callback; connections that are not patient wait without end, as before."""
    with paying_patient(asking) as seconds:
        deadline = time.monotonic() + seconds
        while True:
            state = asking.poll()
            if state == POLL_OK:
                return
            rest = deadline - time.monotonic()
            if rest <= 0:
                raise psycopg2.OperationalError(f"no answer within {seconds:.1f} s")
            poll = select.poll()
            poll.register(asking.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
            poll.poll(None if rest == inf else rest * 1000)


@contextmanager
def paying_patient(asking: connection) -> Iterator[float]:
    """The seconds that this connection may wait now; what is waited is paid for."""
    if not isinstance(asking, PatientConnection):
        yield inf
        return
    share = PING_SHARE if asking.pinging else 1.0
    with paying():
        yield left(asking.wait_seconds * share)
