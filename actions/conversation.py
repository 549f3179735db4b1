"""What an action may read out of a tracker."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Tracker

from kefu.handoff.tickets import Turn
from kefu.settings import get_settings

_KEY = re.compile(r"[!-~]{1,128}")


def buyer_of(metadata: Mapping[str, Any] | None, sender_id: str) -> str | None:
    """The buyer that the channel has verified; in development, the sender.

    `metadata` is what the channel attached to a message, never what a buyer wrote.
    """
    verified = (metadata or {}).get("customer_id")
    if isinstance(verified, str) and verified:
        return verified
    return sender_id if get_settings().development else None


def verified_buyer(tracker: Tracker) -> str | None:
    """The buyer of this conversation, or None for a stranger."""
    held = tracker.get_slot("customer_id")
    if isinstance(held, str) and held:
        return held
    return buyer_of(tracker.latest_message.get("metadata"), tracker.sender_id)


def message_text(tracker: Tracker) -> str:
    """The buyer's last words."""
    return str(tracker.latest_message.get("text") or "")


def message_intent(tracker: Tracker) -> str | None:
    """The intent of the buyer's last words; None where NLU was not sure."""
    name = (tracker.latest_message.get("intent") or {}).get("name")
    return None if name in (None, "nlu_fallback", "out_of_scope") else str(name)


def message_key(tracker: Tracker) -> str:
    """An idempotency key: the same for a message that is processed again."""
    message_id = tracker.latest_message.get("message_id")
    if not message_id:
        users = [event for event in tracker.events if event.get("event") == "user"]
        message_id = users[-1].get("timestamp") if users else len(tracker.events)
    key = f"{tracker.sender_id}:{message_id}"
    # Whoever takes keys takes only these; a name may hold anything.
    return key if _KEY.fullmatch(key) else hashlib.sha256(key.encode("utf-8")).hexdigest()


def entity(tracker: Tracker, name: str) -> str | None:
    """The first entity of that name in the buyer's last words."""
    found = next(tracker.get_latest_entity_values(name), None)
    return None if found is None else str(found)


def entities(tracker: Tracker) -> dict[str, tuple[str, ...]]:
    """All entities of the buyer's last words, by type, from left to right."""
    found: dict[str, tuple[str, ...]] = {}
    for one in tracker.latest_message.get("entities") or ():
        name = str(one.get("entity"))
        found[name] = (*found.get(name, ()), str(one.get("value")))
    return found


def turns(tracker: Tracker) -> list[Turn]:
    """The conversation so far, oldest first; button presses are shown as the buyer saw them."""
    told: list[Turn] = []
    for event in tracker.events:
        if event.get("event") not in ("user", "bot") or not event.get("text"):
            continue
        at = datetime.fromtimestamp(float(event.get("timestamp") or 0), timezone.utc)
        told.append(
            Turn("buyer" if event["event"] == "user" else "assistant", str(event["text"]), at)
        )
    return told
