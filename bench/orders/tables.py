"""The figures as markdown for people and as plain values for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.intervals import Rows, interval
from bench.nlu.tables import rows
from bench.orders.questions import QUESTIONS
from bench.orders.verdicts import MOST_GROWTH, Size, Statement, grown, growth, scans

_RESAMPLES = 200  # of up to some thousand calls; enough for two digits


def times(sizes: Mapping[int, Size]) -> str:
    """A row for each question, size and number of clients."""
    body = [
        (
            QUESTIONS[name].title,
            f"{orders:,}",
            str(clients),
            _percentile(timing.milliseconds, 50),
            _percentile(timing.milliseconds, 99),
            f"{timing.per_second:.0f}",
            f"{timing.client_cpu:.1f}",
            "—" if timing.server_cpu is None else f"{timing.server_cpu:.1f}",
        )
        for name in sizes[min(sizes)]
        for orders, size in sizes.items()
        for clients, timing in size[name].timings.items()
    ]
    took = ("p50 ms [95 %]", "p99 ms [95 %]", "calls/s", "client CPU ms", "server CPU ms")
    return rows(("question", "orders", "clients", *took), body)


def growths(sizes: Mapping[int, Size]) -> str:
    """A row a question: buffers of a call at each size, how they grow, how p50 grows."""
    small, large = min(sizes), max(sizes)
    counts = list(sizes[small][next(iter(sizes[small]))].timings)
    body = [
        (
            QUESTIONS[name].title,
            *(f"{size[name].mean_buffers:.1f}" for size in sizes.values()),
            f"{growth(sizes, name):.2f}",
            *(f"{sizes[large][name].p50(n) / sizes[small][name].p50(n):.2f}" for n in counts),
        )
        for name in sizes[small]
    ]
    at = [f"buffers at {orders:,}" for orders in sizes]
    grow = [f"p50, {n} client{'s' * (n > 1)}: {large:,} / {small:,}" for n in counts]
    return rows(("question", *at, f"buffers: {large:,} / {small:,}", *grow), body)


def statements(size: Size) -> str:
    """A row for each statement that the questions send."""
    body = [
        (
            QUESTIONS[name].title,
            statement.title,
            f"{statement.times:g}",
            f"{statement.buffers:.1f}",
            ", ".join(statement.indexes) or "—",
            ", ".join(statement.read_whole) or "no",
        )
        for name, answered in size.items()
        for statement in answered.statements
    ]
    head = ("question", "statement", "times", "buffers", "indexes", "reads a large table whole")
    return rows(head, body)


def verdicts(sizes: Mapping[int, Size]) -> str:
    """Both rules, and what breaks them."""
    span = f"from {min(sizes):,} to {max(sizes):,} orders"
    rules = {
        "no statement reads a large table whole": scans(sizes),
        f"buffers grow at most {MOST_GROWTH:g} times {span}": grown(sizes),
    }
    return "\n".join(
        line
        for rule, faults in rules.items()
        for line in (f"* {rule}: {'NO' if faults else 'yes'}", *(f"  * {f}" for f in faults))
    )


def as_data(size: Size) -> dict[str, Any]:
    """One size for JSON: all that was timed, and a plan of each statement."""
    return {
        name: {
            "buffers": list(answered.buffers),
            "statements": [_statement(statement) for statement in answered.statements],
            "timings": {
                str(clients): {
                    "milliseconds": [round(ms, 3) for ms in timing.milliseconds.tolist()],
                    "calls_per_second": timing.per_second,
                    "client_cpu_milliseconds": timing.client_cpu,
                    "server_cpu_milliseconds": timing.server_cpu,
                }
                for clients, timing in answered.timings.items()
            },
        }
        for name, answered in size.items()
    }


def _statement(found: Statement) -> dict[str, Any]:
    return {
        "title": found.title,
        "times": found.times,
        "buffers": found.buffers,
        "indexes": found.indexes,
        "read_whole": found.read_whole,
        "sql": found.example.statement,
        "plan": found.example.tree,
    }


def _percentile(milliseconds: Rows, percent: int) -> str:
    return interval(milliseconds, lambda ms: np.percentile(ms, percent), _RESAMPLES)
