"""Kills a write: at one of its statements, just before its commit, or just after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import event
from sqlalchemy.engine import Engine

WORDS = ("SELECT", "INSERT", "UPDATE")


class KilledError(Exception):
    """The process is gone."""


@dataclass(frozen=True)
class Crash:
    """Where a write dies; `statement` counts from 1."""

    when: Literal["statement", "before_commit", "after_commit"]
    statement: int = 0


@contextmanager
def crashing(engine: Engine, crash: Crash | None) -> Iterator[None]:
    """Whatever runs on `engine` meanwhile dies where `crash` says, if it gets that far."""
    if crash is None:
        yield
        return
    seen = 0

    def count(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        nonlocal seen
        seen += statement.startswith(WORDS)
        if seen == crash.statement and statement.startswith(WORDS):
            raise KilledError

    commit = engine.dialect.do_commit

    def die(connection: Any) -> None:
        if crash.when == "after_commit":
            commit(connection)
        raise KilledError

    try:
        if crash.when == "statement":
            event.listen(engine, "before_cursor_execute", count)
        else:
            engine.dialect.do_commit = die
        yield
    finally:
        if crash.when == "statement":
            event.remove(engine, "before_cursor_execute", count)
        else:
            del engine.dialect.do_commit
