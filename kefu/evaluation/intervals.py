"""95 % intervals by the percentile bootstrap (Efron 1979)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED, RESAMPLES = 20261008, 2000

Picks = NDArray[np.int64]


def ends(
    count: int, statistic: Callable[[Picks], Any], resamples: int = RESAMPLES
) -> NDArray[np.float64]:
    """Lower and upper end for each figure, (2, …), resampling `count` rows.

    Args:
        count: how many rows there are.
        statistic: takes the numbers of the rows drawn, (count,); gives a figure or an array of
            them. A figure that is not a number for a sample leaves that sample out.
        resamples: how many samples to draw.
    """
    draw = np.random.default_rng(SEED)
    samples = [statistic(draw.integers(0, count, count)) for _ in range(resamples)]
    found: NDArray[np.float64] = np.nanpercentile(samples, [2.5, 97.5], axis=0)
    return found
