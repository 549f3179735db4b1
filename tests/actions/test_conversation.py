"""What an action may read out of a tracker, and above all who the buyer is."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from actions.conversation import (
    buyer_of,
    entity,
    message_intent,
    message_key,
    message_text,
    turns,
    verified_buyer,
)
from actions.session import SessionStart
from kefu.handoff.tickets import Turn
from tests.actions.scene import run, tracker


class TestWhoTheBuyerIs:
    def test_in_development_the_sender_unless_the_channel_says_otherwise(self):
        assert verified_buyer(tracker(sender="buyer-0007")) == "buyer-0007"
        assert buyer_of({"customer_id": "buyer-0002"}, "buyer-0007") == "buyer-0002"

    @pytest.mark.usefixtures("production")
    @pytest.mark.parametrize("metadata", [None, {}, {"customer_id": ""}, {"customer_id": 7}])
    def test_in_production_only_the_channel_can_say(self, metadata: dict[str, object] | None):
        assert buyer_of(metadata, "buyer-0007") is None
        assert verified_buyer(tracker(sender="buyer-0007", metadata=metadata)) is None

    @pytest.mark.usefixtures("production")
    def test_the_slot_of_the_session_or_the_messages_metadata(self):
        metadata = {"customer_id": "buyer-0002"}
        assert verified_buyer(tracker(customer_id="buyer-0001")) == "buyer-0001"
        assert verified_buyer(tracker(metadata=metadata)) == "buyer-0002"

    def test_a_session_starts_with_the_verified_buyer_and_nothing_else(self, production: None):
        at = tracker(
            session_started_metadata={"customer_id": "buyer-0002"},
            customer_id="buyer-0001",
            task_order="2026110510028346",
        )
        done = run(SessionStart(), at)
        assert [event["event"] for event in done.events] == [
            "session_started",
            "slot",
            "action",
            "slot",
        ]
        assert done.slots == {"customer_id": "buyer-0002", "offer": None}
        assert done.events[2]["name"] == "action_listen"

    def test_a_strangers_session_has_no_buyer(self, production: None):
        assert run(SessionStart(), tracker()).slots["customer_id"] is None


class TestTheMessage:
    def test_its_words_and_its_entity(self):
        at = tracker("查 8346", order_id="8346")
        assert message_text(at) == "查 8346"
        assert entity(at, "order_id") == "8346"
        assert entity(at, "phone") is None

    @pytest.mark.parametrize(
        ("intent", "expected"),
        [
            ("ask_price", "ask_price"),
            ("nlu_fallback", None),
            ("out_of_scope", None),
            (None, None),
        ],
    )
    def test_an_intent_only_where_nlu_was_sure(self, intent: str | None, expected: str | None):
        assert message_intent(tracker(intent=intent)) == expected

    def test_its_key_is_the_same_when_it_is_processed_again_and_another_for_another(self):
        keys = [message_key(tracker(message_id=name)) for name in ("m1", "m1", "m2")]
        assert keys[0] == keys[1] != keys[2]
        assert message_key(tracker(sender="buyer-0002", message_id="m1")) != keys[0]

    def test_without_an_id_its_time_is_the_key(self):
        at = tracker(message_id="")
        assert message_key(at) == message_key(at) == "buyer-0001:1800000000.0"


def test_turns_are_told_in_order_with_who_said_them():
    events = [
        {"event": "user", "text": "在吗", "timestamp": 1.0},
        {"event": "slot", "name": "offer", "value": None},
        {"event": "bot", "text": "您好", "timestamp": 2.0},
        {"event": "bot", "text": None, "timestamp": 3.0},
        {"event": "action", "name": "action_listen"},
    ]
    at = datetime.fromtimestamp(1.0, timezone.utc)
    told = turns(tracker("退款", events=events))
    assert told[0] == Turn("buyer", "在吗", at)
    assert [(turn.speaker, turn.text) for turn in told] == [
        ("buyer", "在吗"),
        ("assistant", "您好"),
        ("buyer", "退款"),
    ]
