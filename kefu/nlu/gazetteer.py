"""Words of the lookup tables as features: where a token lies in a listed name. Imports no Rasa."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import ahocorasick
import numpy as np
from numpy.typing import NDArray


class Gazetteer:
    """Marks tokens that begin, or lie inside, an entry of a lookup table.

    A mark is a hint for the tagger, not an entity: 白 is a colour in 白的 and not in 白买了. Of one
    table's entries that lie in one another only the longest counts: 手机壳 is one thing, not 手机.
    """

    def __init__(self, tables: Mapping[str, Sequence[str]]) -> None:
        self.tables = {name: sorted(set(words)) for name, words in sorted(tables.items())}
        self._automaton = ahocorasick.Automaton()
        by_word: dict[str, list[int]] = {}
        for number, words in enumerate(self.tables.values()):
            for word in words:
                by_word.setdefault(word.lower(), []).append(number)
        for word, numbers in by_word.items():
            self._automaton.add_word(word, (len(word), numbers))
        if by_word:
            self._automaton.make_automaton()
        self._empty = not by_word

    @property
    def width(self) -> int:
        """Features a token: two a table."""
        return 2 * len(self.tables)

    def marks(self, text: str, starts: Sequence[int]) -> NDArray[np.float32]:
        """Zeros and ones, (len(starts), width): begins an entry of table i, lies inside one.

        Args:
            text: the message.
            starts: first character of each token.
        """
        rows = np.zeros((len(starts), self.width), dtype=np.float32)
        if self._empty:
            return rows
        for number, spans in self._found(text).items():
            for first, end in spans:
                for at in range(bisect_left(starts, first), bisect_left(starts, end)):
                    rows[at, 2 * number + (starts[at] > first)] = 1.0
        return rows

    def _found(self, text: str) -> dict[int, list[tuple[int, int]]]:
        """First character and end of each table's entries, those within longer ones left out."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for last, (length, numbers) in self._automaton.iter(text.lower()):
            for number in numbers:
                spans.setdefault(number, []).append((last - length + 1, last + 1))
        return {number: _longest(own) for number, own in spans.items()}


def _longest(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that lie in no other one."""
    kept: list[tuple[int, int]] = []
    for first, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((first, end))
    return kept
