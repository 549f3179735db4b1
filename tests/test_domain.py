"""domain.yml: whatever a message brings along, it fills no slot."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from rasa.core.actions.action import ActionExtractSlots
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message

from kefu.settings import HOME

pytestmark = pytest.mark.filterwarnings("ignore:Slot auto-fill:UserWarning")

CONTENT = "buyer-0002"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_file(str(HOME / "domain.yml"))


def slots_that_fill(domain: Domain, text: str, *, asked: str | None = None) -> dict[str, Any]:
    """The slots that Rasa itself fills from a message, in or outside the form.

    The payload is read without the domain, so that no entity is dropped for being unknown.
    """
    parsed = YAMLStoryReader.unpack_regex_message(Message({"text": text}))
    said = UserUttered(
        text, parsed.get("intent"), parsed.get("entities"), message_id="1", input_channel="rest"
    )
    before = [ActiveLoop("task_form"), SlotSet("requested_slot", asked)] if asked else []
    tracker = DialogueStateTracker.from_events("buyer-0001", [*before, said], domain.slots)
    action = ActionExtractSlots(action_endpoint=None)
    speech = CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({})
    events = asyncio.run(action.run(*speech, tracker, domain))
    return {event.key: event.value for event in events if isinstance(event, SlotSet)}


def payload(intent: str, names: list[str]) -> str:
    return f"/{intent}{json.dumps(dict.fromkeys(names, CONTENT))}"


def test_the_payload_would_fill_a_slot_that_is_mapped_from_an_entity(domain: Domain) -> None:
    mapped = {**domain.as_dict()["slots"]["task_order"]}
    mapped["mappings"] = [{"type": "from_entity", "entity": "order_id"}]
    open_door = Domain.from_dict({**domain.as_dict(), "slots": {"task_order": mapped}})
    assert slots_that_fill(open_door, payload("affirm", ["order_id"])) == {"task_order": CONTENT}


def test_every_slot_is_set_by_our_own_actions_alone(domain: Domain) -> None:
    ours = domain.as_dict()["slots"]
    assert {"customer_id", "task", "task_order", "task_key"} <= ours.keys()
    assert {name: slot["mappings"] for name, slot in ours.items()} == {
        name: [{"type": "custom"}] for name in ours
    }
    # Rasa's own slots: what the channel attached to a session, what a form asks for.
    others = {slot.name: slot.mappings for slot in domain.slots if slot.name not in ours}
    assert "session_started_metadata" in others
    assert all(mapping == {"type": "custom"} for found in others.values() for mapping in found)


def test_no_entity_has_the_name_of_a_slot(domain: Domain) -> None:
    assert not set(domain.entities) & {slot.name for slot in domain.slots}


def test_no_intent_with_whatever_entities_fills_a_slot(domain: Domain) -> None:
    names = [*(slot.name for slot in domain.slots), *domain.entities]
    assert len(domain.intents) > 60
    for intent in domain.intents:
        assert slots_that_fill(domain, payload(intent, names)) == {}, intent


def test_no_payload_answers_what_the_form_asks(domain: Domain) -> None:
    names = [slot.name for slot in domain.slots]
    for asked in (name for name in names if name.startswith("task_")):
        filled = slots_that_fill(domain, payload("affirm", names), asked=asked)
        assert filled == {}, asked
