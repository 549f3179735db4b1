"""What a buyer has just said, and what the assistant answers: plain data, nothing of Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Said:
    """One message.

    Attributes:
        text: the buyer's words, or those that a button sends; empty for a payload, `/intent{...}`.
        intent: what NLU takes them for; None where it was not sure.
        entities: the values of each type, from left to right.
    """

    text: str
    intent: str | None = None
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def entity(self, name: str) -> str | None:
        """The first value of that type."""
        return next(iter(self.entities.get(name, ())), None)


@dataclass(frozen=True)
class Button:
    """`payload` is what arrives as the buyer's next message when `title` is pressed."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message to the buyer."""

    text: str
    buttons: tuple[Button, ...] = ()
