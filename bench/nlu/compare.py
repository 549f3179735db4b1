"""How well each arm does on the messages held out, and by how much ours leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.nlu.arms import Trained
from bench.nlu.serving import Loading
from kefu.evaluation.examples import Example, Prediction
from kefu.evaluation.intervals import ends
from kefu.evaluation.measures import Estimate, entity_figures, intent_figures

FASTER = 5.0
"""How many times as fast as DIET ours has to be trained."""

LEAD_RESAMPLES = 500  # each costs two evaluations of two arms

FIGURES = ("weighted F1", "macro F1", "entity F1")


@dataclass(frozen=True)
class Outcome:
    """One arm's figures, by `kefu.evaluation.measures`.

    Attributes:
        figures: those of FIGURES that it has, with 95 % intervals over messages.
        accuracy: share of the messages with the right intent.
    """

    trained: Trained
    loading: Loading
    figures: Mapping[str, Estimate]
    accuracy: Estimate
    predictions: Sequence[Prediction]


def outcome(
    held: Sequence[Example],
    trained: Trained,
    found: tuple[Sequence[Prediction], Loading],
    finds_entities: bool,
) -> Outcome:
    """Score one arm.

    Args:
        held: the messages.
        trained: what it took.
        found: what it says to them, and its loading.
        finds_entities: False leaves entities out.
    """
    predictions, loading = found
    intents = intent_figures([e.intent for e in held], [p.intent for p in predictions])
    figures = {"weighted F1": intents.weighted_f1, "macro F1": intents.macro_f1}
    entities = entity_figures(held, predictions) if finds_entities else None
    if entities is not None:
        figures["entity F1"] = entities.micro_f1
    return Outcome(trained, loading, figures, intents.accuracy, predictions)


def lead(held: Sequence[Example], ours: Outcome, other: Outcome) -> dict[str, Estimate]:
    """Ours minus the other, for each figure that both have.

    The intervals are of the difference: each sample asks both arms the same messages.
    """
    names = [name for name in FIGURES if name in ours.figures and name in other.figures]

    def difference(picks: NDArray[np.int64]) -> NDArray[np.float64]:
        asked = [held[pick] for pick in picks]
        one, two = (
            _values(asked, [arm.predictions[pick] for pick in picks], names)
            for arm in (ours, other)
        )
        return one - two

    low, high = ends(len(held), difference, LEAD_RESAMPLES)
    return {
        name: Estimate(
            ours.figures[name].value - other.figures[name].value, float(low[at]), float(high[at])
        )
        for at, name in enumerate(names)
    }


def verdicts(outcomes: Mapping[str, Outcome], ours: str, rival: str) -> list[tuple[str, bool]]:
    """What ours is meant to be, and whether it is: best on each figure, trained faster."""
    found = []
    for name in FIGURES:
        values = {arm: o.figures[name].value for arm, o in outcomes.items() if name in o.figures}
        if len(values) > 1 and ours in values:
            best = all(values[ours] > value for arm, value in values.items() if arm != ours)
            found.append((f"{ours} has the best {name}", best))
    times = outcomes[rival].trained.seconds / outcomes[ours].trained.seconds
    faster = f"{ours} trains at least {FASTER:g} times as fast as {rival} ({times:.1f} times)"
    return [*found, (faster, times >= FASTER)]


def _values(
    held: Sequence[Example], predictions: Sequence[Prediction], names: Sequence[str]
) -> NDArray[np.float64]:
    """Figures without intervals; one that these messages do not have is not a number."""
    intents = intent_figures([e.intent for e in held], [p.intent for p in predictions], 1)
    values = {"weighted F1": intents.weighted_f1.value, "macro F1": intents.macro_f1.value}
    if "entity F1" in names:
        entities = entity_figures(held, predictions, 1)
        values["entity F1"] = float("nan") if entities is None else entities.micro_f1.value
    return np.array([values[name] for name in names])
