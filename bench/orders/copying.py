"""Rows into PostgreSQL by COPY, the fastest way in: https://www.postgresql.org/docs/current/populate.html."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from psycopg2 import extensions

from kefu.orders.tables import metadata


class Rows:
    """Takes rows by table, numbers them, and copies what came since the last time."""

    def __init__(self) -> None:
        self.last: dict[str, int] = defaultdict(int)
        """The last id of each table."""
        self._columns: dict[str, tuple[str, ...]] = {}
        self._text: dict[str, StringIO] = defaultdict(StringIO)

    def add(self, table: str, values: dict[str, Any]) -> None:
        """A row, with the same columns each time; None is NULL."""
        columns = self._columns.setdefault(table, tuple(values))
        if len(values) != len(columns):
            raise ValueError(f"A row of {table} has other columns than the first one.")
        fields = ["\\N" if value is None else str(value) for value in values.values()]
        self._text[table].write("\t".join(fields) + "\n")

    def number(self, table: str, values: dict[str, Any]) -> int:
        """The same for a table with an id, which is what comes back."""
        self.last[table] = id = self.last[table] + 1
        self.add(table, {"id": id, **values})
        return id

    def copy(self, cursor: extensions.cursor) -> None:
        """Everything that has come, in an order that foreign keys allow."""
        for table in metadata.sorted_tables:
            text = self._text.pop(table.name, None)
            if text is not None:
                columns = ", ".join(f'"{name}"' for name in self._columns[table.name])
                text.seek(0)
                with _blocking():
                    cursor.copy_expert(f"COPY {table.name} ({columns}) FROM STDIN", text)

    def begin(self, cursor: extensions.cursor) -> None:
        """Go on after the ids that are there, also after those that others took."""
        for table in list(self.last):
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            (self.last[table],) = cursor.fetchone()

    def end(self, cursor: extensions.cursor) -> None:
        """Let others go on after our ids."""
        for table, last in self.last.items():
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, last))


@contextmanager
def _blocking() -> Iterator[None]:
    """psycopg2 cannot COPY while it waits by a callback, as kefu.orders.patience makes it."""
    usual = extensions.get_wait_callback()
    extensions.set_wait_callback(None)
    try:
        yield
    finally:
        extensions.set_wait_callback(usual)
