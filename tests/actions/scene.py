"""A tracker as Rasa sends it, an action run as the action server runs it, a look into the shop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from kefu.orders.database import reading
from kefu.orders.service import OrderService
from kefu.orders.status import OrderStatus
from kefu.orders.tables import cases, customers, orders, tickets
from kefu.orders.views import OrderView

BUYER, STRANGER = "buyer-0001", "visitor-77"


class Shop:
    """What the tables hold."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.service = OrderService(engine, clock=lambda: datetime.now(timezone.utc))

    def order(self, status: OrderStatus, buyer: str = BUYER) -> OrderView:
        """The buyer's newest order in that state."""
        return next(o for o in self.service.recent_orders(buyer, 50) if o.status is status)

    def buyer_with(self, *wanted: OrderStatus, only: bool = False) -> str:
        """A buyer with an order in one of the states; with `only`, several and in no others."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(orders.c.customer_id, orders.c.status)).all()
        held: dict[str, list[str]] = {}
        for buyer, status in rows:
            held.setdefault(buyer, []).append(status)
        codes = {status.value for status in wanted}
        return next(
            buyer
            for buyer, found in sorted(held.items())
            if (len(found) > 1 and set(found) <= codes if only else set(found) & codes)
        )

    def buyer_without_orders(self) -> str:
        with self.engine.begin() as connection:
            connection.execute(
                customers.insert().values(
                    id="buyer-new",
                    name="新客",
                    phone="13800000099",
                    created_at=datetime.now(timezone.utc),
                )
            )
        return "buyer-new"

    def count(self, table: str) -> int:
        chosen = {"cases": cases, "tickets": tickets}[table]
        with reading(self.engine) as connection:
            return int(connection.execute(select(func.count()).select_from(chosen)).scalar_one())


@dataclass
class Done:
    """What an action said and which events it returned."""

    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]
    slots: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.slots = {e["name"]: e["value"] for e in self.events if e["event"] == "slot"}

    @property
    def text(self) -> str:
        return "\n".join(message.get("text") or "" for message in self.messages)

    @property
    def payloads(self) -> list[str]:
        return [b["payload"] for message in self.messages for b in message.get("buttons") or ()]


def tracker(
    text: str = "你好",
    *,
    sender: str = BUYER,
    intent: str | None = None,
    order_id: str | None = None,
    metadata: dict[str, Any] | None = None,
    message_id: str = "message-1",
    events: list[dict[str, Any]] | None = None,
    **slots: Any,
) -> Tracker:
    entities = [{"entity": "order_id", "value": order_id}] if order_id else []
    latest = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "entities": entities,
        "message_id": message_id,
        "metadata": metadata or {},
    }
    said = {"event": "user", "text": text, "timestamp": 1_800_000_000.0}
    return Tracker(sender, slots, latest, [*(events or []), said], False, None, {}, "action_listen")


def run(action: Action, at: Tracker) -> Done:
    dispatcher = CollectingDispatcher()
    events = asyncio.run(action.run(dispatcher, at, {}))
    return Done(dispatcher.messages, events)
