"""The wide part of intent classification: a linear model over hashed n-grams.

A linear support vector machine over TF-IDF of character n-grams is hard to beat on short messages
with few examples an intent. It knows no vectors: beside a fine-tuned MacBERT those of a frozen one
say nothing new, and what both judges err on together cannot be mended. Imports no Rasa.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

from kefu.nlu.ngrams import WEIGHTS, message_grams

FloatArray = NDArray[np.float32]
_USUAL_TEMPERATURE = 0.3


@dataclass(frozen=True)
class IntentTraining:
    """Hyperparameters; chosen on a split of the training data, never on tests/nlu."""

    buckets: int = 1 << 15
    penalty: float = 1.0  # C of the support vector machine
    held_out: float = 0.15
    seed: int = 7


class IntentScorer:
    """A trained linear model with its labels: probabilities for texts."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.intents: list[str] = state["intents"]
        # A row a feature: a text picks the hundred that it has.
        self._coefficients = state["coefficients"].t().contiguous().numpy()
        self._intercepts = state["intercepts"].numpy()
        self._idf = state["idf"].numpy()
        self.temperature: float = state["temperature"]
        self._state = state

    def probabilities(self, texts: Sequence[str]) -> FloatArray:
        """Calibrated probabilities, (len(texts), len(intents))."""
        margins = np.tile(self._intercepts, (len(texts), 1))
        for margin, text in zip(margins, texts, strict=True):
            columns, values = _row(text, self._idf)
            margin += values @ self._coefficients[columns]
        return _softmax(margins / self.temperature)

    def state(self) -> dict[str, Any]:
        """What the constructor needs: tensors and plain values only."""
        return self._state


def train_intents(
    texts: Sequence[str],
    labels: Sequence[str],
    plan: IntentTraining,
    progress: Callable[[str], None] = lambda line: None,
    temperature: float | None = None,
) -> IntentScorer:
    """Trains on a share of the texts to set the temperature, then on all.

    Args:
        texts: messages.
        labels: one intent each.
        plan: hyperparameters.
        progress: takes lines for people.
        temperature: from an earlier training on most of these texts, which saves the first half.
    """
    names = np.array(sorted(set(labels)))
    targets = np.searchsorted(names, np.array(labels))
    idf = _idf(texts, plan.buckets)
    inputs = _inputs(texts, idf)
    if temperature is None:
        temperature = _measured_temperature(inputs, targets, plan, progress)
    model = _fit(inputs, targets, plan)
    return IntentScorer(
        {
            "intents": names.tolist(),
            "coefficients": torch.from_numpy(model.coef_.astype(np.float32)),
            "intercepts": torch.from_numpy(model.intercept_.astype(np.float32)),
            "idf": torch.from_numpy(idf),
            "temperature": temperature,
        }
    )


def _measured_temperature(
    inputs: sparse.csr_matrix,
    targets: NDArray[np.int64],
    plan: IntentTraining,
    progress: Callable[[str], None],
) -> float:
    """From a share that is held out; a usual one where an intent would be left without a text."""
    order = np.random.default_rng(plan.seed).permutation(len(targets))
    held, kept = np.split(order, [round(len(targets) * plan.held_out)])
    intents = len(set(targets))
    if len(set(targets[kept])) < intents or intents <= 2:
        return _USUAL_TEMPERATURE
    margins = _fit(inputs[kept], targets[kept], plan).decision_function(inputs[held])
    temperature = _temperature(margins, targets[held])
    right = float((margins.argmax(axis=1) == targets[held]).mean())
    progress(
        f"intents: {right:.3f} right on {len(held)} texts held out of the training data, "
        f"temperature {temperature:.2f}"
    )
    return temperature


def _fit(inputs: sparse.csr_matrix, targets: NDArray[np.int64], plan: IntentTraining) -> LinearSVC:
    model = LinearSVC(C=plan.penalty, class_weight="balanced", random_state=plan.seed)
    return model.fit(inputs, targets)


def _inputs(texts: Sequence[str], idf: FloatArray) -> sparse.csr_matrix:
    """A row a text."""
    rows = [_row(text, idf) for text in texts]
    places = np.concatenate([[0], np.cumsum([len(columns) for columns, _ in rows])])
    columns, values = (np.concatenate(part) for part in zip(*rows, strict=True))
    return sparse.csr_matrix((values, columns, places), (len(texts), idf.size))


def _row(text: str, idf: FloatArray) -> tuple[NDArray[np.int64], FloatArray]:
    """Columns and TF-IDF over the buckets of each kind of n-gram, each kind of length 1."""
    columns, values = [], []
    for kind, found in enumerate(message_grams(text, idf.shape[1])):
        own = idf[kind, found]
        values.append(own * (WEIGHTS[kind] / max(float(np.linalg.norm(own)), 1e-6)))
        columns.append(np.array(found, dtype=np.int64) + kind * idf.shape[1])
    return np.concatenate(columns), np.concatenate(values)


def _idf(texts: Sequence[str], buckets: int) -> FloatArray:
    """(kinds of n-grams, buckets)."""
    counts = np.zeros((len(WEIGHTS), buckets))
    for text in texts:
        for row, found in zip(counts, message_grams(text, buckets), strict=True):
            row[found] += 1
    weights: FloatArray = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
    return weights


def _temperature(margins: FloatArray, targets: NDArray[np.int64]) -> float:
    """Temperature scaling (Guo et al. 2017, arXiv 1706.04599): one number by likelihood."""
    rows = np.arange(len(targets))
    grid = np.geomspace(0.02, 3.0, 120)
    losses = [-np.log(_softmax(margins / t)[rows, targets] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def _softmax(logits: FloatArray) -> FloatArray:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
