"""Several servers as one: ready together, stopped together, and one's death ends all."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from kefu.errors import StartError
from kefu.run.process import Process

_STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Someone asked us to stop."""


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise `Stopped` in the main thread, once."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in _STOPPING_SIGNALS:  # stopping itself is not to be interrupted
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    before = {each: signal.signal(each, stop) for each in _STOPPING_SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class Supervisor:
    """Starts servers, waits until all answer, watches them, stops them.

    Args:
        servers: in the order of their start.
        ready_timeout_seconds: longest wait until all answer.
        poll_seconds: time between two looks.
    """

    def __init__(
        self,
        servers: Sequence[Process],
        *,
        ready_timeout_seconds: float = 180.0,
        poll_seconds: float = 0.25,
    ) -> None:
        self._servers = list(servers)
        self._ready_timeout = ready_timeout_seconds
        self._poll = poll_seconds

    def start(self, waiting: Callable[[list[str]], None] = lambda names: None) -> None:
        """Start all and return when all answer.

        Args:
            waiting: told at each look which servers do not answer yet.

        Raises:
            StartError: one ended, or did not answer in time.
        """
        for server in self._servers:
            server.start()
        deadline = time.monotonic() + self._ready_timeout
        silent = list(self._servers)
        while silent:
            self._check()
            silent = [server for server in silent if not server.healthy()]
            if silent and time.monotonic() > deadline:
                raise StartError(
                    f"{_names(silent)} did not answer within {self._ready_timeout:.0f} seconds. "
                    f"See {silent[0].log}.{_quote(silent[0])}"
                )
            if silent:
                waiting([server.name for server in silent])
                time.sleep(self._poll)
        self._check()

    def watch(self) -> NoReturn:
        """Look on until something ends it.

        Raises:
            StartError: a server ended.
        """
        while True:
            self._check()
            time.sleep(self._poll)

    def _check(self) -> None:
        for server in self._servers:
            if server.failure is not None:
                cause = server.failure.rsplit("  - ", 1)[-1].rstrip(".")
                raise StartError(f"{server.name} cannot serve: {cause}. See {server.log}.")
            if server.exit_code is not None:
                raise StartError(
                    f"{server.name} ended with exit code {server.exit_code}. "
                    f"See {server.log}.{_quote(server)}"
                )

    def stop(self) -> None:
        """Stop all, side by side; nothing that they started stays."""
        stops = [threading.Thread(target=server.stop) for server in reversed(self._servers)]
        for each in stops:
            each.start()
        for each in stops:
            each.join()


def _names(servers: Sequence[Process]) -> str:
    return " and ".join(server.name for server in servers)


def _quote(server: Process) -> str:
    """The end of its log; only the last line where the rest was on the screen already."""
    lines = server.last_lines()
    if server.echoed or len(lines) == 1:
        return f" Its last line: {lines[-1]}"
    return " Its last lines:\n  " + "\n  ".join(lines) if lines else ""
