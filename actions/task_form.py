"""The one form of all tasks: `kefu.tasks` leads the conversation, Rasa keeps the answers.

The form writes while it is still active. An action server that ends between the commit and the
reply leaves it waiting for the same yes with the same key, so a yes said again gets the receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.base import NOT_SIGNED_IN, OFFER_PERSON, PERSON_BUTTONS, SafeAction
from actions.conversation import entities, message_intent, message_key, message_text, verified_buyer
from actions.knowledge import answer_question
from kefu.errors import OrderNotFoundError, RefusedError
from kefu.settings import get_settings
from kefu.tasks import (
    CONFIRMED,
    TASKS,
    Reply,
    Said,
    Situation,
    Task,
    TaskConversation,
    Turn,
    task_meant,
)

STEPS = ("order", "case", "goods", "problem", "change", "wish", "reason", "evidence")
REQUESTED = "requested_slot"


class BeginTask(SafeAction):
    """Notes which task the buyer wants; the form asks."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_begin_task"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Answers a mere question; says so where a task is given up for another, or goes on."""
        said = _said(tracker)
        task = task_meant(said)
        before = TASKS.get(str(tracker.get_slot("task")))
        if task is not None and (task.is_question(said) or task.is_news(said)):
            return _answered(task, said, dispatcher, tracker)
        if before is not None and before is task:
            dispatcher.utter_message(response="utter_task_help")
            return []
        if before is not None:
            dispatcher.utter_message(text=f"好的，先不{before.label}了，没有提交。")
        return [*_forgotten(), *([SlotSet("task", task.name)] if task else [])]


class TaskForm(SafeAction):
    """Takes each message while the form is active, and asks what is missing."""

    # Any slot but `requested_slot` tells Rasa that the message was an answer.
    keeps_offer = True

    def name(self) -> str:
        """The name by which Rasa calls a form's validation."""
        return "validate_task_form"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Sets the slots of the answers and which one is asked for; none of them ends the form.

        Sets no slot but `requested_slot` where the message is none of the task's business: then
        Rasa lets a rule answer it and comes back.
        """
        task, asks = TASKS.get(str(tracker.get_slot("task"))), _asked(tracker)
        if task is None:
            return [SlotSet(REQUESTED, None)]
        buyer = verified_buyer(tracker)
        if buyer is None:
            dispatcher.utter_message(text=NOT_SIGNED_IN)
            return [SlotSet(REQUESTED, None), *_forgotten()]
        conversation = TaskConversation(task, _situation(buyer, tracker))
        if asks is None and not conversation.situation.answers:
            turn = conversation.begin(_said(tracker))
        elif asks is None or _rejected(tracker):
            turn = conversation.ask_again()
        else:
            turn = conversation.hear(asks, _said(tracker))
        if not turn.understood:
            return [SlotSet(REQUESTED, tracker.get_slot(REQUESTED))]
        if turn.agreed:
            turn = _carry_out(conversation, tracker)
        _say(dispatcher, turn)
        return _events(turn, tracker)

    def after_failure(self, tracker: Tracker) -> list[EventType]:
        """The form waits for the same answer again, with the same key."""
        return [SlotSet(REQUESTED, tracker.get_slot(REQUESTED)), SlotSet("offer", None)]


class FinishTask(SafeAction):
    """Forgets a task that has ended; what the form offered at its end stands."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_finish_task"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Says nothing: the form has."""
        return [*_forgotten(), SlotSet("offer", tracker.get_slot("offer"))]


class ResetTask(SafeAction):
    """Forgets a task that the buyer left."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_reset_task"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Says nothing; another action does."""
        return _forgotten()


def _answered(
    task: Task, said: Said, dispatcher: CollectingDispatcher, tracker: Tracker
) -> Sequence[EventType]:
    """Replies to a message that has a task's intent and does not begin it."""
    events: Sequence[EventType] = []
    if task.is_question(said):
        events = answer_question(dispatcher, tracker)
    else:
        dispatcher.utter_message(response=f"utter_{said.intent}")
    if task.hint(said):
        dispatcher.utter_message(text=task.hint(said))
    return events


def _carry_out(conversation: TaskConversation, tracker: Tracker) -> Turn:
    task, here = conversation.task, conversation.situation
    key = str(tracker.get_slot("task_key") or message_key(tracker))
    try:
        receipt = here.service.carry_out(here.buyer, conversation.command(), key)
    except OrderNotFoundError:
        return Turn({}, replies=(Reply("在您的账号下没有找到这笔订单，没有提交。"),))
    except RefusedError as refusal:
        return Turn({}, replies=(Reply(refusal.reason),), offers_person=True)
    return Turn({}, replies=(Reply(task.done(receipt)),))


def _situation(buyer: str, tracker: Tracker) -> Situation:
    held = {step: tracker.get_slot(f"task_{step}") for step in STEPS}
    service = services.orders()
    return Situation(
        buyer=buyer,
        service=service,
        answers={step: value for step, value in held.items() if isinstance(value, str)},
        now=services.now(),
        zone=get_settings().zone,
        rules=service.rules,
    )


def _said(tracker: Tracker) -> Said:
    """A payload, `/intent{...}`, has an intent and entities, and no words of the buyer's own."""
    intent, text = message_intent(tracker), message_text(tracker)
    words = "" if intent and text.startswith(f"/{intent}") else text
    return Said(words, intent, entities(tracker))


def _asked(tracker: Tracker) -> str | None:
    """The step that waits for an answer; None at the form's beginning."""
    requested = tracker.get_slot(REQUESTED)
    return str(requested).removeprefix("task_") if requested else None


def _rejected(tracker: Tracker) -> bool:
    """Whether the form has left the buyer's last words to a rule already."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action_execution_rejected":
            return True
    return False


def _say(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    for place, reply in enumerate(turn.replies, start=1):
        text = reply.text
        buttons = [{"title": one.title, "payload": one.payload} for one in reply.buttons]
        if turn.offers_person and place == len(turn.replies):
            buttons, text = PERSON_BUTTONS, _with_offer(text)
        dispatcher.utter_message(text=text, buttons=buttons)


def _with_offer(text: str) -> str:
    """With a question to which a yes, or a resigned 好吧, is an answer."""
    return text if "转人工" in text else f"{text}{OFFER_PERSON}"


def _events(turn: Turn, tracker: Tracker) -> list[EventType]:
    if turn.asks is None:
        offer = SlotSet("offer", "person" if turn.offers_person else None)
        return [SlotSet(REQUESTED, None), *_forgotten(), offer]
    slots = [SlotSet(f"task_{step}", turn.answers.get(step)) for step in STEPS]
    return [*slots, *_key(turn, tracker), SlotSet(REQUESTED, f"task_{turn.asks}")]


def _key(turn: Turn, tracker: Tracker) -> list[EventType]:
    """The idempotency key of what a yes will carry out: made anew when that has changed."""
    if turn.asks != CONFIRMED:
        return [SlotSet("task_key", None)]
    same = all(tracker.get_slot(f"task_{step}") == turn.answers.get(step) for step in STEPS)
    held: Any = tracker.get_slot("task_key")
    return [SlotSet("task_key", held if same and held else message_key(tracker))]


def _forgotten() -> list[EventType]:
    names = ("task", "task_key", *(f"task_{step}" for step in STEPS))
    return [SlotSet(name, None) for name in names]


__all__ = ["BeginTask", "FinishTask", "ResetTask", "TaskForm"]
