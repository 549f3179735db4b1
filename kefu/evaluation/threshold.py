"""Below which confidence a message should fall back: the maximum of F1 over all thresholds.

A message falls back when its confidence is below the threshold. Counted are the answers that name
an intent in scope:

* a message in scope with the right answer is a true positive;
* with a wrong answer it is a false positive and a miss;
* if it falls back, or is taken for out_of_scope, it is a miss and no false positive;
* a message out of scope that is answered is a false positive; if it falls back, or is taken for
  out_of_scope, nothing is wrong with it.

So with R right answers, A answers and N messages in scope, precision is R / A, recall R / N and
F1 is 2 R / (A + N). Refusing wrong answers raises it, refusing right ones lowers it; for calibrated
confidences the best threshold is half the best F1 (Lipton et al. 2014, arXiv 1402.1892).
FallbackClassifier's `ambiguity_threshold`, a second reason to fall back, is left out of account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kefu.evaluation.examples import OUT_OF_SCOPE, Prediction

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """F1 as a step function: `f1[k]` holds for thresholds in (`edges[k]`, `edges[k + 1]`].

    Attributes:
        edges: (k + 1,) rising; the first is 0, which counts as inside, and the last 1.
        precision, recall, f1: (k,); precision is 1 where nothing is answered.
    """

    edges: FloatArray
    precision: FloatArray
    recall: FloatArray
    f1: FloatArray

    def step(self, threshold: float) -> int:
        """Which step a threshold is on."""
        place = int(np.searchsorted(self.edges, threshold, side="left")) - 1
        return min(max(place, 0), len(self.f1) - 1)


@dataclass(frozen=True)
class Choice:
    """The best threshold, the plateau (low, high] in whose middle it lies, and F1 there."""

    threshold: float
    low: float
    high: float
    f1: float


def curve(expected: Sequence[str], predictions: Sequence[Prediction]) -> Curve:
    """F1 at every threshold, as this module's head defines it.

    Args:
        expected: right intents; at least one in scope.
        predictions: the model's, in the same order.

    Raises:
        ValueError: no message is in scope.
    """
    inside = sum(intent != OUT_OF_SCOPE for intent in expected)
    if not inside:
        raise ValueError("no message is in scope")
    sure = np.array([prediction.confidence for prediction in predictions])
    answered = np.array([p.intent not in (None, OUT_OF_SCOPE) for p in predictions])
    right = answered & np.array(
        [p.intent == intent for p, intent in zip(predictions, expected, strict=True)]
    )
    edges = np.unique(np.concatenate([[0.0], sure, [1.0]]))
    # At a threshold in (edges[k], edges[k + 1]] those stay whose confidence reaches edges[k + 1].
    answers, hits = _reaching(sure[answered], edges[1:]), _reaching(sure[right], edges[1:])
    return Curve(
        edges=edges,
        precision=np.where(answers > 0, hits / np.maximum(answers, 1), 1.0),
        recall=hits / inside,
        f1=2 * hits / (answers + inside),
    )


def best(found: Curve) -> Choice:
    """The middle of the widest stretch on which F1 is highest, with as few digits as stay on it."""
    top = found.f1 >= found.f1.max() - 1e-12
    starts = np.flatnonzero(top & ~np.concatenate([[False], top[:-1]]))
    stops = np.flatnonzero(top & ~np.concatenate([top[1:], [False]])) + 1
    widest = int(np.argmax(found.edges[stops] - found.edges[starts]))
    low, high = float(found.edges[starts[widest]]), float(found.edges[stops[widest]])
    return Choice(_rounded((low + high) / 2, low, high), low, high, float(found.f1.max()))


def _reaching(confidences: FloatArray, edges: FloatArray) -> NDArray[np.int64]:
    """How many are at least as high as each edge."""
    return len(confidences) - np.searchsorted(np.sort(confidences), edges, side="left")


def _rounded(middle: float, low: float, high: float) -> float:
    for digits in range(2, 16):
        if low < round(middle, digits) <= high:
            return round(middle, digits)
    return middle
