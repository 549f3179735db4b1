"""What PostgreSQL does for the statements that a piece of code sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from kefu.orders.database import reading


@dataclass(frozen=True)
class Plan:
    """One statement, its plan, and the pages that running it touched."""

    statement: str
    tree: dict[str, Any]

    def nodes(self) -> Iterator[dict[str, Any]]:
        waiting = [self.tree]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.get("Plans", [])

    @property
    def scanned_whole(self) -> set[str]:
        """Tables that were read from end to end."""
        return {node["Relation Name"] for node in self.nodes() if node["Node Type"] == "Seq Scan"}

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes() if "Index Name" in node}

    @property
    def pages(self) -> int:
        return int(self.tree["Shared Hit Blocks"]) + int(self.tree["Shared Read Blocks"])


def plans(engine: Engine, run: Callable[[], object]) -> list[Plan]:
    """The plan of each SELECT that `run` sends, in their order."""
    sent: list[tuple[str, Any]] = []

    def note(
        connection: object, cursor: object, statement: str, parameters: Any, *rest: object
    ) -> None:
        if statement.startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    found = []
    with reading(engine) as connection:
        for statement, parameters in sent:
            asked = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
            answer = connection.exec_driver_sql(asked, parameters).scalar_one()
            told = json.loads(answer) if isinstance(answer, str) else answer
            found.append(Plan(statement, told[0]["Plan"]))
    return found
