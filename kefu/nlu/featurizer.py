"""MacBERT vectors as Rasa dense features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import DENSE_FEATURIZABLE_ATTRIBUTES, TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.encoder import Encoded, Encoder
from kefu.nlu.shared import shared_encoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MacBertFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds one vector a token and one for the whole text.

    The encoder is the folder or hub name in KEFU_ENCODER; KEFU_DEVICE says where it computes.
    A token's vector is the mean over the word pieces that touch it, zeros where there is none.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Tokens come first."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Only Rasa's own options."""
        return {**DenseFeaturizer.get_default_config(), "batch_size": 256}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check: the encoder is checked when it is loaded."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Other weights are another featurizer: Rasa's training cache must notice."""
        return shared_encoder().fingerprint

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MacBertFeaturizer:
        """Called by Rasa's graph."""
        return cls(config, execution_context.node_name, shared_encoder())

    def __init__(self, config: dict[str, Any], name: str, encoder: Encoder) -> None:
        super().__init__(name, config)
        self._encoder = encoder

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds features to each message, in batches."""
        for attribute in DENSE_FEATURIZABLE_ATTRIBUTES:
            ready = [m for m in messages if m.get(attribute) and m.get(TOKENS_NAMES[attribute])]
            for start in range(0, len(ready), self._config["batch_size"]):
                self._add(ready[start : start + self._config["batch_size"]], attribute)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds features to every training example."""
        self.process(training_data.training_examples)
        return training_data

    def _add(self, messages: list[Message], attribute: str) -> None:
        encoded = self._encoder.encode([message.get(attribute) for message in messages])
        for message, vectors in zip(messages, encoded, strict=True):
            tokens: list[Token] = message.get(TOKENS_NAMES[attribute])
            self.add_features_to_message(
                sequence=token_vectors(vectors, tokens),
                sentence=vectors.sentence[np.newaxis],
                attribute=attribute,
                message=message,
            )


def token_vectors(encoded: Encoded, tokens: list[Token]) -> NDArray[np.float32]:
    """Vectors (len(tokens), dimension): means over the word pieces that touch each token."""
    places = np.array([(token.start, token.end) for token in tokens], dtype=np.int64)
    if np.array_equal(places, encoded.offsets):  # a piece a token, as nearly always in Chinese
        return encoded.tokens
    rows = np.zeros((len(tokens), encoded.tokens.shape[1]), dtype=np.float32)
    for row, token in zip(rows, tokens, strict=True):
        touching = (encoded.offsets[:, 0] < token.end) & (encoded.offsets[:, 1] > token.start)
        if touching.any():
            row[:] = encoded.tokens[touching].mean(axis=0)
    return rows
