"""Questions from one client or many at once, each a process with a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from bench.orders.questions import QUESTIONS, Desk, Key
from bench.orders.server import connect
from kefu.errors import DatabaseError

WARM_UP = 5  # calls of each client that are not counted
_PATIENCE_SECONDS = 120.0
# Not fork: a child would inherit the parent's connections and threads.
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])  # imported once, not by each

_desk: Desk
_gate: Any


@dataclass(frozen=True)
class Timing:
    """What the clients saw.

    Attributes:
        milliseconds: of each call, (calls,).
        seconds: from the first call's start to the last one's end.
        client_cpu: milliseconds that a processor worked for a call in the client, on average.
        server_cpu: the same in PostgreSQL; None where it is on another machine or tells nothing.
    """

    milliseconds: NDArray[np.float64]
    seconds: float
    client_cpu: float
    server_cpu: float | None

    @property
    def per_second(self) -> float:
        """Calls answered in a second, by all clients together."""
        return len(self.milliseconds) / self.seconds


class Clients:
    """So many clients that begin together."""

    def __init__(self, pool: Pool, count: int) -> None:
        self._pool = pool
        self.count = count

    def needs(self, calls: int) -> int:
        """How many keys `time` wants for that many counted calls: each client does as many."""
        return self.count * (WARM_UP + -(-calls // self.count))

    def time(self, name: str, keys: Sequence[Key]) -> Timing:
        """Ask a question about each of the keys, shared out evenly.

        Raises:
            DatabaseError: an answer was wrong, or a client did not come.
        """
        shares = [(name, keys[place :: self.count]) for place in range(self.count)]
        # One each: a client that has its share waits at the gate until all have theirs.
        done = self._pool.map(_ask, shares, chunksize=1)
        took = [seconds for share in done for seconds in share.seconds]
        servers = [share.server_cpu for share in done if share.server_cpu is not None]
        return Timing(
            milliseconds=np.array(took) * 1000.0,
            seconds=max(share.end for share in done) - min(share.start for share in done),
            client_cpu=sum(share.client_cpu for share in done) / len(took) * 1000.0,
            server_cpu=sum(servers) / len(took) * 1000.0 if len(servers) == len(done) else None,
        )


@contextmanager
def clients(url: str, count: int) -> Iterator[Clients]:
    """Start the processes; they end with the block."""
    gate = _PROCESSES.Barrier(count)
    with _PROCESSES.Pool(count, _open, (url, gate)) as pool:
        yield Clients(pool, count)
        pool.close()
        pool.join()


def _open(url: str, gate: Any) -> None:
    global _desk, _gate
    _desk, _gate = Desk(connect(url)), gate


class _Share(NamedTuple):
    """One client's calls: start and end by the machine's clock, all in seconds."""

    start: float
    end: float
    seconds: list[float]
    client_cpu: float
    server_cpu: float | None


def _ask(share: tuple[str, Sequence[Key]]) -> _Share:
    name, keys = share
    ask = QUESTIONS[name].ask

    def timed(key: Key) -> float:
        called = time.perf_counter()
        right = ask(_desk, key)
        took = time.perf_counter() - called
        if not right:
            raise DatabaseError(f"“{name}” found nothing for {key}: see bench/orders/questions.py.")
        return took

    for key in keys[:WARM_UP]:
        timed(key)
    _wait()
    start, worked, server = time.monotonic(), time.process_time(), _server_cpu()
    seconds = [timed(key) for key in keys[WARM_UP:]]
    end, worked_until, server_until = time.monotonic(), time.process_time(), _server_cpu()
    return _Share(
        start,
        end,
        seconds,
        client_cpu=worked_until - worked,
        server_cpu=None if server is None or server_until is None else server_until - server,
    )


def _server_cpu() -> float | None:
    """Seconds that a processor worked for this client in PostgreSQL, by Linux's own count."""
    if "host" in _desk.engine.url.query:  # a Unix socket: the process is on this machine
        with _desk.engine.connect() as connection:
            process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with suppress(OSError):
            nanoseconds = Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[0]
            return int(nanoseconds) / 1e9
    return None


def _wait() -> None:
    try:
        _gate.wait(_PATIENCE_SECONDS)
    except BrokenBarrierError as error:
        raise DatabaseError("A client of the benchmark did not come: see what it said.") from error
