"""Figures from labels and predictions; nothing here knows files or models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from kefu.evaluation.examples import OUT_OF_SCOPE, Example, Prediction, Span
from kefu.evaluation.intervals import RESAMPLES, ends

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_BINS = 15
_NOBODY = -1  # the place of a prediction without an intent


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """How well one intent, or one type of entity, is found.

    Attributes:
        expected: how often it should have been found.
        predicted: how often it was.
    """

    name: str
    precision: float
    recall: float
    f1: float
    expected: int
    predicted: int


@dataclass(frozen=True)
class IntentFigures:
    """Of all messages.

    Attributes:
        accuracy: share that has the right intent.
        weighted_f1: mean F1 of intents, each weighed by its messages.
        macro_f1: mean F1 of intents; as in scikit-learn, one that is predicted but never right
            counts with an F1 of 0.
        rows: one an intent, by name.
    """

    accuracy: Estimate
    weighted_f1: Estimate
    macro_f1: Estimate
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class EntityFigures:
    """Of the messages that were annotated: an entity counts when start, end and type are right."""

    messages: int
    micro_f1: Estimate
    rows: tuple[Row, ...]


def intent_figures(
    expected: Sequence[str], predicted: Sequence[str | None], resamples: int = RESAMPLES
) -> IntentFigures:
    """Precision, recall and F1 of intents; an intent that the model does not know is missed.

    Args:
        expected: right intents, at least one.
        predicted: the model's, in the same order; None is a miss and no intent's false alarm.
        resamples: samples for the intervals.
    """
    names = sorted(set(expected) | {name for name in predicted if name})
    place = {name: number for number, name in enumerate(names)}
    right = np.array([place[name] for name in expected])
    said = np.array([place[name] if name else _NOBODY for name in predicted])

    def averages(picks: IntArray) -> FloatArray:
        support, claimed, hits = _counts(right[picks], said[picks], len(names))
        seen, f1 = support + claimed > 0, _f1(hits, claimed, support)
        return np.array(
            [hits.sum() / len(picks), (f1 * support).sum() / len(picks), f1[seen].mean()]
        )

    accuracy, weighted, macro = _estimates(averages, len(right), resamples)
    support, claimed, hits = _counts(right, said, len(names))
    return IntentFigures(accuracy, weighted, macro, _rows(names, hits, claimed, support))


def entity_figures(
    examples: Sequence[Example], predictions: Sequence[Prediction], resamples: int = RESAMPLES
) -> EntityFigures | None:
    """Micro F1 over exact spans with types; None when no message has an entity to find."""
    pairs = [
        (example.spans, prediction.spans)
        for example, prediction in zip(examples, predictions, strict=True)
        if example.spans is not None
    ]
    if not any(true for true, _ in pairs):
        return None
    each = np.array([[len(true & said), len(said), len(true)] for true, said in pairs])

    def micro(picks: IntArray) -> FloatArray:
        hits, claimed, support = each[picks].sum(axis=0)
        found = claimed + support  # none of either in this sample: no F1
        return np.array([2 * hits / found if found else np.nan])

    (f1,) = _estimates(micro, len(each), resamples)
    return EntityFigures(len(pairs), f1, _entity_rows(pairs))


def calibration_error(confidences: FloatArray, right: NDArray[np.bool_]) -> float:
    """Expected calibration error over 15 bins of equal width (Guo et al. 2017, arXiv 1706.04599).

    Args:
        confidences: of the predicted intents, (n,), 0 to 1.
        right: whether each is the right one, (n,).
    """
    bins = np.clip(np.ceil(confidences * _BINS).astype(np.int64) - 1, 0, _BINS - 1)
    gaps = np.bincount(bins, weights=confidences - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidences))


def scope_auroc(expected: Sequence[str], scores: FloatArray) -> float | None:
    """Chance that a message in scope scores higher than one that is out of scope.

    None where either kind is missing.
    """
    inside = np.array([intent != OUT_OF_SCOPE for intent in expected])
    if inside.all() or not inside.any():
        return None
    return float(roc_auc_score(inside, scores))


def _counts(right: IntArray, said: IntArray, size: int) -> tuple[IntArray, IntArray, IntArray]:
    """How often each place is right, is said, and both; (size,) each."""
    support = np.bincount(right, minlength=size)
    claimed = np.bincount(said[said != _NOBODY], minlength=size)
    return support, claimed, np.bincount(right[right == said], minlength=size)


def _f1(hits: IntArray, claimed: IntArray, support: IntArray) -> FloatArray:
    return np.asarray(2 * hits / np.maximum(claimed + support, 1), dtype=np.float64)


def _rows(
    names: Sequence[str], hits: IntArray, claimed: IntArray, support: IntArray
) -> tuple[Row, ...]:
    precision, recall = hits / np.maximum(claimed, 1), hits / np.maximum(support, 1)
    figures = zip(precision, recall, _f1(hits, claimed, support), support, claimed, strict=True)
    return tuple(
        Row(name, float(p), float(r), float(f), int(s), int(c))
        for name, (p, r, f, s, c) in zip(names, figures, strict=True)
    )


def _entity_rows(pairs: Sequence[tuple[frozenset[Span], frozenset[Span]]]) -> tuple[Row, ...]:
    names = sorted({span.entity for pair in pairs for spans in pair for span in spans})
    place = {name: number for number, name in enumerate(names)}

    def tally(many: list[frozenset[Span]]) -> IntArray:
        found = [place[span.entity] for spans in many for span in spans]
        return np.bincount(np.array(found, dtype=np.int64), minlength=len(names))

    true, said = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return _rows(names, tally([a & b for a, b in pairs]), tally(said), tally(true))


def _estimates(
    statistic: Callable[[IntArray], FloatArray], count: int, resamples: int
) -> list[Estimate]:
    low, high = ends(count, statistic, resamples)
    values = statistic(np.arange(count))
    return [
        Estimate(float(v), float(a), float(b)) for v, a, b in zip(values, low, high, strict=True)
    ]
