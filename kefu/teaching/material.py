"""What teaches the assistant, each part with the line that it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.evaluation.examples import Span
from kefu.teaching.findings import Finding, Place


@dataclass(frozen=True)
class Utterance:
    """One message of a buyer.

    Attributes:
        place: its line.
        text: without marks.
        spans: its entities, in the order of the marks.
        marked: as it stands in the file; None in JSON Lines, which have no marks.
        intent: None in a story, where it stands in a line of its own.
        learned: the classifier learns it. False in JSON Lines, which only `kefu eval nlu` reads.
    """

    place: Place
    text: str
    spans: Sequence[Span]
    marked: str | None
    intent: str | None
    learned: bool = True


@dataclass(frozen=True)
class Named:
    """An intent's name where it is written."""

    name: str
    place: Place


@dataclass(frozen=True)
class Domain:
    """The names that a domain defines."""

    intents: Sequence[Named]
    entities: frozenset[str]


@dataclass(frozen=True)
class Material:
    """Everything that was read.

    Attributes:
        examples: labelled messages.
        spoken: texts of buyers in stories; no examples of an intent.
        labels: where data name the intent of the messages that follow.
        steps: intents in steps of stories and rules.
        domain: None where there is none, or it cannot be read.
        trains: Rasa can be trained on it; False where only JSON Lines were read.
        problems: what could not be read.
    """

    examples: Sequence[Utterance]
    spoken: Sequence[Utterance]
    labels: Sequence[Named]
    steps: Sequence[Named]
    domain: Domain | None
    trains: bool
    problems: Sequence[Finding]
