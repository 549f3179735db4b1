"""A figure with its 95 % interval, as the benchmarks print it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kefu.evaluation.intervals import RESAMPLES, SEED, ends

__all__ = ["RESAMPLES", "SEED", "Rows", "interval"]

Rows = NDArray[np.float64]


def interval(rows: Rows, statistic: Callable[[Rows], Any], resamples: int = RESAMPLES) -> str:
    """`statistic` of the rows with its interval over rows, as `0.812 [0.75, 0.87]`."""
    low, high = ends(len(rows), lambda picks: statistic(rows[picks]), resamples)
    return f"{statistic(rows):.3f} [{low:.2f}, {high:.2f}]"
