"""Intent classification as a Rasa component."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.nlu.intents import IntentScorer, IntentTraining, train_intents
from kefu.nlu.shared import shared_encoder
from kefu.nlu.stored import check_encoder, read_state, write_state

logger = logging.getLogger(__name__)

_RANKING = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WideIntentClassifier(GraphComponent, IntentClassifier):
    """Character n-grams beside MacBERT's sentence vector; calibrated probabilities."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Dense features come first."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of `IntentTraining`."""
        return {"penalty": IntentTraining.penalty, "seed": IntentTraining.seed}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WideIntentClassifier:
        """Called by Rasa's graph before training."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WideIntentClassifier:
        """Called by Rasa's graph with a trained model.

        Raises:
            ModelError: the stored part is damaged or belongs to another encoder.
        """
        state = read_state(model_storage, resource)
        check_encoder(state, shared_encoder().fingerprint, "intent classifier")
        return cls(config, model_storage, resource, IntentScorer(state))

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        scorer: IntentScorer | None,
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._scorer = scorer

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every example with a text and an intent."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT) and e.get(INTENT)]
        plan = IntentTraining(penalty=self._config["penalty"], seed=self._config["seed"])
        self._scorer = train_intents(
            [example.get(TEXT) for example in examples],
            _sentences(examples),
            [example.get(INTENT) for example in examples],
            plan,
            logger.info,
        )
        state = {**self._scorer.state(), "encoder": shared_encoder().fingerprint}
        write_state(self._storage, self._resource, state)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds predictions for components that follow."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and ranking of each message that has a text."""
        ready = [message for message in messages if message.get(TEXT)]
        if self._scorer is None or not ready:
            return messages
        texts = [message.get(TEXT) for message in ready]
        rows = self._scorer.probabilities(texts, _sentences(ready))
        for message, row in zip(ready, rows, strict=True):
            ranking = [
                {"name": self._scorer.intents[place], "confidence": float(row[place])}
                for place in np.argsort(-row)[:_RANKING]
            ]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


def _sentences(messages: list[Message]) -> NDArray[np.float32]:
    """Sentence vectors (n, dimension); zeros for a message without a token."""
    rows = np.zeros((len(messages), shared_encoder().sentence_dimension), dtype=np.float32)
    for row, message in zip(rows, messages, strict=True):
        _, sentence = message.get_dense_features(TEXT)
        if sentence is not None:
            row[:] = sentence.features[0][-len(row) :]
    return rows
