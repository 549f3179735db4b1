"""Lets the benchmark's shop grow, and tells the planner."""

from __future__ import annotations

from random import Random

from sqlalchemy import text
from sqlalchemy.engine import Engine

from bench.orders.people import ORDERS_EACH, people
from bench.orders.rows import Shop
from kefu.orders.tables.sealed import keys_of

CHUNK = 10_000  # orders in one transaction: some 40 MB of text
SEED = 20_261_120


class Filler:
    """Fills an empty, migrated PostgreSQL up to ever more orders."""

    def __init__(self, engine: Engine) -> None:
        random = Random(SEED)
        self._engine = engine
        self._shop = Shop(people(keys_of(engine.dialect), random), random)
        self._orders = 0

    def grow(self, orders: int) -> None:
        """Fill up to so many orders, with a buyer for every fourth.

        New orders come from new buyers, so that a shop's size says nothing of how much one buys.
        """
        rows = self._shop.rows
        buyers = range(self._orders // ORDERS_EACH, orders // ORDERS_EACH)
        connection = self._engine.raw_connection()
        try:
            with connection.cursor() as cursor:
                rows.begin(cursor)
                if not self._orders:
                    self._shop.goods()
                self._shop.buyers(buyers)
                while self._orders < orders:
                    chunk = min(CHUNK, orders - self._orders)
                    self._shop.orders(chunk, buyers)
                    rows.copy(cursor)
                    connection.commit()
                    self._orders += chunk
                rows.end(cursor)
            connection.commit()
        finally:
            connection.close()
        self._settle()

    def _settle(self) -> None:
        """As autovacuum and the checkpointer would in a while, but not while we measure."""
        with self._engine.connect() as connection:
            run = connection.execution_options(isolation_level="AUTOCOMMIT")
            run.execute(text("VACUUM (ANALYZE)"))
            role = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
            if run.execute(text(role)).scalar_one():
                run.execute(text("CHECKPOINT"))
