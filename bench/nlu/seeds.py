"""How much of a figure is luck: the same data, other seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.nlu.compare import FIGURES, Outcome

WITHIN = 0.02
"""How far below the mean the worst seed may be."""


@dataclass(frozen=True)
class Spread:
    """One figure over seeds."""

    mean: float
    worst: float

    @property
    def within(self) -> bool:
        """Whether the worst is near enough to the mean."""
        return self.mean - self.worst <= WITHIN


def spreads(outcomes: Mapping[int, Outcome]) -> dict[str, Spread]:
    """Of each figure that every seed has.

    Args:
        outcomes: by seed, at least one.
    """
    columns = {
        name: [outcome.figures[name].value for outcome in outcomes.values()]
        for name in FIGURES
        if all(name in outcome.figures for outcome in outcomes.values())
    }
    return {name: _spread(values) for name, values in columns.items()}


def _spread(values: Sequence[float]) -> Spread:
    return Spread(sum(values) / len(values), min(values))
