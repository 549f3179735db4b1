"""Actions that answer from the shop's articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.base import SafeAction, offer_person
from actions.conversation import message_intent, message_text, turns


def answer_question(dispatcher: CollectingDispatcher, tracker: Tracker) -> Sequence[EventType]:
    """Says what the shop knows, narrowed to the intent's articles where NLU was sure of it."""
    reply = services.answerer().reply(
        message_text(tracker), intent=message_intent(tracker), history=turns(tracker)[:-1]
    )
    if reply.step == "unknown":
        return offer_person(dispatcher, tracker, reply.text)
    dispatcher.utter_message(text=reply.text)
    return []


class AnswerQuestion(SafeAction):
    """Articles, then the language model, then an honest no with the offer of a person."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_answer_question"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """The same for every question."""
        return answer_question(dispatcher, tracker)


class GuideToPerson(SafeAction):
    """For what only a person can do yet: how it goes, and the offer of one."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_guide_to_person"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Tells the shop's rule where an article has it."""
        reply = services.answerer().reply(message_text(tracker), intent=message_intent(tracker))
        if reply.step == "article":
            dispatcher.utter_message(text=reply.text)
        return offer_person(dispatcher, tracker, "这件事需要人工客服帮您操作。")
