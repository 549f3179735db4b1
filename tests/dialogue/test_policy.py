"""The learned policy as Rasa runs it: from stories to the next action."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph

from kefu.dialogue.policy import TurnTransformerPolicy
from kefu.errors import ModelError
from kefu.nlu.stored import write_state

# Rasa says so of every domain with a slot.
pytestmark = pytest.mark.filterwarnings("ignore:Slot auto-fill has been removed:UserWarning")

DOMAIN = """
version: "3.1"
intents: [greet, affirm, deny, ask_product]
slots:
  offer:
    type: categorical
    values: [person]
    mappings: [{type: custom}]
responses:
  utter_greet: [{text: 您好}]
  utter_affirm: [{text: 好的}]
  utter_deny: [{text: 好的}]
actions: [action_answer_question, action_open_ticket]
"""
STORIES = """
version: "3.1"
stories:
  - story: yes to an offer
    steps:
      - intent: ask_product
      - action: action_answer_question
      - slot_was_set: [{offer: person}]
      - intent: affirm
      - action: action_open_ticket
  - story: no to an offer
    steps:
      - intent: ask_product
      - action: action_answer_question
      - slot_was_set: [{offer: person}]
      - intent: deny
      - action: utter_deny
  - story: yes to nothing
    steps:
      - intent: greet
      - action: utter_greet
      - intent: affirm
      - action: utter_affirm
  - story: no to nothing
    steps:
      - intent: greet
      - action: utter_greet
      - intent: deny
      - action: utter_deny
rules:
  - rule: only a rule says so
    steps:
      - intent: greet
      - action: action_open_ticket
"""


MESSAGES = """
version: "3.1"
nlu:
  - intent: greet
    examples: |
      - 你好
      - 在吗
      - 有人吗
  - intent: affirm
    examples: |
      - 好的
      - 可以
      - 行
  - intent: deny
    examples: |
      - 不用了
      - 不要
      - 算了
  - intent: ask_product
    examples: |
      - 这是什么料子的
      - 有多重
      - 会不会掉色
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("nlu")
    (folder / "nlu.yml").write_text(MESSAGES, encoding="utf-8")
    return {**TurnTransformerPolicy.get_default_config(), "messages": str(folder)}


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.from_yaml(DOMAIN)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path_factory.mktemp("model"))


CONTEXT = ExecutionContext(GraphSchema({}), node_name="policy")


@pytest.fixture(scope="module")
def trained(
    domain: Domain, storage: LocalModelStorage, config: dict[str, Any]
) -> TurnTransformerPolicy:
    policy = TurnTransformerPolicy.create(config, storage, Resource("policy"), CONTEXT)
    steps = YAMLStoryReader(domain).read_from_string(STORIES)
    trackers = TrainingDataGenerator(StoryGraph(steps), domain, augmentation_factor=0).generate()
    policy.train(trackers, domain)
    return policy


@pytest.fixture(scope="module")
def loaded(
    trained: TurnTransformerPolicy, storage: LocalModelStorage, config: dict[str, Any]
) -> TurnTransformerPolicy:
    return TurnTransformerPolicy.load(config, storage, Resource("policy"), CONTEXT)


def said(intent: str, text: str | None = None) -> UserUttered:
    return UserUttered(text or f"/{intent}", intent={"name": intent, "confidence": 1.0})


LISTEN = ActionExecuted("action_listen")
ASKED = [LISTEN, said("ask_product"), ActionExecuted("action_answer_question")]
OFFER = SlotSet("offer", "person")


def probabilities(
    policy: TurnTransformerPolicy, domain: Domain, events: list[Event]
) -> dict[str, float]:
    tracker = DialogueStateTracker.from_events("buyer", events, domain.slots)
    row = policy.predict_action_probabilities(tracker, domain).probabilities
    assert len(row) == domain.num_actions
    return dict(zip(domain.action_names_or_texts, row, strict=True))


def best(policy: TurnTransformerPolicy, domain: Domain, events: list[Event]) -> str:
    scores = probabilities(policy, domain, events)
    return max(scores, key=scores.__getitem__)


@pytest.mark.parametrize(
    ("events", "action"),
    [
        ([*ASKED, OFFER, LISTEN, said("affirm")], "action_open_ticket"),
        ([*ASKED, OFFER, LISTEN, said("deny")], "utter_deny"),
        ([LISTEN, said("greet")], "utter_greet"),
        ([LISTEN, said("greet"), ActionExecuted("utter_greet"), LISTEN, said("affirm")],
         "utter_affirm"),
        ([LISTEN, said("greet"), ActionExecuted("utter_greet")], "action_listen"),
    ],
)  # fmt: skip
def test_it_does_what_the_stories_do(
    loaded: TurnTransformerPolicy, domain: Domain, events: list[Event], action: str
):
    assert best(loaded, domain, events) == action


def test_a_dialogue_that_no_story_has_is_understood_from_its_parts(
    loaded: TurnTransformerPolicy, domain: Domain
):
    greeted = [LISTEN, said("greet"), ActionExecuted("utter_greet")]
    assert best(loaded, domain, [*greeted, *ASKED, OFFER, LISTEN, said("affirm")]) == (
        "action_open_ticket"
    )


def test_news_before_the_first_message_is_as_a_story_that_begins_with_its_offer(
    loaded: TurnTransformerPolicy, domain: Domain
):
    story, news = [OFFER, LISTEN, said("affirm")], [LISTEN, OFFER, said("affirm")]
    assert probabilities(loaded, domain, news) == probabilities(loaded, domain, story)
    assert probabilities(loaded, domain, news) != probabilities(loaded, domain, [*story[1:]])


def test_loaded_and_trained_agree(
    trained: TurnTransformerPolicy, loaded: TurnTransformerPolicy, domain: Domain
):
    events = [*ASKED, OFFER, LISTEN, said("affirm")]
    assert probabilities(trained, domain, events) == probabilities(loaded, domain, events)


def test_probabilities_are_over_the_domains_actions(loaded: TurnTransformerPolicy, domain: Domain):
    scores = probabilities(loaded, domain, [LISTEN, said("greet")])
    assert sum(scores.values()) == pytest.approx(1.0, abs=1e-5)
    assert scores["action_restart"] == 0.0


def test_rules_are_left_to_the_rule_policy(loaded: TurnTransformerPolicy, domain: Domain):
    assert probabilities(loaded, domain, [LISTEN, said("greet")])["action_open_ticket"] < 0.1


def test_words_help_where_the_intent_is_one_that_no_story_has(
    loaded: TurnTransformerPolicy, domain: Domain
):
    def sure(text: str | None) -> float:
        events = [*ASKED, OFFER, LISTEN, said("nlu_fallback", text)]
        return probabilities(loaded, domain, events)["utter_deny"]

    assert sure("不要") > max(sure(None), sure("好的"))


def test_words_of_an_earlier_turn_stay_with_it(loaded: TurnTransformerPolicy, domain: Domain):
    silent = [LISTEN, said("greet"), ActionExecuted("utter_greet"), LISTEN, said("affirm")]
    spoken = [LISTEN, said("greet", "你好"), *silent[2:]]
    assert best(loaded, domain, silent) == best(loaded, domain, spoken) == "utter_affirm"
    assert probabilities(loaded, domain, silent) != probabilities(loaded, domain, spoken)


def test_other_messages_make_another_fingerprint(config: dict[str, Any], tmp_path: Path):
    before = TurnTransformerPolicy.fingerprint_addon({**config, "messages": str(tmp_path)})
    (tmp_path / "nlu.yml").write_text(MESSAGES, encoding="utf-8")
    after = TurnTransformerPolicy.fingerprint_addon({**config, "messages": str(tmp_path)})
    assert before != after
    assert TurnTransformerPolicy.fingerprint_addon({**config, "messages": None}) is None


def test_another_encoder_is_refused(trained: TurnTransformerPolicy, tmp_path: Path):
    scorer = trained._scorer
    assert scorer is not None
    storage = LocalModelStorage.create(tmp_path)
    write_state(storage, Resource("policy"), {**scorer.state(), "encoder": "another"})
    with pytest.raises(ModelError, match="policy was trained with the encoder another"):
        TurnTransformerPolicy.load({}, storage, Resource("policy"), CONTEXT)


def test_a_smaller_domain_at_run_time_is_no_error(loaded: TurnTransformerPolicy):
    smaller = Domain.from_yaml(DOMAIN.replace(", action_open_ticket", ""))
    scores = probabilities(loaded, smaller, [*ASKED, OFFER, LISTEN, said("affirm")])
    assert "action_open_ticket" not in scores


def test_untrained_it_has_no_opinion(domain: Domain, storage: LocalModelStorage):
    config = TurnTransformerPolicy.get_default_config()
    policy = TurnTransformerPolicy.create(config, storage, Resource("new"), CONTEXT)
    assert set(probabilities(policy, domain, [LISTEN, said("greet")]).values()) == {0.0}


def test_a_damaged_part_is_named(tmp_path: Path):
    storage = LocalModelStorage.create(tmp_path)
    with storage.write_to(Resource("policy")) as folder:
        (folder / "state.pt").write_bytes(b"junk")
    with pytest.raises(ModelError, match="'policy'"):
        TurnTransformerPolicy.load({}, storage, Resource("policy"), CONTEXT)
