"""A trained joint model with its wide part: intents and entities of messages. Imports no Rasa."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from kefu.nlu.intents import IntentScorer
from kefu.nlu.joint import Collator, JointModel, JointShape, Reading, TrainedBert
from kefu.nlu.tagging import Decoder, TaggerShape, TagSpan

FloatArray = NDArray[np.float32]
_BATCH = 64
_LITTLE = 1e-6  # probability of an intent that one part does not know


@dataclass(frozen=True)
class Understood:
    """`chances` of all intents, in the order of `Understanding.intents`, and the entities."""

    chances: FloatArray
    spans: list[TagSpan]


class Understanding:
    """What `train_joint` makes; `state` and `restore` keep it."""

    def __init__(self, state: dict[str, Any], tokenizer: PreTrainedTokenizerFast) -> None:
        """`tokenizer` belongs to the encoder that the model started from."""
        self.intents: list[str] = state["intents"]
        self.tags: list[str] = state["tags"]
        self._state = state
        self._weight: float = state["weight"]
        self._temperature: float = state["temperature"]
        shape = {**state["shape"], "tagger": TaggerShape(**state["shape"]["tagger"])}
        bert = BertModel(BertConfig(**state["bert"]), add_pooling_layer=False)
        trained = JointModel(TrainedBert(bert), JointShape(**shape), 0.0)
        trained.load_state_dict({name: t.float() for name, t in state["weights"].items()})
        self._model = trained.for_inference()
        self._collator = Collator(
            tokenizer, bert.config.max_position_embeddings, trained.shape.tagger.buckets
        )
        self.least_confidence: float = state["least_confidence"]
        self._decoder = Decoder(self.tags, self.least_confidence)
        self._wide = IntentScorer(state["wide"])
        self._columns = [self.intents.index(name) for name in self._wide.intents]

    @classmethod
    def of(
        cls,
        model: JointModel,
        config: BertConfig,
        tokenizer: PreTrainedTokenizerFast,
        intents: list[str],
        tags: list[str],
        wide: IntentScorer,
        joining: tuple[float, float],
        least_confidence: float,
    ) -> Understanding:
        """From the parts; `joining` is the deep part's weight and the temperature."""
        return cls(
            {
                "intents": intents,
                "tags": tags,
                "shape": asdict(model.shape),
                "bert": config.to_diff_dict(),
                "weights": {name: t.detach().half() for name, t in model.state_dict().items()},
                "wide": wide.state(),
                "weight": joining[0],
                "temperature": joining[1],
                "least_confidence": least_confidence,
            },
            tokenizer,
        )

    def state(self) -> dict[str, Any]:
        """What the constructor needs: tensors and plain values only."""
        return self._state

    @property
    def joining(self) -> tuple[float, float, float]:
        """Of `Joining`: the network's weight, the temperature, and the wide part's own."""
        return self._weight, self._temperature, self._wide.temperature

    def understand(self, readings: Sequence[Reading]) -> list[Understood]:
        """Intents and entities of messages."""
        found: list[Understood] = []
        for start in range(0, len(readings), _BATCH):
            found += self._understand(readings[start : start + _BATCH])
        return found

    def pass_on(self, model: JointModel, intents: list[str], tags: list[str]) -> None:
        """Gives a model that is to be trained these weights; labels unknown here begin anew."""
        own, theirs = self._state["weights"], model.state_dict()
        for name, tensor in theirs.items():
            mine = own[name].float()
            if name.startswith("intents."):
                _copy_rows(tensor, intents, mine, self.intents)
            elif name.startswith("tagger.out."):
                _copy_rows(tensor, tags, mine, self.tags)
            elif tensor.shape == mine.shape:
                tensor.copy_(mine)
        model.load_state_dict(theirs)

    def _understand(self, readings: Sequence[Reading]) -> list[Understood]:
        with torch.inference_mode():
            told, tagged = self._model(self._collator.batch(readings))
            scores = tagged.log_softmax(-1).numpy()
        wide = np.full(told.shape, _LITTLE, dtype=np.float32)
        wide[:, self._columns] = self._wide.probabilities([reading.text for reading in readings])
        chances = blend(told.numpy(), wide, self._weight, self._temperature)
        return [
            Understood(row, self._decoder.spans(tags[: len(reading.tokens)]))
            for row, tags, reading in zip(chances, scores, readings, strict=True)
        ]


def blend(deep: FloatArray, wide: FloatArray, weight: float, temperature: float) -> FloatArray:
    """Weighted geometric mean of probabilities, (n, intents), at a temperature.

    Args:
        deep: logits.
        wide: probabilities.
        weight: of the deep part, 0 to 1.
        temperature: above 1 makes surer ones less sure.
    """
    raised = deep - deep.max(axis=1, keepdims=True)
    log_deep = raised - np.log(np.exp(raised).sum(axis=1, keepdims=True))
    joined = (weight * log_deep + (1 - weight) * np.log(np.maximum(wide, _LITTLE))) / temperature
    joined = np.exp(joined - joined.max(axis=1, keepdims=True))
    return np.asarray(joined / joined.sum(axis=1, keepdims=True), dtype=np.float32)


def _copy_rows(
    target: torch.Tensor, names: list[str], source: torch.Tensor, known: list[str]
) -> None:
    for row, name in enumerate(names):
        if name in known:
            target[row] = source[known.index(name)]
