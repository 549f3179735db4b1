"""What was measured at one size of the shop, and the two rules that it must keep.

* No statement reads a table that grows, and is more than SMALL_PAGES long, from end to end.
* What a call touches in the largest shop is at most MOST_GROWTH times what it touches in the
  smallest, in shared buffers on average over calls. A B-tree over a hundred times as many rows has
  one level more, so that a search of three pages becomes one of four; twice leaves room for that
  and for chance, and nothing that grows with the table fits into it.

Buffers are what is judged, not seconds: they are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

import numpy as np

from bench.orders.clients import Timing
from bench.orders.plans import Plan
from bench.orders.questions import QUESTIONS

MOST_GROWTH = 2.0


@dataclass(frozen=True)
class Statement:
    """One statement of a question.

    Attributes:
        title: what it does to what.
        times: how often a call sends it, on average.
        buffers: shared pages that each of them touches, on average.
        indexes: used by any of them.
        read_whole: large tables that any of them reads from end to end.
        example: the first one's plan.
    """

    title: str
    times: float
    buffers: float
    indexes: tuple[str, ...]
    read_whole: tuple[str, ...]
    example: Plan


@dataclass(frozen=True)
class Answered:
    """One question at one size.

    Attributes:
        buffers: shared pages that each explained call touched, (calls,).
        statements: what a call sends.
        timings: by the number of clients.
    """

    buffers: Sequence[int]
    statements: Sequence[Statement]
    timings: Mapping[int, Timing]

    @property
    def mean_buffers(self) -> float:
        """What a call touches on average."""
        return mean(self.buffers)

    def p50(self, clients: int) -> float:
        """Milliseconds."""
        return float(np.median(self.timings[clients].milliseconds))


Size = Mapping[str, Answered]
"""The questions by name."""


def statements(calls: Sequence[Sequence[Plan]], large: set[str]) -> list[Statement]:
    """The plans of several calls of one question, by statement, in the order of sending."""
    of: dict[str, list[Plan]] = {}
    for plan in (plan for call in calls for plan in call):
        of.setdefault(plan.kind, []).append(plan)
    return [
        Statement(
            title=plans[0].title,
            times=len(plans) / len(calls),
            buffers=mean(plan.buffers for plan in plans),
            indexes=tuple(sorted({name for plan in plans for name in plan.indexes})),
            read_whole=tuple(sorted({t for plan in plans for t in plan.read_whole & large})),
            example=plans[0],
        )
        for plans in of.values()
    ]


def scans(sizes: Mapping[int, Size]) -> list[str]:
    """What breaks the first rule, a sentence each."""
    return [
        f"{QUESTIONS[name].title}, {orders:,} orders: {statement.title} reads all of {table}"
        for orders, size in sizes.items()
        for name, answered in size.items()
        for statement in answered.statements
        for table in statement.read_whole
    ]


def growth(sizes: Mapping[int, Size], name: str) -> float:
    """Buffers of a call in the largest shop for each one in the smallest."""
    small, large = min(sizes), max(sizes)
    return sizes[large][name].mean_buffers / sizes[small][name].mean_buffers


def grown(sizes: Mapping[int, Size]) -> list[str]:
    """What breaks the second rule, a sentence each."""
    return [
        f"{QUESTIONS[name].title}: {growth(sizes, name):.1f} times the buffers at "
        f"{max(sizes):,} orders, at most {MOST_GROWTH:g} times is allowed"
        for name in sizes[min(sizes)]
        if growth(sizes, name) > MOST_GROWTH
    ]
