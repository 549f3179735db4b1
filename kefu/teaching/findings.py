"""What a check finds: how bad it is, where it stands, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path

_QUOTED_CHARACTERS = 30


class Severity(Enum):
    """An error teaches the assistant something wrong or nothing; a warning, something weak."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file, counted from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        """FILE:LINE, as editors and terminals make a link of it."""
        here = Path.cwd()
        inside = self.file.is_relative_to(here)
        return f"{self.file.relative_to(here) if inside else self.file}:{self.line}"


@dataclass(frozen=True)
class Finding:
    """One thing to mend: a whole sentence."""

    severity: Severity
    place: Place
    sentence: str

    def __str__(self) -> str:
        """As compilers print theirs."""
        return f"{self.place}: {self.severity.value}: {self.sentence}"


def error(place: Place, sentence: str) -> Finding:
    """A finding that stops a training."""
    return Finding(Severity.ERROR, place, sentence)


def warning(place: Place, sentence: str) -> Finding:
    """A finding that does not."""
    return Finding(Severity.WARNING, place, sentence)


def quoted(text: str) -> str:
    """A message, or its beginning, for a sentence of one line."""
    plain = " ".join(text.split())
    short = plain if len(plain) <= _QUOTED_CHARACTERS else f"{plain[:_QUOTED_CHARACTERS]}…"
    return f'"{short}"'


def instead(name: str, known: Iterable[str]) -> str:
    """More of an advice, where a known name is near to the one that was written; else nothing."""
    near = get_close_matches(name, list(known), n=1)
    return f", or write {near[0]}" if near else ""
