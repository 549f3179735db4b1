"""What PostgreSQL does for each statement that the code sends: EXPLAIN, at the moment of sending.

Before a statement goes its way, the same one with the same values is explained and undone, on the
same connection in the same transaction. So writes are explained too, and in the state they meet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine

from kefu.orders.tables import metadata

_EXPLAINED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")
_LIST = re.compile(r"\bIN \(%\([^()]+\)s(?:, %\([^()]+\)s)*\)")
_SOLD = {"products", "product_variants"}
GROWING = frozenset(table.name for table in metadata.sorted_tables) - _SOLD
"""Tables that grow with the orders; what is sold does not."""

SMALL_PAGES = 32
"""PostgreSQL rightly reads a table as small as this from end to end."""

_SCANS = ("Seq Scan", "Index Scan", "Index Only Scan")


@dataclass(frozen=True)
class Plan:
    """One statement with its plan."""

    statement: str
    tree: dict[str, Any]

    @property
    def kind(self) -> str:
        """The statement, the same however many values its lists have."""
        return _LIST.sub("IN (…)", self.statement)

    @property
    def title(self) -> str:
        """`SELECT orders, payments`, with FOR UPDATE where it locks."""
        tables = ", ".join(dict.fromkeys(_TABLE.findall(self.statement)))
        locks = " FOR UPDATE" if self.statement.rstrip().endswith("FOR UPDATE") else ""
        return f"{self.statement.split(None, 1)[0]} {tables}{locks}"

    @property
    def buffers(self) -> int:
        """Shared pages of 8 kB that it touched, found in memory or not."""
        return int(self.tree["Shared Hit Blocks"]) + int(self.tree["Shared Read Blocks"])

    @property
    def indexes(self) -> list[str]:
        """Their names, each once."""
        return sorted({node["Index Name"] for node in self._nodes() if "Index Name" in node})

    @property
    def read_whole(self) -> set[str]:
        """Tables read from end to end: row after row, or by an index without a condition on it."""
        return {
            str(node["Relation Name"])
            for node in self._nodes()
            if node["Node Type"] in _SCANS and "Index Cond" not in node
        }

    def _nodes(self) -> Iterator[dict[str, Any]]:
        waiting = [self.tree]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.get("Plans", [])


@contextmanager
def explained(engine: Engine) -> Iterator[list[Plan]]:
    """The plans, in their order, of all that is sent within the block."""
    found: list[Plan] = []

    def explain(
        connection: Connection,
        cursor: object,
        statement: str,
        parameters: Any,
        context: object,
        executemany: bool,
    ) -> None:
        if not _EXPLAINED.match(statement):
            return
        for values in parameters if executemany else [parameters]:
            with connection.connection.cursor() as own:
                own.execute("SAVEPOINT explained")
                own.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
                found.append(Plan(statement, own.fetchone()[0][0]["Plan"]))
                own.execute("ROLLBACK TO SAVEPOINT explained")

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def plans(engine: Engine, run: Callable[[], object]) -> list[Plan]:
    """The plan of each statement that `run` sends."""
    with explained(engine) as found:
        run()
    return found


def large_tables(engine: Engine) -> set[str]:
    """Those that grow and are no longer small."""
    statement = (
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > :small "
        "AND relnamespace = current_schema()::regnamespace"
    )
    with engine.connect() as connection:
        rows = connection.execute(text(statement), {"small": SMALL_PAGES}).scalars()
        return set(rows) & GROWING
