"""A real Rasa agent that is trained in seconds: rules only, one form, conversations in SQLite."""

from __future__ import annotations

import warnings
from pathlib import Path

from rasa import model_training
from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

CONFIG = """
recipe: default.v1
assistant_id: toy
language: zh
pipeline: [{name: KeywordIntentClassifier}]
policies: [{name: RulePolicy}]
"""

DOMAIN = """
version: "3.1"
intents: [greet, affirm, deny, begin]
slots:
  offer:
    type: categorical
    values: [person]
    influence_conversation: true
    mappings: [{type: custom}]
  confirmed:
    type: bool
    influence_conversation: false
    mappings:
      - type: from_intent
        intent: affirm
        value: true
        conditions: [{active_loop: refund_form, requested_slot: confirmed}]
forms:
  refund_form: {required_slots: [confirmed]}
responses:
  utter_greet: [{text: 您好。}]
  utter_yes: [{text: 好的。}]
  utter_person: [{text: 马上为您转人工。}]
  utter_done: [{text: 退款已提交。}]
  utter_ask_confirmed:
    - text: 确认提交退款吗？
      buttons: [{title: 确认, payload: /affirm}, {title: 不了, payload: /deny}]
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: false}
"""

LESSONS = """
version: "3.1"
nlu:
  - {intent: greet, examples: "- 你好\\n- 在吗"}
  - {intent: affirm, examples: "- 好的\\n- 确认"}
  - {intent: deny, examples: "- 不了\\n- 算了"}
  - {intent: begin, examples: "- 我要退款\\n- 退钱"}
rules:
  - rule: greet
    steps: [{intent: greet}, {action: utter_greet}]
  - rule: yes
    steps: [{intent: affirm}, {action: utter_yes}]
  - rule: yes to a person
    condition: [{slot_was_set: [{offer: person}]}]
    steps: [{intent: affirm}, {action: utter_person}]
  - rule: begin
    steps: [{intent: begin}, {action: refund_form}, {active_loop: refund_form}]
  - rule: done
    condition: [{active_loop: refund_form}]
    steps: [{action: refund_form}, {active_loop: null}, {action: utter_done}]
"""


def train(folder: Path, *, own_session_start: bool = False) -> Path:
    """A model. With `own_session_start` its sessions are begun by an action server, as Kefu's."""
    actions = "actions: [action_session_start]\n" if own_session_start else ""
    files = {"config.yml": CONFIG, "domain.yml": DOMAIN + actions, "lessons.yml": LESSONS}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Rasa's, about its own future
        made = model_training.train(
            str(folder / "domain.yml"),
            str(folder / "config.yml"),
            [str(folder / "lessons.yml")],
            output=str(folder / "models"),
        )
    assert made.model is not None
    return Path(made.model)


def agent(model: Path, conversations: Path, *, actions: str = "http://127.0.0.1:9") -> Agent:
    """An agent as `rasa run` loads it; the same file has the same conversations."""
    store = SQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(conversations))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Agent.load(model, tracker_store=store, action_endpoint=EndpointConfig(actions))
