"""Do two texts ask the same thing? Paraphrases against texts that share their words."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from bench.intervals import SEED
from kefu.encoder.pretrain.pairs import Paraphrases

SAME, NEAR, FAR = 2, 1, 0  # asks the same; shares words and does not; another group's text


@dataclass(frozen=True)
class GradedPairs:
    """`texts` pairs with their `grades` and the number of the group that each came from."""

    texts: tuple[tuple[str, str], ...]
    grades: NDArray[np.int64]
    groups: NDArray[np.int64]


def graded_pairs(groups: Sequence[Paraphrases]) -> GradedPairs:
    """All pairs inside the groups and, for each SAME pair, one with another group's text."""
    chance = random.Random(SEED)
    found: list[tuple[str, str, int, int]] = []
    for number, group in enumerate(groups):
        same = list(combinations(group.same, 2))
        found += [(one, other, SAME, number) for one, other in same]
        found += [(one, other, NEAR, number) for one in group.same for other in group.different]
        for one, _ in same:
            elsewhere = chance.choice([at for at in range(len(groups)) if at != number])
            found.append((one, chance.choice(groups[elsewhere].same), FAR, number))
    return GradedPairs(
        tuple((one, other) for one, other, _, _ in found),
        np.array([grade for _, _, grade, _ in found]),
        np.array([number for _, _, _, number in found]),
    )


def measures(pairs: GradedPairs, scores: NDArray[np.float64]) -> dict[str, float]:
    """AUC of SAME against NEAR, of SAME against all others, and Spearman's rank correlation."""
    close = pairs.grades != FAR
    return {
        "AUC, hard negatives": roc_auc_score(pairs.grades[close] == SAME, scores[close]),
        "AUC, all": roc_auc_score(pairs.grades == SAME, scores),
        "Spearman": spearmanr(pairs.grades, scores).statistic,
    }


def with_intervals(
    pairs: GradedPairs, scores: dict[str, NDArray[np.float64]], resamples: int
) -> dict[str, dict[str, tuple[float, float, float]]]:
    """For each scorer and measure: value, lower and upper end, resampling whole groups."""
    draw = np.random.default_rng(SEED)
    members = [np.flatnonzero(pairs.groups == number) for number in range(pairs.groups.max() + 1)]
    samples: dict[str, list[dict[str, float]]] = {name: [] for name in scores}
    for _ in range(resamples):
        picks = np.concatenate([members[at] for at in draw.integers(0, len(members), len(members))])
        sample = GradedPairs((), pairs.grades[picks], pairs.groups[picks])
        for name, values in scores.items():
            samples[name].append(measures(sample, values[picks]))
    table = {}
    for name, values in scores.items():
        ends = {
            measure: np.percentile([sample[measure] for sample in samples[name]], [2.5, 97.5])
            for measure in samples[name][0]
        }
        table[name] = {
            measure: (value, float(ends[measure][0]), float(ends[measure][1]))
            for measure, value in measures(pairs, values).items()
        }
    return table
