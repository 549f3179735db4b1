"""What is scored: labelled messages, and what a model says to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kefu.errors import ExamplesError

OUT_OF_SCOPE = "out_of_scope"


class Span(NamedTuple):
    """An entity in a text: characters [start, end) and its type."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True)
class Example:
    """One labelled message.

    Attributes:
        text: as it was written.
        intent: the right one; the model need not know it.
        spans: its entities; None where the message was not annotated.
        extra: whatever else stood there.
    """

    text: str
    intent: str
    spans: frozenset[Span] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prediction:
    """What a model says to one message.

    Attributes:
        intent: the classifier's, whether or not a threshold would refuse it; None for no intent.
        confidence: of that intent, 0 to 1; 0 for None.
        ranking: (intent, confidence), best first.
        entities: dictionaries with start, end, value and entity.
    """

    intent: str | None
    confidence: float
    ranking: Sequence[tuple[str, float]]
    entities: Sequence[Mapping[str, Any]]

    @property
    def spans(self) -> frozenset[Span]:
        """Where entities are and of which type; two extractors that agree count once."""
        return frozenset(Span(e["start"], e["end"], e["entity"]) for e in self.entities)

    @property
    def in_scope_confidence(self) -> float:
        """Confidence of the best intent that is not out_of_scope; 0 when there is none."""
        return max((sure for name, sure in self.ranking if name != OUT_OF_SCOPE), default=0.0)


def broken(place: str, what: str) -> ExamplesError:
    """The one sentence for a line that cannot be read; `place` is file:line."""
    return ExamplesError(f"{place} {what}.")
