"""What happened at the shop or the courier before a conversation.

Prices and stock are as before after it, since other conversations go on with them.

price_falls: 1000      the line's variant costs so many cents less now
sold_out: true         nothing is left of `into`
silent_days: 9         the courier's last news is so many days older
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from kefu.orders import tables
from kefu.orders.database import writing
from tests.e2e.conversations.held import Held


@contextmanager
def happened(engine: Engine, what: Mapping[str, Any], order: Held) -> Iterator[None]:
    """The conversation takes place inside."""
    variants = tables.product_variants
    if "silent_days" in what:
        _older_news(engine, order, timedelta(days=what["silent_days"]))
    if "came_hours" in what:
        _came(engine, order, datetime.now(timezone.utc) - timedelta(hours=what["came_hours"]))
    changes: dict[str, dict[str, int]] = {}
    if "price_falls" in what:
        own = order.line.variant
        changes[own.sku] = {"price_cents": own.price_cents - what["price_falls"]}
    if what.get("sold_out") and order.into:
        changes[order.into.sku] = {"stock": 0}
    kept = {}
    with writing(engine) as connection:
        for sku, values in changes.items():
            row = connection.execute(select(variants).where(variants.c.sku == sku)).one()
            kept[sku] = {column: row[column] for column in values}
            connection.execute(update(variants).where(variants.c.sku == sku).values(**values))
    try:
        yield
    finally:
        with writing(engine) as connection:
            for sku, values in kept.items():
                connection.execute(update(variants).where(variants.c.sku == sku).values(**values))


def _older_news(engine: Engine, order: Held, by: timedelta) -> None:
    parcels, events = tables.parcels, tables.parcel_events
    with writing(engine) as connection:
        of_order = select(parcels.c.id).where(parcels.c.order_id == order.id)
        for row in connection.execute(select(events).where(events.c.parcel_id.in_(of_order))).all():
            connection.execute(update(events).where(events.c.id == row.id).values(at=row.at - by))
        placed = connection.execute(
            select(tables.orders).where(tables.orders.c.id == order.id)
        ).one()
        connection.execute(
            update(tables.orders)
            .where(tables.orders.c.id == order.id)
            .values(shipped_at=placed.shipped_at - by)
        )


def _came(engine: Engine, order: Held, at: datetime) -> None:
    own = tables.orders.c.id == order.id
    with writing(engine) as connection:
        connection.execute(
            update(tables.orders)
            .where(own)
            .values(delivered_at=at, receipt_deadline=at + timedelta(days=10))
        )
