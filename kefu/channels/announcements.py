"""What the assistant said of its own accord: how it stands in a conversation, and how it is read.

Such a message is a `BotUttered` whose metadata has `shop_event`. Rasa's policies look at actions
and slots, not at words, so a form that was waiting goes on waiting and no prediction changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.events import BotUttered, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.orders.shop_events import News, ShopEvent

METADATA = "shop_event"
OFFER = "offer"

About = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Announcement:
    """One message.

    Attributes:
        number: counts those of a conversation from 1, in the order in which they were said.
        event_id: of the shop's event.
        about: the event's type, order and case, to tell a repetition from another event with its
            id. What else it said is not kept: it may be personal.
        message: as front ends get it.
    """

    number: int
    event_id: str
    about: About
    message: dict[str, Any]


def announce(
    tracker: DialogueStateTracker, event: ShopEvent, news: News, number: int, again: str
) -> list[Event]:
    """Rasa events that say the news into the conversation.

    A form that waits for an answer is repeated after the news, so that a yes is one to the form's
    question. Outside forms the news' offer takes the place of an earlier one.

    Args:
        tracker: the conversation, of this session at least.
        event: what happened.
        news: its words.
        number: of this announcement.
        again: what leads over to the form's question.
    """
    asks = bool(tracker.active_loop_name)
    text, buttons, offer = news.text, [], None
    if asks:
        question = _last_question(tracker.events)
        if question is not None:
            text = f"{text}\n{again}\n{question.text}"
            buttons = list(question.data.get("buttons") or [])
    elif news.offer is not None:
        offer, words = news.offer
        text, buttons = f"{text}{words.text}", [dict(button) for button in words.buttons]
    about = {
        "number": number,
        "id": event.id,
        "type": event.type,
        "matter": news.matter,
        "order_no": event.order_no,
        "case_no": event.case_no,
    }
    said = BotUttered(text, {"buttons": buttons} if buttons else None, {METADATA: about})
    if asks or OFFER not in tracker.slots or tracker.get_slot(OFFER) == offer:
        return [said]
    return [said, SlotSet(OFFER, offer)]


def _last_question(events: Iterable[Event]) -> BotUttered | None:
    """What the assistant said last, other than news."""
    said = [event for event in events if isinstance(event, BotUttered) and event.text]
    return next((event for event in reversed(said) if METADATA not in event.metadata), None)


def read(sender: str, said: Mapping[str, Any]) -> Announcement | None:
    """An announcement out of a Rasa event as JSON; None where the event is something else."""
    about = (said.get("metadata") or {}).get(METADATA)
    if said.get("event") != BotUttered.type_name or about is None:
        return None
    message = {
        "recipient_id": sender,
        "text": said["text"],
        "number": about["number"],
        "at": datetime.fromtimestamp(said["timestamp"], timezone.utc).isoformat(),
        "event": about["type"],
    }
    if said["data"].get("buttons"):
        message["buttons"] = said["data"]["buttons"]
    for name in ("order_no", "case_no"):
        if about[name] is not None:
            message[name] = about[name]
    kept = (about["type"], about["order_no"], about["case_no"])
    return Announcement(about["number"], about["id"], kept, message)
