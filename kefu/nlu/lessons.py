"""Labelled messages for the joint model, and how training goes through them. Imports no Rasa."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kefu.nlu.joint import Reading

_SORTED = 100  # batches' worth of lessons sorted together: a twentieth of what is read is padding


@dataclass(frozen=True)
class Lesson:
    """A message that was labelled.

    Attributes:
        reading: its tokens.
        intent: None where only its entities were marked.
        tags: BIO, one a token.
    """

    reading: Reading
    intent: str | None
    tags: Sequence[str]


def split(
    lessons: Sequence[Lesson], share: float, chance: np.random.Generator
) -> tuple[list[Lesson], list[Lesson]]:
    """Held out and kept; nothing is held out where an intent would be left without a lesson."""
    order = chance.permutation(len(lessons))
    count = round(share * len(lessons))
    held = [lessons[at] for at in order[:count]]
    kept = [lessons[at] for at in order[count:]]
    if {x.intent for x in held} - {x.intent for x in kept} or len({x.intent for x in kept}) < 3:
        return [], list(lessons)
    return held, kept


def batches(
    lessons: Sequence[Lesson], size: int, chance: np.random.Generator
) -> Iterator[list[Lesson]]:
    """Batches of lessons of similar length, in a random order."""
    order = chance.permutation(len(lessons)).tolist()
    near: list[int] = []
    for start in range(0, len(order), _SORTED * size):
        near += sorted(
            order[start : start + _SORTED * size], key=lambda at: len(lessons[at].reading.text)
        )
    cut = [near[start : start + size] for start in range(0, len(near), size)]
    for number in chance.permutation(len(cut)):
        yield [lessons[at] for at in cut[number]]


def parts(lessons: Sequence[Lesson], size: int) -> Iterator[tuple[list[int], list[Lesson]]]:
    """Batches of lessons of similar length, with their places among all."""
    order = sorted(range(len(lessons)), key=lambda at: len(lessons[at].reading.text))
    for start in range(0, len(order), size):
        places = order[start : start + size]
        yield places, [lessons[at] for at in places]
