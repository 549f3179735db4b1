"""Which intents are taken for which, and what that costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Confusion:
    """Messages of one intent that were taken for another.

    Attributes:
        expected: the right intent.
        predicted: the model's; None where it gave none.
        cost: by how much weighted F1 would rise if these messages were understood.
        texts: the messages.
    """

    expected: str
    predicted: str | None
    cost: float
    texts: tuple[str, ...]


def confusions(
    texts: Sequence[str], expected: Sequence[str], predicted: Sequence[str | None]
) -> list[Confusion]:
    """All of them, those that cost most first."""
    names: list[str | None] = [*sorted(set(expected) | {p for p in predicted if p}), None]
    place = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    wrong: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for text, right, said in zip(texts, expected, predicted, strict=True):
        matrix[place[right], place[said]] += 1
        if said != right:
            wrong[right, said].append(text)
    now = _weighted_f1(matrix)
    found = []
    for (right, said), which in wrong.items():
        mended = matrix.copy()
        mended[place[right], place[said]] = 0
        mended[place[right], place[right]] += len(which)
        found.append(Confusion(right, said, _weighted_f1(mended) - now, tuple(which)))
    return sorted(found, key=lambda each: (-each.cost, each.expected, each.predicted or ""))


def _weighted_f1(matrix: FloatArray) -> float:
    """Of a confusion matrix, rows the right intents."""
    support, claimed = matrix.sum(axis=1), matrix.sum(axis=0)
    f1 = 2 * matrix.diagonal() / np.maximum(support + claimed, 1)
    return float((f1 * support).sum() / support.sum())
