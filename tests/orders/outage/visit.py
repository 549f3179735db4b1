"""What a buyer asks while the database is out of order, and what must be true of the answer."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.aftersales import RefundProgress
from actions.base import MAYBE_DONE, NO_DATABASE, BuyerAction, SafeAction
from actions.conversation import message_key
from actions.orders import QueryOrder, ShipTime, TrackShipment
from kefu.orders.commands import RequestRefund
from tests.actions.scene import BUYER, Done, tracker

PATIENCE_SECONDS = 3.0
READERS = (QueryOrder, TrackShipment, ShipTime, RefundProgress)
_messages = (f"outage-{number}" for number in itertools.count(1))


class AskRefund(BuyerAction):
    """The write behind the form: one order, one reason, the message's key."""

    def __init__(self, order_no: str) -> None:
        self._order_no = order_no

    def name(self) -> str:
        return "action_ask_refund"

    def answer_buyer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, customer_id: str
    ) -> Sequence[EventType]:
        receipt = services.orders().carry_out(
            customer_id, RequestRefund(self._order_no, "不喜欢"), message_key(tracker)
        )
        dispatcher.utter_message(text=receipt.number)
        return []


@dataclass
class Told(Done):
    """An answer and the seconds that it took."""

    seconds: float = 0.0


def new_message() -> str:
    """An id; a message that comes again keeps its id, and what is left of its time."""
    return next(_messages)


def ask(*actions: SafeAction, message_id: str | None = None, sender: str = BUYER) -> list[Told]:
    """Each action answers a message of its own, all at once; or all the same, one by one."""

    async def one(action: SafeAction, message: str) -> Told:
        dispatcher, start = CollectingDispatcher(), time.monotonic()
        events: list[Any] = await action.run(
            dispatcher, tracker("我的订单", sender=sender, message_id=message), {}
        )
        return Told(dispatcher.messages, events, time.monotonic() - start)

    async def all_of_them() -> list[Told]:
        if message_id is not None:
            return [await one(action, message_id) for action in actions]
        return await asyncio.gather(*(one(action, new_message()) for action in actions))

    return asyncio.run(all_of_them())


def look() -> list[Told]:
    """All that buyers look up, at once."""
    return ask(*(reader() for reader in READERS))


def apologised(told: Told, text: str = NO_DATABASE) -> bool:
    """In time, with these words, and with a person offered."""
    assert told.text == text
    assert "抱歉" in text
    assert "转人工" in text
    assert told.slots == {"offer": "person"}
    assert told.seconds < PATIENCE_SECONDS, f"{told.seconds:.2f} s"
    return True


def answered(told: Told) -> bool:
    """As on any other day."""
    assert told.text
    assert told.text not in (NO_DATABASE, MAYBE_DONE)
    assert "抱歉" not in told.text
    assert told.slots == {"offer": None}
    return True
