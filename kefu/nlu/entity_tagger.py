"""Entity extraction as a Rasa component."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.nlu.gazetteer import Gazetteer
from kefu.nlu.shared import shared_encoder
from kefu.nlu.stored import check_encoder, read_state, write_state
from kefu.nlu.tagging import TaggedText, Tagger, TaggerTraining, train_tagger

logger = logging.getLogger(__name__)

# Rasa looks for its own extractors by class and takes our entities and lookup tables for unused.
warnings.filterwarnings(
    "ignore", "You have defined training data consisting of (entity examples|lookup tables)"
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityTagger(GraphComponent, EntityExtractorMixin):
    """BIO tags over MacBERT's token vectors."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Dense features come first."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of `TaggerTraining`."""
        return {"epochs": TaggerTraining.epochs, "seed": TaggerTraining.seed}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityTagger:
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
    ) -> EntityTagger:
        """Called by Rasa's graph with a trained model.

        Raises:
            ModelError: the stored part is damaged or belongs to another encoder.
        """
        state = read_state(model_storage, resource)
        check_encoder(state, shared_encoder().fingerprint, "entity tagger")
        tagger = Tagger.restore(state, TaggerTraining())
        return cls(config, model_storage, resource, tagger, Gazetteer(state["lookups"]))

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        tagger: Tagger | None,
        gazetteer: Gazetteer,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._tagger = tagger
        self._gazetteer = gazetteer

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every NLU example, with or without entities, and the lookup tables."""
        self._gazetteer = Gazetteer(
            {
                table["name"]: table["elements"]
                for table in training_data.lookup_tables
                if isinstance(table["elements"], list)
            }
        )
        texts = [
            text
            for example in training_data.nlu_examples
            if (text := self._tagged(example, example.get(ENTITIES, []))) is not None
        ]
        plan = TaggerTraining(epochs=self._config["epochs"], seed=self._config["seed"])
        self._tagger = train_tagger(texts, plan, logger.info)
        state = {
            **self._tagger.state(),
            "encoder": shared_encoder().fingerprint,
            "lookups": self._gazetteer.tables,
        }
        write_state(self._storage, self._resource, state)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training examples keep the entities that people marked."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities found to each message."""
        if self._tagger is None:
            return messages
        for message in messages:
            text = self._tagged(message, [])
            if text is None:
                continue
            tokens = message.get(TOKENS_NAMES[TEXT])
            found = [
                {
                    "entity": span.entity,
                    "start": tokens[span.first].start,
                    "end": tokens[span.last - 1].end,
                    "value": message.get(TEXT)[
                        tokens[span.first].start : tokens[span.last - 1].end
                    ],
                    "confidence_entity": span.confidence,
                }
                for span in self._tagger.spans([text])[0]
            ]
            entities = message.get(ENTITIES, []) + self.add_extractor_name(found)
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def _tagged(self, message: Message, entities: list[dict[str, Any]]) -> TaggedText | None:
        """The message's tokens, vectors and BIO tags; None without tokens or features."""
        tokens = message.get(TOKENS_NAMES[TEXT])
        sequence, _ = message.get_dense_features(TEXT)
        if not tokens or sequence is None:
            return None
        tags = []
        for token in tokens:
            inside = next((e for e in entities if e["start"] <= token.start < e["end"]), None)
            if inside is None:
                tags.append("O")
            else:
                tags.append(f"{'B' if token.start <= inside['start'] else 'I'}-{inside['entity']}")
        marks = self._gazetteer.marks(message.get(TEXT), [token.start for token in tokens])
        vectors = np.concatenate([sequence.features, marks], axis=1)
        return TaggedText([token.text for token in tokens], vectors, tags)
