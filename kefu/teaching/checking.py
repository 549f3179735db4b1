"""All checks at once, for `kefu check` and before each training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kefu.errors import TrainingDataError
from kefu.teaching import intents, marks, repeats
from kefu.teaching.findings import Finding, Severity
from kefu.teaching.material import Material
from kefu.teaching.reader import read_material

Check = Callable[[Material], Iterator[Finding]]

_SHOWN = 30  # before a training; more would push what matters off the screen

CHECKS: tuple[Check, ...] = (
    intents.few_examples,
    intents.intents_without_examples,
    intents.intents_not_in_domain,
    intents.intents_in_stories,
    intents.empty_messages,
    marks.broken_marks,
    marks.empty_marks,
    marks.unknown_entities,
    marks.overlapping_entities,
    marks.misaligned_entities,
    repeats.repeated_messages,
)


def examine(material: Material) -> list[Finding]:
    """Everything that can be said against what was read, by file and line."""
    found = [*material.problems, *(finding for check in CHECKS for finding in check(material))]
    return sorted(found, key=lambda finding: (finding.place, finding.severity.value))


def count(findings: Sequence[Finding]) -> str:
    """How many errors and warnings, for people."""
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(
        f"{counts[severity]} {severity.value}{'' if counts[severity] == 1 else 's'}"
        for severity in Severity
    )


def approve(data: Sequence[Path], domain: Path | None, show: Callable[[str], None]) -> None:
    """Lets a training begin, or not.

    Args:
        data: see `read_material`.
        domain: see `read_material`.
        show: takes findings as lines, errors first.

    Raises:
        TrainingDataError: something in the data would be learned wrong or not at all.
        ExamplesError: what was named is not there.
    """
    findings = examine(read_material(data, domain))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    errors_first = sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)
    for finding in errors_first[:_SHOWN]:
        show(str(finding))
    if len(findings) > _SHOWN:
        show(f"… and {len(findings) - _SHOWN} more: `kefu check` lists all of them.")
    if errors:
        others = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise TrainingDataError(
            f"The training data has an error at {errors[0].place}{others}: mend what "
            "`kefu check` lists and train again."
        )
