"""The trained parts as Rasa runs them: train, store, load, process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.encoder import Encoder
from kefu.errors import ModelError
from kefu.nlu.classifier import JointClassifier, _tables
from kefu.nlu.stored import check_encoder, read_state, write_state
from kefu.nlu.tokenizer import CharacterTokenizer
from tests.encoder.tiny import write_bert
from tests.nlu.conftest import forget

COLORS = ("红色", "蓝色", "米白", "黑色")
EXAMPLES = (
    [(f"要{color}的", "ask_product", (1, 3, color)) for color in COLORS]
    + [(f"有没有{color}呀", "ask_product", (3, 5, color)) for color in COLORS]
    + [(text, "request_refund", None) for text in ("我要退款", "怎么退款", "想退款", "退款吧")]
    + [(text, "ask_ship_time", None) for text in ("啥时候发货", "发货没", "几时发货", "快发货")]
)
RESOURCE = Resource("part")


def prepared(*messages: Message) -> list[Message]:
    tokenizer = CharacterTokenizer(CharacterTokenizer.get_default_config())
    return tokenizer.process(list(messages))


@pytest.fixture
def lessons(encoder: Encoder) -> TrainingData:
    messages = []
    for text, intent, color in EXAMPLES:
        data: dict[str, Any] = {TEXT: text, INTENT: intent}
        if color:
            start, end, value = color
            data[ENTITIES] = [{"entity": "color", "start": start, "end": end, "value": value}]
        messages.append(Message(data))
    tables = [  # one of them from two files
        {"name": "color", "elements": ["墨绿"]},
        {"name": "color", "elements": [*COLORS]},
        {"name": "file", "elements": "x"},
    ]
    return TrainingData(prepared(*messages), lookup_tables=tables)


@pytest.fixture
def train(lessons: TrainingData, storage: LocalModelStorage, context: ExecutionContext):
    def run(part: type) -> Any:
        config = {**part.get_default_config(), "epochs": 25}
        made = part.create(config, storage, RESOURCE, context)
        assert made.train(lessons) == RESOURCE
        return made

    return run


@pytest.fixture
def load(storage: LocalModelStorage, context: ExecutionContext) -> Callable[[type], Any]:
    return lambda part: part.load(part.get_default_config(), storage, RESOURCE, context)


class TestIntents:
    def test_a_loaded_classifier_says_what_the_trained_one_said(self, train, load):
        trained = train(JointClassifier)
        said = []
        for part in (trained, load(JointClassifier)):
            (message,) = part.process(prepared(Message({TEXT: "我想退款"})))
            said.append(message.get("intent_ranking"))
        assert said[0] == said[1]
        assert said[0][0]["name"] == "request_refund"

    def test_the_ranking_is_sorted_and_its_first_is_the_intent(self, train):
        part = train(JointClassifier)
        (message,) = part.process(prepared(Message({TEXT: "有没有货"})))
        ranking = message.get("intent_ranking")
        assert ranking[0] == message.get("intent")
        scores = [entry["confidence"] for entry in ranking]
        assert scores == sorted(scores, reverse=True)
        assert sum(scores) == pytest.approx(1.0, abs=1e-4)

    def test_messages_without_text_or_token_are_no_error(self, train):
        part = train(JointClassifier)
        messages = [Message({}), Message({TEXT: " "}), Message({TEXT: "退款"})]
        part.process(prepared(*messages))
        assert messages[0].get("intent") is None
        assert messages[1].get("intent")["name"]
        assert messages[2].get("intent")["name"] == "request_refund"


class TestEntities:
    def found(self, part: JointClassifier, text: str) -> list[tuple[str, str]]:
        (message,) = part.process(prepared(Message({TEXT: text})))
        return [(e["entity"], text[e["start"] : e["end"]]) for e in message.get(ENTITIES, [])]

    def test_a_loaded_tagger_finds_what_the_trained_one_found(self, train, load):
        for part in (train(JointClassifier), load(JointClassifier)):
            assert self.found(part, "有没有米白呀") == [("color", "米白")]
            assert self.found(part, "我要退款") == []

    def test_an_entity_tells_its_words_its_extractor_and_its_confidence(self, train):
        (message,) = train(JointClassifier).process(prepared(Message({TEXT: "要红色的"})))
        (entity,) = message.get(ENTITIES)
        assert entity["value"] == "红色"
        assert entity["extractor"] == "JointClassifier"
        assert 0 < entity["confidence_entity"] <= 1

    def test_a_lookup_table_in_several_files_is_all_of_them(self, lessons: TrainingData):
        assert _tables(lessons) == {"color": ["墨绿", *COLORS]}

    def test_a_listed_word_that_was_never_shown_is_found(self, train):
        assert self.found(train(JointClassifier), "有没有墨绿呀") == [("color", "墨绿")]

    def test_messages_without_text_or_token_are_no_error(self, train):
        messages = [Message({}), Message({TEXT: " "})]
        train(JointClassifier).process(prepared(*messages))
        assert [message.get(ENTITIES) for message in messages] == [None, []]


class TestAModelThatDoesNotFit:
    def test_another_encoder_makes_another_classifier(self, encoder: Encoder):
        """Else Rasa's cache would give the one that was trained from the old weights."""
        assert JointClassifier.fingerprint_addon({}) == encoder.fingerprint

    @pytest.mark.parametrize("part", [JointClassifier])
    def test_another_encoder_is_refused_with_both_names(
        self,
        part: type,
        train: Callable[[type], Any],
        load: Callable[[type], Any],
        encoder: Encoder,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ):
        train(part)
        monkeypatch.setenv("KEFU_ENCODER", str(write_bert(tmp_path / "other", seed=1)))
        forget()
        with pytest.raises(ModelError, match="rasa train") as raised:
            load(part)
        assert encoder.fingerprint in str(raised.value)

    @pytest.mark.parametrize("part", [JointClassifier])
    @pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04 cut off"])
    def test_a_damaged_part_is_named(
        self,
        part: type,
        content: bytes,
        encoder: Encoder,
        storage: LocalModelStorage,
        load: Callable[[type], Any],
    ):
        with storage.write_to(RESOURCE) as folder:
            (folder / "state.pt").write_bytes(content)
        with pytest.raises(ModelError, match="'part'"):
            load(part)

    @pytest.mark.parametrize("part", [JointClassifier])
    def test_a_missing_part_is_named(self, part: type, encoder: Encoder, load: Any):
        with pytest.raises(ModelError, match="'part'"):
            load(part)


class TestStoredStates:
    def test_what_is_written_is_read(self, storage: LocalModelStorage):
        write_state(storage, RESOURCE, {"encoder": "abc", "tags": ["O"], "temperature": 0.5})
        state = read_state(storage, RESOURCE)
        assert state == {"encoder": "abc", "tags": ["O"], "temperature": 0.5}

    def test_the_same_encoder_passes_and_another_does_not(self):
        check_encoder({"encoder": "abc"}, "abc", "entity tagger")
        with pytest.raises(ModelError, match=r"entity tagger .* abc.* xyz"):
            check_encoder({"encoder": "abc"}, "xyz", "entity tagger")
