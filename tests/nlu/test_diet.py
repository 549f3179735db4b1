"""`config.diet.yml`: our tokenizer and featurizer under Rasa's DIET and TED, trained by `rasa`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from kefu.evaluation.predicting import quiet
from kefu.run.process import Process
from kefu.settings import HOME

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

# Few but long steps do for so little data. DIET takes them sooner than it compiles them; TED must
# compile, for Rasa restores only a part of its weights when it runs eagerly.
SHORT = {
    "DIETClassifier": {"epochs": 12, "learning_rate": 0.004, "run_eagerly": True},
    "TEDPolicy": {"epochs": 60, "learning_rate": 0.005},
}
LESSONS = {
    "greet": "在吗 你好 有人吗 您好呀 在不在 哈喽 早上好 亲在么",
    "request_refund": "我要退款 怎么退款 想退钱 申请退款 退款吧 把钱退我 不要了退款 给我退款",
    "ask_ship_time": "什么时候发货 几号能发货 还不发货 今天发货吗 啥时候寄出 快点发货 多久发货",
    "ask_stock": (
        "有[红色](color)吗 还有[蓝色](color)的没 [黑色](color)有货吗 [米白](color)断货了吗 "
        "[红色](color)还有货没 有[黑色](color)的吗 [蓝色](color)有现货吗 有没有[米白](color)"
    ),
}
# TED reads the encoder's vectors where a story holds the buyer's own words.
STORIES = """version: "3.1"
stories:
  - story: stock, then the parcel, then the money back
    steps:
      - intent: greet
      - action: utter_greet
      - intent: ask_stock
      - action: utter_stock
      - intent: ask_ship_time
      - action: utter_ship_time
      - intent: request_refund
      - action: utter_refund
  - story: the money back in the buyer's words
    steps:
      - user: 我要退款
      - action: utter_refund
  - story: the parcel in the buyer's words
    steps:
      - user: 什么时候发货
      - action: utter_ship_time
  - story: an invoice, for which there is no intent
    steps:
      - user: 发票抬头能改成公司吗
      - action: utter_invoice
"""
DOMAIN = {
    "version": "3.1",
    "intents": [{intent: {"use_entities": []}} for intent in LESSONS],
    "entities": ["color"],
    "actions": ["action_fallback"],
    "responses": {
        f"utter_{name}": [{"text": name}]
        for name in ("greet", "stock", "ship_time", "refund", "invoice")
    },
}


def read_config(name: str) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((HOME / name).read_text(encoding="utf-8"))
    return config


def write_bot(folder: Path) -> None:
    """config.yml, domain.yml and data/ of a very small assistant."""
    config = read_config("config.diet.yml")
    for part in [*config["pipeline"], *config["policies"]]:
        if "epochs" in part:
            part.update(SHORT[part["name"]], random_seed=1)
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts.split())}
        for intent, texts in LESSONS.items()
    ]
    nlu.append({"lookup": "color", "examples": "- 红色\n- 蓝色\n- 黑色\n- 米白\n"})
    (folder / "data").mkdir()
    for file, content in {
        "config.yml": config,
        "domain.yml": DOMAIN,
        "data/nlu.yml": {"version": "3.1", "nlu": nlu},
    }.items():
        written = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / file).write_text(written, encoding="utf-8")
    (folder / "data" / "stories.yml").write_text(STORIES, encoding="utf-8")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diet")
    write_bot(folder)
    command = [sys.executable, "-m", "rasa", "train", "--config", "config.yml", "--data", "data"]
    command += ["--domain", "domain.yml", "--out", "models", "--fixed-model-name", "diet"]
    training = Process(
        "rasa train",
        [*command, "--augmentation", "0", "--skip-validation"],
        log=folder / "train.log",
        folder=folder,
        environment={"RASA_CACHE_DIRECTORY": str(folder / "cache")},
    )
    try:
        training.start()
        assert training.wait() == 0, "\n".join(training.last_lines(40))
    finally:
        training.stop()
    return folder / "models" / "diet.tar.gz"


@pytest.fixture(scope="module")
def agent(model: Path) -> Any:
    with quiet():
        from rasa.core.agent import Agent

        return Agent.load(str(model))


def parsed(agent: Any, text: str) -> dict[str, Any]:
    with quiet():
        found: dict[str, Any] = asyncio.run(agent.parse_message(text))
    return found


def conversation(agent: Any, texts: Sequence[str]) -> list[tuple[str, str]]:
    """What was said to the texts of one buyer, and by the choice of which policy."""
    sender = " ".join(texts)

    async def talk() -> Any:
        for text in texts:
            await agent.handle_text(text, sender_id=sender)
        return await agent.tracker_store.retrieve(sender)

    with quiet():
        tracker = asyncio.run(talk())
    done = [event.as_dict() for event in tracker.events if event.type_name == "action"]
    return [
        (event["name"], event["policy"]) for event in done if event["name"].startswith("utter_")
    ]


def test_what_is_before_learning_is_the_same_as_in_our_own_configuration():
    ours, theirs = read_config("config.yml"), read_config("config.diet.yml")
    assert theirs["pipeline"][0] == ours["pipeline"][0]  # ours has its encoder in the classifier
    assert theirs["policies"][:2] == ours["policies"][:2]
    learning = [p["name"] for p in [*theirs["pipeline"], *theirs["policies"]] if "epochs" in p]
    assert learning == list(SHORT)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("在吗亲", "greet"),
        ("我想退款", "request_refund"),
        ("到底几号发货呀", "ask_ship_time"),
        ("还有红色吗", "ask_stock"),
    ],
)
def test_intents_are_recognised(agent: Any, text: str, intent: str):
    found = parsed(agent, text)["intent"]
    assert found["name"] == intent
    assert found["confidence"] > 0.5


def test_entities_are_learned_and_found_by_their_form(agent: Any):
    learned, formed = (
        [(e["extractor"], e["entity"], e["value"]) for e in parsed(agent, text)["entities"]]
        for text in ("还有红色吗", "单号2024110112345678")
    )
    assert learned == [("DIETClassifier", "color", "红色")]
    assert formed == [("PatternEntityExtractor", "order_id", "2024110112345678")]


def test_ted_chooses_the_answers_of_a_conversation_in_no_story(agent: Any):
    assert conversation(agent, ["到底几号发货呀", "我想退款"]) == [
        ("utter_ship_time", "TEDPolicy"),
        ("utter_refund", "TEDPolicy"),
    ]


def test_ted_follows_the_text_where_there_is_no_intent_for_it(agent: Any):
    assert conversation(agent, ["发票抬头改公司名行吗"]) == [("utter_invoice", "TEDPolicy")]
