"""The figures as markdown for people and as plain values for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.nlu.compare import FIGURES, Outcome
from bench.nlu.seeds import WITHIN, Spread
from bench.nlu.serving import Alone
from kefu.evaluation.measures import Estimate


def rows(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A markdown table."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def outcomes(found: Mapping[str, Outcome]) -> str:
    """A row an arm."""
    return rows(
        (
            "arm",
            *FIGURES,
            "training",
            "its CPU time",
            "its classifier",
            "loading",
            "its classifier",
        ),
        [
            (
                arm,
                *(_estimate(outcome.figures.get(name)) for name in FIGURES),
                seconds(outcome.trained.seconds),
                seconds(outcome.trained.cpu_seconds),
                seconds(outcome.trained.classifier_seconds),
                seconds(outcome.loading.model),
                seconds(outcome.loading.classifier),
            )
            for arm, outcome in found.items()
        ],
    )


def leads(ours: str, found: Mapping[str, Mapping[str, Estimate]]) -> str:
    """A row for each other arm: ours minus it."""
    body = [
        (f"{ours} − {arm}", *(_estimate(figures.get(name), "+") for name in FIGURES))
        for arm, figures in found.items()
    ]
    return rows(("difference", *FIGURES), body)


def verdicts(found: Sequence[tuple[str, bool]]) -> str:
    """A line each."""
    return "\n".join(f"* {what}: {'yes' if right else 'NO'}" for what, right in found)


def seeds(outcomes: Mapping[int, Outcome], spreads: Mapping[str, Spread]) -> str:
    """A row a seed, then what they have in common."""
    names = list(spreads)
    body = [
        (str(seed), *(f"{outcome.figures[name].value:.3f}" for name in names))
        for seed, outcome in outcomes.items()
    ]
    body.append(("mean", *(f"{spread.mean:.3f}" for spread in spreads.values())))
    body.append(("worst", *(f"{spread.worst:.3f}" for spread in spreads.values())))
    held = [(f"worst {n} within {WITHIN:g} of the mean", s.within) for n, s in spreads.items()]
    return f"{rows(('seed', *names), body)}\n\n{verdicts(held)}"


def latencies(lengths: Sequence[int], found: Mapping[str, Alone]) -> str:
    """A row an arm; columns for each length of message."""
    times = [f"{length} characters: p50, p95, CPU p50" for length in lengths]
    return rows(
        ("arm, one core", *times, "first message", "loading", "its classifier"),
        [
            (
                arm,
                *(
                    f"{took.p50:.1f} ms, {took.p95:.1f} ms, {took.cpu_p50:.1f} ms"
                    for took in alone.latencies
                ),
                f"{alone.first:.0f} ms",
                seconds(alone.loading.model),
                seconds(alone.loading.classifier),
            )
            for arm, alone in found.items()
        ],
    )


def as_data(outcome: Outcome) -> dict[str, Any]:
    """One arm for JSON, without its predictions."""
    trained = outcome.trained
    return {
        **{name: asdict(figure) for name, figure in outcome.figures.items()},
        "accuracy": asdict(outcome.accuracy),
        "training_seconds": trained.seconds,
        "training_cpu_seconds": trained.cpu_seconds,
        "classifier_training_seconds": trained.classifier_seconds,
        "loading_seconds": asdict(outcome.loading),
        "model_bytes": trained.file.stat().st_size,
    }


def seconds(value: float | None) -> str:
    """For people; a dash for what is not there."""
    if value is None:
        return "—"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def _estimate(found: Estimate | None, sign: str = "") -> str:
    if found is None:
        return "—"
    return f"{found.value:{sign}.3f} [{found.low:{sign}.3f}, {found.high:{sign}.3f}]"
