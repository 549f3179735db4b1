"""What `kefu check` does: read, examine, print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kefu.settings import HOME
from kefu.teaching.checking import count, examine
from kefu.teaching.findings import Finding, Severity
from kefu.teaching.reader import read_material


def check(
    data: Sequence[Path],
    domain: Path | None,
    show: Callable[[Finding], object],
    echo: Callable[[str], object],
) -> bool:
    """Check training data.

    Args:
        data: files and folders; none for the project's.
        domain: a file or a folder; None for the project's.
        show: takes each finding.
        echo: takes the last line, which counts.

    Returns:
        Whether there is no error.

    Raises:
        ExamplesError: what was named is not there.
    """
    material = read_material(data or [HOME / "data"], domain or HOME / "domain.yml")
    findings = examine(material)
    for finding in findings:
        show(finding)
    intents = {said.intent for said in material.examples}
    echo(f"{len(material.examples)} messages, {len(intents)} intents: {count(findings)}")
    return all(finding.severity is not Severity.ERROR for finding in findings)
