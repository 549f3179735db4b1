"""A check looks at one part and finds something; none may fail or hang the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

TIMEOUT_SECONDS = 60.0
"""Long enough to load torch and an encoder on a busy machine; network checks end much sooner."""


class State(Enum):
    """How a part is."""

    GOOD = "✓"
    ATTENTION = "!"
    BROKEN = "✗"


@dataclass(frozen=True)
class Finding:
    """What is known of one part, and what to do next where something is to be done."""

    part: str
    state: State
    detail: str
    next_step: str = ""


@dataclass(frozen=True)
class Check:
    """A part and how to look at it."""

    part: str
    look: Callable[[], Finding]


def examine(checks: Sequence[Check], timeout_seconds: float = TIMEOUT_SECONDS) -> list[Finding]:
    """Run all checks, one after the other. Never raises.

    Args:
        checks: in the order of the answer.
        timeout_seconds: longest wait for each.
    """
    return [_run(check, timeout_seconds) for check in checks]


def _run(check: Check, timeout_seconds: float) -> Finding:
    found: list[Finding] = []

    def look() -> None:
        try:
            found.append(check.look())
        except Exception as error:  # noqa: BLE001 - a doctor does not fall ill
            words = " ".join(str(error).split()) or type(error).__name__
            found.append(Finding(check.part, State.BROKEN, words, "mend what this says"))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(timeout_seconds)
    if found:
        return found[0]
    return Finding(
        check.part, State.BROKEN, f"no answer within {timeout_seconds:.0f} seconds", "try again"
    )


_COLOURS = {State.GOOD: "green", State.ATTENTION: "yellow", State.BROKEN: "red"}


def table(findings: Sequence[Finding]) -> Table:
    """For people."""
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    drawn.add_column("part", no_wrap=True)
    drawn.add_column("")
    drawn.add_column("detail", overflow="fold")
    drawn.add_column("next step", overflow="fold")
    for finding in findings:
        mark = f"[{_COLOURS[finding.state]}]{finding.state.value}[/]"
        drawn.add_row(finding.part, mark, escape(finding.detail), escape(finding.next_step))
    return drawn
