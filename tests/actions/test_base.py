"""Whatever breaks inside an action, the buyer gets a sentence and the offer of a person."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

import actions.base
from actions.aftersales import RefundProgress
from actions.base import NO_DATABASE, NOT_SIGNED_IN, SafeAction
from actions.handoff import OpenTicket
from actions.orders import QueryOrder, ShipTime, TrackShipment
from actions.task_form import BeginTask, FinishTask, ResetTask, TaskForm
from kefu.settings import Settings
from tests.actions.scene import STRANGER, run, tracker

READERS = [QueryOrder, TrackShipment, ShipTime, RefundProgress]


class Told(SafeAction):
    """Does as the test says."""

    def __init__(self, behaviour: Any) -> None:
        self._behaviour = behaviour

    def name(self) -> str:
        return "action_told"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        return self._behaviour(dispatcher)


def test_an_exception_becomes_an_apology_with_a_number_that_the_log_has(
    caplog: pytest.LogCaptureFixture,
):
    def breaks(dispatcher: CollectingDispatcher) -> list[EventType]:
        dispatcher.utter_message(text="half an answer")
        raise RuntimeError("secret detail")

    done = run(Told(breaks), tracker())
    number = re.search(r"错误编号 ([0-9a-f]{8})", done.text)
    assert number
    assert number[1] in caplog.text
    assert "secret" not in done.text
    assert "half" not in done.text
    assert done.slots == {"offer": "person"}
    assert done.payloads == ["/request_human", "/deny"]


def test_what_takes_longer_than_the_budget_is_answered_without_it(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(actions.base, "BUDGET_SECONDS", 0.05)

    def slow(dispatcher: CollectingDispatcher) -> list[EventType]:
        time.sleep(0.6)
        dispatcher.utter_message(text="too late")
        return []

    done = run(Told(slow), tracker())
    assert "抱歉" in done.text
    assert "too late" not in done.text
    assert done.slots == {"offer": "person"}


def test_the_budget_leaves_room_for_the_language_model_and_ends_before_the_channel_gives_up():
    model = Settings.__fields__["llm_timeout_seconds"].default
    channel = Settings.__fields__["message_timeout_seconds"].default
    assert model < actions.base.BUDGET_SECONDS < channel


def test_an_offer_is_withdrawn_by_the_next_action():
    done = run(Told(lambda dispatcher: []), tracker(offer="person"))
    assert done.slots == {"offer": None}


def test_unless_the_action_makes_one_itself():
    done = run(Told(lambda dispatcher: [SlotSet("offer", "person")]), tracker())
    assert done.events == [SlotSet("offer", "person")]


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize("action", [*READERS, OpenTicket])
def test_without_a_database_there_is_an_apology_and_an_offer(action: type[SafeAction]):
    done = run(action(), tracker())
    assert done.text == NO_DATABASE
    assert done.slots == {"offer": "person"}


@pytest.mark.usefixtures("no_database")
def test_without_a_database_nothing_is_promised_and_the_form_waits():
    slots = {
        "task": "cancel_order",
        "task_order": "2026110510028346",
        "task_reason": "不喜欢",
        "requested_slot": "task_confirmed",
    }
    done = run(TaskForm(), tracker("好的", intent="affirm", **slots))
    assert done.text == NO_DATABASE
    assert done.slots == {"requested_slot": "task_confirmed", "offer": None}


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("action", READERS)
def test_a_stranger_is_asked_to_sign_in(action: type[SafeAction]):
    done = run(action(), tracker(sender=STRANGER))
    assert done.text == NOT_SIGNED_IN
    assert done.slots["offer"] is None


@pytest.mark.usefixtures("production")
def test_a_strangers_task_ends_with_the_wish_to_sign_in():
    done = run(TaskForm(), tracker("我要退款，拍错了", sender=STRANGER, task="refund"))
    assert done.text == NOT_SIGNED_IN
    assert done.slots["requested_slot"] is None
    assert done.slots["task"] is None


@pytest.mark.parametrize("action", [BeginTask, FinishTask, ResetTask])
def test_what_needs_no_database_works_without(action: type[SafeAction], no_database: None):
    assert run(action(), tracker()).slots["offer"] is None
