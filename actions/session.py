"""The beginning of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafeAction
from actions.conversation import buyer_of


class SessionStart(SafeAction):
    """Puts the buyer that the channel has verified into a slot that no text can fill."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_session_start"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Starts clean: nothing of an earlier session is carried over."""
        customer_id = buyer_of(tracker.get_slot("session_started_metadata"), tracker.sender_id)
        return [
            SessionStarted(),
            SlotSet("customer_id", customer_id),
            ActionExecuted("action_listen"),
        ]
