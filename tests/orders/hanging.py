"""A resolver that hangs, in place of the system's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

NAME = "database.kefu.invalid"  # RFC 6761: no real resolver knows it


@contextmanager
def hanging_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Knows NAME as this machine, and says so once the event is set."""
    real, answers = socket.getaddrinfo, Event()

    def look_up(host: Any, *rest: Any, **options: Any) -> list[Any]:
        if host != NAME:
            return real(host, *rest, **options)
        answers.wait(30)
        return real("127.0.0.1", *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield answers
    answers.set()
