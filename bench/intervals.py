"""95 % intervals by the percentile bootstrap (Efron 1979)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED, RESAMPLES = 20261008, 2000

Rows = NDArray[np.float64]


def interval(rows: Rows, statistic: Callable[[Rows], Any], resamples: int = RESAMPLES) -> str:
    """`statistic` of the rows with its interval over rows, as `0.812 [0.75, 0.87]`."""
    draw = np.random.default_rng(SEED)
    picks = draw.integers(0, len(rows), (resamples, len(rows)))
    low, high = np.nanpercentile([statistic(rows[pick]) for pick in picks], [2.5, 97.5])
    return f"{statistic(rows):.3f} [{low:.2f}, {high:.2f}]"
