"""The built-in views with something changed, as a shop might get its own wrong."""

from __future__ import annotations

import re

from sqlalchemy import text
from sqlalchemy.engine import Engine

from kefu.orders.database import writing
from kefu.orders.migrate import SCRIPTS


def replace_view(engine: Engine, name: str, before: str, after: str) -> None:
    """Make the view anew with one expression changed."""
    sql = (SCRIPTS / "views_0002.sql").read_text(encoding="utf-8")
    found = re.search(rf"CREATE VIEW {name} AS.*?;", sql, re.S)
    assert found
    assert before in found.group()
    with writing(engine) as connection:
        connection.execute(text(f"DROP VIEW {name}"))
        connection.execute(text(found.group().replace(before, after, 1)))
