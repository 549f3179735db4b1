"""The component as Rasa runs it: with a conversation made of events, and without one."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.validation import validate
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.data import TrainingType
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from kefu.errors import ModelError
from kefu.nlu.context import ContextRules, read_context
from kefu.nlu.context_table import Context
from kefu.nlu.patterns import find_patterns

TALK = frozenset({"thank", "affirm", "deny"})
FORM = "task_form"


def said(intent: str, *actions: str, bot: str | None = None) -> list[Event]:
    """A turn: the buyer's message and what came of it."""
    words: list[Event] = [] if bot is None else [BotUttered(bot)]
    done = [ActionExecuted(name) for name in actions]
    return [UserUttered("。", {"name": intent}), *done, *words, ActionExecuted("action_listen")]


def asks(slot: str | None) -> list[Event]:
    return [ActiveLoop(FORM if slot else None), SlotSet("requested_slot", slot)]


def conversation(*parts: Event | list[Event]) -> DialogueStateTracker:
    start = [ActionExecuted("action_session_start"), SessionStarted()]
    events = [*start, *itertools.chain(*(p if isinstance(p, list) else [p] for p in parts))]
    slots = [AnySlot(name, [{}]) for name in ("requested_slot", "offer")]
    return DialogueStateTracker.from_events("buyer", events, slots)


def message(text: str, *ranking: tuple[str, float]) -> Message:
    entries = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    data: dict[str, Any] = {TEXT: text, INTENT_RANKING_KEY: entries, ENTITIES: find_patterns(text)}
    return Message({**data, INTENT: entries[0]} if entries else data)


@pytest.fixture
def part(storage: LocalModelStorage, context: ExecutionContext) -> ContextRules:
    config = ContextRules.get_default_config()
    return ContextRules.create(config, storage, Resource("part"), context)


SHIP = said("ask_ship_time", "action_ship_time")
REFUND = [*said("request_refund", "action_begin_task", FORM), *asks("task_order")]
UNSURE = (("nlu_fallback", 0.35), ("ask_stock", 0.2), ("ask_ship_time", 0.15), ("wait", 0.1))


class TestTheComponent:
    def test_a_short_message_takes_its_intent_from_the_turn_before(self, part: ContextRules):
        (made,) = part.process([message("多久呀", *UNSURE)], conversation(SHIP))
        assert made.get(INTENT) == {"name": "ask_ship_time", "confidence": 0.35}

    def test_the_new_intent_leads_a_ranking_that_else_stays(self, part: ContextRules):
        (made,) = part.process([message("多久", *UNSURE)], conversation(SHIP))
        ranking = made.get(INTENT_RANKING_KEY)
        assert ranking[0] == made.get(INTENT)
        names = ["ask_ship_time", "nlu_fallback", "ask_stock", "wait"]
        assert [entry["name"] for entry in ranking] == names
        confidences = [entry["confidence"] for entry in ranking]
        assert confidences == sorted(confidences, reverse=True)

    def test_what_the_classifier_said_is_kept_and_stored(self, part: ContextRules):
        (made,) = part.process([message("多久", *UNSURE)], conversation(SHIP))
        before = {"name": "nlu_fallback", "confidence": 0.35, "rule": "ship_when"}
        output = made.as_dict(only_output_properties=True)
        assert output["intent_before_context"] == before
        stored = UserUttered("多久", output[INTENT], [], output).as_dict()
        assert stored["parse_data"]["intent_before_context"] == before

    def test_an_intent_that_the_rule_confirms_is_left_as_it_was(self, part: ContextRules):
        given = message("多久", ("ask_ship_time", 0.9), ("wait", 0.1))
        before = dict(given.data)
        part.process([given], conversation(SHIP))
        assert given.data == before

    def test_a_full_question_is_left_as_it_was(self, part: ContextRules):
        given = message("多久能到广州", ("ask_arrival_time", 0.8), ("ask_ship_time", 0.1))
        before = dict(given.data)
        part.process([given], conversation(SHIP))
        assert given.data == before

    @pytest.mark.parametrize("tracker", [None, DialogueStateTracker("x", []), conversation()])
    @pytest.mark.parametrize(
        "text", ["多久", "可以吗", "好的", "那个呢", "2026110510028346", "/affirm"]
    )
    def test_without_a_conversation_nothing_changes(self, part: ContextRules, tracker, text: str):
        given = message(text, *UNSURE)
        before = dict(given.data)
        assert part.process([given], tracker) == [given]
        assert given.data == before

    def test_messages_without_text_or_intent_are_no_error(self, part: ContextRules):
        empty, bare = Message({}), message("多久")
        part.process([empty, bare], conversation(SHIP))
        assert empty.get(INTENT) is None
        assert bare.get(INTENT) == {"name": "ask_ship_time", "confidence": 0.0}

    def test_a_button_is_no_words(self, part: ContextRules):
        given = message("/1", *UNSURE)
        part.process([given], conversation(said("report_defect"), SlotSet("offer", "person")))
        assert given.get(INTENT)["name"] == "nlu_fallback"

    @pytest.mark.parametrize(
        ("before", "text", "intent"),
        [
            ([SHIP, said("thank", "utter_thank")], "那还要几天", "ask_ship_time"),
            ([said("query_order", "action_query_order")], "2026110510028346", "query_order"),
            ([said("ask_stock", "action_answer_question")], "那个呢", "ask_stock"),
            ([said("bargain", "action_answer_question")], "可以吗", "bargain"),
            ([said("report_defect"), SlotSet("offer", "person")], "可以", "affirm"),
            ([said("report_defect"), SlotSet("offer", "person")], "没有", "deny"),
            ([REFUND], "第二个", "request_refund"),
            ([REFUND], "多久到账", "ask_refund_progress"),
            ([REFUND, said("query_order", FORM), asks("task_confirmed")], "是的", "affirm"),
            (
                [REFUND, said("affirm", FORM, "action_finish_task"), asks(None)],
                "多久",
                "ask_refund_progress",
            ),
        ],
    )
    def test_conversations(self, part: ContextRules, before, text: str, intent: str):
        (made,) = part.process([message(text, *UNSURE)], conversation(*before))
        assert made.get(INTENT)["name"] == intent


class TestWhatIsReadOutOfAConversation:
    def read(self, *parts: Event | list[Event]) -> Context:
        return read_context(conversation(*parts), TALK)

    def test_nothing_of_an_empty_one(self):
        assert self.read() == Context()

    def test_the_last_turns_actions_and_words(self):
        context = self.read(SHIP, said("greet", "utter_greet", bot="请问有什么可以帮您？"))
        assert context.matter == "greet"
        assert context.did == {"utter_greet"}
        assert context.said == "请问有什么可以帮您？"

    def test_small_talk_leaves_the_matter_for_two_turns_and_no_more(self):
        talk = said("thank", "utter_thank")
        assert self.read(SHIP, talk, talk).matter == "ask_ship_time"
        assert self.read(SHIP, talk, talk, talk).matter is None

    def test_what_was_not_understood_ends_the_matter(self):
        assert self.read(SHIP, said("nlu_fallback", "action_fallback")).matter == "nlu_fallback"

    def test_an_answer_to_a_form_is_no_matter_however_it_was_understood(self):
        answers = [said("track_shipment", FORM), said("affirm", FORM), said("ask_product", FORM)]
        context = self.read(REFUND, *answers, asks("refund_reason"))
        assert (context.matter, context.form, context.asks) == (
            "request_refund",
            FORM,
            "refund_reason",
        )

    def test_a_question_inside_a_form_is_a_matter(self):
        context = self.read(REFUND, said("ask_return_fee", "action_answer_question", FORM))
        assert context.matter == "ask_return_fee"

    def test_what_a_form_left_behind_is_none_of_the_next_turns(self):
        context = self.read(REFUND, asks(None), SHIP)
        assert (context.matter, context.form, context.asks) == ("ask_ship_time", None, None)

    @pytest.mark.parametrize("event", [Restarted(), SessionStarted()])
    def test_an_earlier_session_is_forgotten(self, event: Event):
        assert self.read(SHIP, event) == Context()

    def test_a_message_taken_back_was_never_said(self):
        assert self.read(SHIP, said("ask_stock"), UserUtteranceReverted()).matter == "ask_ship_time"

    def test_offers_are_slots(self):
        assert self.read(SHIP, SlotSet("offer", "person")).slots["offer"] == "person"


def news(matter: str, at: float | None = None) -> list[Event]:
    """What the assistant said of its own accord."""
    return [BotUttered("退款已经退出。", None, {"shop_event": {"matter": matter}}, at)]


class TestNewsFromTheShop:
    def read(self, *parts: Event | list[Event]) -> Context:
        return read_context(conversation(*parts), TALK)

    def test_it_is_a_matter_as_if_the_buyer_had_asked_for_it(self):
        context = self.read(SHIP, news("ask_refund_progress"))
        assert context.matter == "ask_refund_progress"
        assert (context.did, context.said) == (frozenset(), "退款已经退出。")

    @pytest.mark.parametrize(
        ("matter", "intent"),
        [
            ("ask_refund_progress", "ask_refund_progress"),
            ("track_shipment", "ask_arrival_time"),
            ("ask_return_received", "ask_refund_progress"),
        ],
    )
    def test_also_where_the_buyer_has_said_nothing_yet(
        self, part: ContextRules, matter: str, intent: str
    ):
        (made,) = part.process([message("多久", *UNSURE)], conversation(news(matter)))
        assert made.get(INTENT)["name"] == intent

    def test_what_the_buyer_says_next_is_the_matter_again(self):
        assert self.read(news("ask_refund_progress"), SHIP).matter == "ask_ship_time"

    def test_in_a_form_the_form_goes_on(self):
        context = self.read(REFUND, news("track_shipment"))
        assert (context.matter, context.form, context.asks) == (
            "request_refund",
            FORM,
            "task_order",
        )
        assert context.said == "退款已经退出。"

    def test_a_session_that_begins_with_an_answer_to_it_still_knows_it(self):
        told = news("ask_refund_progress", 1_000_000.0)
        start = ActionExecuted("action_session_start")
        session = SessionStarted(timestamp=1_000_000.0 + 86_000)
        assert self.read(SHIP, told, start, session).matter == "ask_refund_progress"

    def test_not_after_a_day_nor_where_something_else_was_said_since(self):
        told = news("ask_refund_progress", 1_000_000.0)
        late = SessionStarted(timestamp=1_000_000.0 + 87_000)
        soon = SessionStarted(timestamp=1_000_000.0 + 60)
        assert self.read(told, late) == Context()
        assert self.read(told, SHIP, soon) == Context()
        assert self.read(told, Restarted(timestamp=1_000_000.0 + 60)) == Context()


class TestInRasasGraph:
    def graph(self) -> Any:
        ours = "kefu.nlu.context.ContextRules"
        pipeline = ["WhitespaceTokenizer", "KeywordIntentClassifier", "FallbackClassifier", ours]
        config = {
            "recipe": "default.v1",
            "language": "zh",
            "pipeline": [{"name": name} for name in pipeline],
        }
        return DefaultV1Recipe().graph_config_for_recipe(config, {}, TrainingType.NLU)

    def test_it_gets_the_conversation_comes_last_and_takes_no_part_in_training(self):
        graph = self.graph()
        validate(dataclasses.replace(graph, language=None))  # a stand-in knows no Chinese
        (name,) = (name for name in graph.predict_schema.nodes if "ContextRules" in name)
        node = graph.predict_schema.nodes[name]
        assert node.needs["tracker"] == "__tracker__"
        assert "FallbackClassifier" in node.needs["messages"]
        assert not any("ContextRules" in name for name in graph.train_schema.nodes)

    def test_another_table_can_be_named_and_must_exist(
        self, storage: LocalModelStorage, context: ExecutionContext, tmp_path: Path
    ):
        config = {**ContextRules.get_default_config(), "table": str(tmp_path / "mine.yml")}
        with pytest.raises(ModelError, match=r"mine\.yml"):
            ContextRules.create(config, storage, Resource("part"), context)
