"""Intents and entities as one Rasa component."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.encoder.encoder import resolve_device
from kefu.encoder.folder import load_model, load_tokenizer
from kefu.nlu.gazetteer import Gazetteer
from kefu.nlu.joint import Reading, read
from kefu.nlu.joint_training import JointTraining, train_joint
from kefu.nlu.lessons import Lesson
from kefu.nlu.shared import shared_encoder
from kefu.nlu.stored import check_encoder, read_state, write_state
from kefu.nlu.understanding import Understanding
from kefu.settings import get_settings
from kefu.teaching.messages import check_messages

logger = logging.getLogger(__name__)

_RANKING = 10

# Rasa looks for its own extractors by class and takes our entities and lookup tables for unused.
warnings.filterwarnings(
    "ignore", "You have defined training data consisting of (entity examples|lookup tables)"
)


@DefaultV1Recipe.register(
    [
        DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER,
        DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR,
    ],
    is_trainable=True,
)
class JointClassifier(GraphComponent, IntentClassifier, EntityExtractorMixin):
    """Fine-tunes MacBERT for intents and entities at once, with a wide part over n-grams."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Tokens come first; the encoder is its own, fine-tuned."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of `JointTraining`. Rasa scales `epochs` by --epoch-fraction."""
        return {name: getattr(JointTraining, name) for name in ("epochs", "least_steps", "seed")}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Other weights make another classifier: Rasa's training cache must notice."""
        return shared_encoder().fingerprint

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> JointClassifier:
        """Called by Rasa's graph before training."""
        return cls(config, model_storage, resource, None, Gazetteer({}))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> JointClassifier:
        """Called by Rasa's graph with a trained model, also before `rasa train --finetune`.

        Raises:
            ModelError: the stored part is damaged or belongs to another encoder.
        """
        state = read_state(model_storage, resource)
        check_encoder(state, shared_encoder().fingerprint, "classifier")
        settings = get_settings()
        tokenizer = load_tokenizer(settings.encoder, state["bert"]["vocab_size"])
        understanding = Understanding(state, tokenizer)
        return cls(config, model_storage, resource, understanding, Gazetteer(state["lookups"]))

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        understanding: Understanding | None,
        gazetteer: Gazetteer,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._understanding = understanding
        self._gazetteer = gazetteer

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every NLU example and the lookup tables; warns of what looks wrong."""
        check_messages(training_data)
        tables = _tables(training_data)
        before = self._understanding
        if before is None or sorted(tables) == sorted(self._gazetteer.tables):
            self._gazetteer = Gazetteer(tables)  # fine-tuning keeps the number of hints
        examples = [example for example in training_data.nlu_examples if example.get(TEXT)]
        settings = get_settings()
        bert = load_model(settings.encoder)
        self._understanding = train_joint(
            [self._lesson(example) for example in examples],
            bert,
            load_tokenizer(settings.encoder, bert.config.vocab_size),
            JointTraining(**{name: self._config[name] for name in self.get_default_config()}),
            resolve_device(settings.device),
            before=before,
            report=logger.info,
        )
        state = {
            **self._understanding.state(),
            "encoder": shared_encoder().fingerprint,
            "lookups": self._gazetteer.tables,
        }
        write_state(self._storage, self._resource, state)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training examples keep the labels that people gave."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent, ranking and entities of each message that has a text."""
        ready = [message for message in messages if message.get(TEXT)]
        if self._understanding is None or not ready:
            return messages
        readings = [self._reading(message) for message in ready]
        for message, found in zip(ready, self._understanding.understand(readings), strict=True):
            names, chances = self._understanding.intents, found.chances
            ranking = [
                {"name": names[place], "confidence": float(chances[place])}
                for place in np.argsort(-chances)[:_RANKING]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            text, tokens = message.get(TEXT), message.get(TOKENS_NAMES[TEXT]) or []
            entities = [
                {
                    "entity": span.entity,
                    "start": tokens[span.first].start,
                    "end": tokens[span.last - 1].end,
                    "value": text[tokens[span.first].start : tokens[span.last - 1].end],
                    "confidence_entity": span.confidence,
                }
                for span in found.spans
            ]
            own = message.get(ENTITIES, []) + self.add_extractor_name(entities)
            message.set(ENTITIES, own, add_to_output=True)
        return messages

    def _lesson(self, example: Message) -> Lesson:
        reading = self._reading(example)
        starts = [token.start for token in example.get(TOKENS_NAMES[TEXT]) or []]
        tags = _tags(starts, example.get(ENTITIES, []))
        return Lesson(reading, example.get(INTENT), tags)

    def _reading(self, message: Message) -> Reading:
        tokens = message.get(TOKENS_NAMES[TEXT]) or []
        starts = [token.start for token in tokens]
        text = message.get(TEXT)
        marks = self._gazetteer.marks(text, starts)
        return read(text, [token.text for token in tokens], starts, marks)


def _tables(training_data: TrainingData) -> dict[str, list[str]]:
    """Lookup tables by name; one that stands in several files is all of them together."""
    tables: dict[str, list[str]] = {}
    for table in training_data.lookup_tables:
        if isinstance(table["elements"], list):
            tables.setdefault(table["name"], []).extend(table["elements"])
    return tables


def _tags(starts: Sequence[int], entities: list[dict[str, Any]]) -> list[str]:
    """BIO tags of tokens; a token belongs to the entity that its first character lies in."""
    tags = []
    for start in starts:
        inside = next((e for e in entities if e["start"] <= start < e["end"]), None)
        if inside is None:
            tags.append("O")
        else:
            tags.append(f"{'B' if start <= inside['start'] else 'I'}-{inside['entity']}")
    return tags
