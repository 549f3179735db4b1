"""Which tokens a mark cuts, found without Rasa's tokenizer: its import takes ten seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kefu.tokens import TOKEN


class Piece(NamedTuple):
    """A token: characters [start, end) of a text, and what stands there."""

    start: int
    end: int
    text: str


def pieces(text: str) -> Iterator[Piece]:
    """The tokens of a text, as the tokenizer makes them."""
    for found in TOKEN.finditer(text):
        yield Piece(found.start(), found.end(), found.group())


def cut(start: int, end: int, tokens: Iterable[Piece]) -> list[str]:
    """The tokens that a mark over characters [start, end) begins or ends inside of.

    Entities are learned token by token, and a token goes where its first character goes: a mark
    that cuts one is learned too long, too short or not at all.
    """
    return [
        token.text
        for token in tokens
        if token.start < start < token.end or token.start < end < token.end
    ]
