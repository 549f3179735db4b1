"""All figures of one evaluation, and how they are written for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kefu.evaluation.confusions import Confusion, confusions
from kefu.evaluation.examples import OUT_OF_SCOPE, Example, Prediction
from kefu.evaluation.intervals import RESAMPLES
from kefu.evaluation.measures import (
    EntityFigures,
    IntentFigures,
    calibration_error,
    entity_figures,
    intent_figures,
    scope_auroc,
)
from kefu.evaluation.threshold import curve


@dataclass(frozen=True)
class Fallback:
    """What a threshold does; F1 as threshold.py defines it.

    Attributes:
        in_scope: share of the messages in scope that fall back.
        out_of_scope: share of the others; None where there are none.
    """

    threshold: float
    f1: float
    precision: float
    recall: float
    in_scope: float
    out_of_scope: float | None


@dataclass(frozen=True)
class Evaluation:
    """The figures of a set of messages.

    Attributes:
        entities: None where no message has an entity to find.
        calibration_error: of the predicted intent's confidence, out_of_scope among them.
        auroc: in scope against out_of_scope, by the predicted intent's confidence; None where
            either is missing, and so below.
        in_scope_auroc: the same by the confidence of the best intent in scope, which a model that
            knows out_of_scope lowers when it predicts that.
        fallback: at the model's own threshold, if it has one.
    """

    messages: int
    intents: IntentFigures
    entities: EntityFigures | None
    calibration_error: float
    auroc: float | None
    in_scope_auroc: float | None
    fallback: Fallback | None
    confusions: Sequence[Confusion]


def score(
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    threshold: float | None,
    resamples: int = RESAMPLES,
) -> Evaluation:
    """Compare at least one example with its prediction.

    Args:
        examples: labelled messages.
        predictions: one each.
        threshold: of the model's FallbackClassifier.
        resamples: samples for the intervals.
    """
    expected = [example.intent for example in examples]
    predicted = [prediction.intent for prediction in predictions]
    sure = np.array([prediction.confidence for prediction in predictions])
    right = np.array([a == b for a, b in zip(expected, predicted, strict=True)])
    in_scope = np.array([prediction.in_scope_confidence for prediction in predictions])
    return Evaluation(
        messages=len(examples),
        intents=intent_figures(expected, predicted, resamples),
        entities=entity_figures(examples, predictions, resamples),
        calibration_error=calibration_error(sure, right),
        auroc=scope_auroc(expected, sure),
        in_scope_auroc=scope_auroc(expected, in_scope),
        fallback=None if threshold is None else fallback_at(threshold, expected, predictions),
        confusions=confusions([example.text for example in examples], expected, predicted),
    )


def fallback_at(
    threshold: float, expected: Sequence[str], predictions: Sequence[Prediction]
) -> Fallback | None:
    """What this threshold does to these messages; None where none is in scope."""
    inside = np.array([intent != OUT_OF_SCOPE for intent in expected])
    if not inside.any():
        return None
    found = curve(expected, predictions)
    step = found.step(threshold)
    low = np.array([prediction.confidence < threshold for prediction in predictions])
    return Fallback(
        threshold,
        float(found.f1[step]),
        float(found.precision[step]),
        float(found.recall[step]),
        float(low[inside].mean()),
        None if inside.all() else float(low[~inside].mean()),
    )


def as_data(evaluation: Evaluation) -> dict[str, Any]:
    """The figures as plain values for JSON, intents and entities by name."""
    data = asdict(evaluation)
    for part in (data["intents"], data["entities"]):
        if part is not None:
            part["rows"] = {row.pop("name"): row for row in part["rows"]}
    data["confusions"] = [{**row, "count": len(row["texts"])} for row in data["confusions"]]
    return data


def prediction_rows(
    examples: Sequence[Example], predictions: Sequence[Prediction]
) -> Iterator[Mapping[str, Any]]:
    """One object a message: what stood beside it, what the model says, what would be right."""
    for example, prediction in zip(examples, predictions, strict=True):
        yield {
            **example.extra,
            "text": example.text,
            "intent": prediction.intent,
            "confidence": prediction.confidence,
            "intent_ranking": [
                {"name": name, "confidence": sure} for name, sure in prediction.ranking
            ],
            "entities": [dict(entity) for entity in prediction.entities],
            "expected_intent": example.intent,
        }
