"""Bringing in a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.base import SafeAction
from actions.conversation import message_key, message_text, turns, verified_buyer


class OpenTicket(SafeAction):
    """Opens a ticket with the conversation so far and tells its number."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_open_ticket"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Strangers may have a person too."""
        ticket = services.tickets().open(
            verified_buyer(tracker),
            tracker.sender_id,
            message_text(tracker),
            turns(tracker),
            message_key(tracker),
        )
        ahead = f"前面还有{ticket.queue_position}位" if ticket.queue_position else "您排在第一位"
        dispatcher.utter_message(
            text=f"已为您转接人工客服，工单号 {ticket.ticket_no}，{ahead}。"
            "人工客服在线时间 9:00–23:00，会带着咱们的聊天记录来联系您，不用重复说明。"
        )
        return []
