"""What every action has in common: a buyer, a time budget, and an answer whatever breaks."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.budget import message_budget
from actions.conversation import verified_buyer
from kefu.errors import CommandsUnavailableError, DatabaseError
from kefu.orders.patience import spending

logger = logging.getLogger(__name__)

# The language model may take KEFU_LLM_TIMEOUT_SECONDS of it.
BUDGET_SECONDS = 15.0

# asyncio's own pool has a few more threads than processors: while the database hangs, buyers would
# wait for a thread, and no budget would count it. These wait for connections instead.
WORKERS = 64
_workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="action")

PERSON_BUTTONS = [
    {"title": "转人工", "payload": "/request_human"},
    {"title": "不用了", "payload": "/deny"},
]
NO_DATABASE = "抱歉，订单系统暂时连不上，您的信息不会丢失。请过几分钟再试，或者回复“转人工”。"
MAYBE_DONE = (
    "抱歉，系统刚才没有回音，这次申请可能已经提交上了。"
    "请过几分钟再来问我进度，不用重复提交；着急的话，回复“转人工”。"
)
NOT_SIGNED_IN = "为了保护您的订单信息，请先登录店铺账号，再回来问我订单相关的问题。"
OFFER_PERSON = "需要我为您转接人工客服吗？"


def offer_person(
    dispatcher: CollectingDispatcher, tracker: Tracker, text: str
) -> Sequence[EventType]:
    """Says `text` and offers a person.

    Inside a task there are no buttons and nothing to say yes to: there, yes and no belong to what
    the form asks. A rule may have put the form aside for this message; the slot still names the
    task.
    """
    if tracker.active_loop or tracker.get_slot("task"):
        dispatcher.utter_message(text=f"{text}需要人工客服的话，回复“转人工”就行。")
        return []
    dispatcher.utter_message(text=f"{text}{OFFER_PERSON}", buttons=PERSON_BUTTONS)
    return [SlotSet("offer", "person")]


class SafeAction(Action, ABC):
    """Runs `answer` in a thread; a failure becomes an apology, never silence or a 5xx.

    Where the database fails, the apology comes within KEFU_DATABASE_TIMEOUT_SECONDS; it says so
    where a change may have been made all the same.

    An offer made a turn ago is withdrawn unless `answer` sets the slot `offer` itself, or
    `keeps_offer` is true.
    """

    keeps_offer = False

    @abstractmethod
    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Says something and returns events. May block; may raise."""

    def after_failure(self, tracker: Tracker) -> list[EventType]:
        """What else has to happen once an action has failed and apologised."""
        return []

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Called by the action server."""
        said = CollectingDispatcher()
        try:
            with spending(message_budget(tracker)):
                inside = contextvars.copy_context()
            work = asyncio.get_running_loop().run_in_executor(
                _workers, inside.run, self.answer, said, tracker, domain
            )
            events = list(await asyncio.wait_for(work, BUDGET_SECONDS))
        except (DatabaseError, CommandsUnavailableError) as error:
            logger.error("%s: %s", self.name(), error)
            dispatcher.utter_message(text=MAYBE_DONE if error.maybe_done else NO_DATABASE)
            return [SlotSet("offer", "person"), *self.after_failure(tracker)]
        except Exception:
            number = uuid.uuid4().hex[:8]
            logger.exception("%s failed, error %s", self.name(), number)
            apology = f"抱歉，刚才没有处理好（错误编号 {number}）。"
            offered = offer_person(dispatcher, tracker, apology)
            return [*offered, *self.after_failure(tracker)]
        dispatcher.messages.extend(said.messages)
        if not (self.keeps_offer or any(event.get("name") == "offer" for event in events)):
            events.append(SlotSet("offer", None))
        return events


class BuyerAction(SafeAction, ABC):
    """An action that needs to know who is speaking."""

    @abstractmethod
    def answer_buyer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, customer_id: str
    ) -> Sequence[EventType]:
        """Like `answer`, with the verified buyer."""

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Asks strangers to sign in."""
        customer_id = verified_buyer(tracker)
        if customer_id is None:
            dispatcher.utter_message(text=NOT_SIGNED_IN)
            return []
        return self.answer_buyer(dispatcher, tracker, customer_id)
