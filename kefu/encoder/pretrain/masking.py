"""MacBERT's masking: whole words in n-grams, replaced by similar words instead of [MASK].

Cui et al. 2020, section 3: spans of one to four words with 40, 30, 20 and 10 %; of the chosen
words 80 % become a similar word, 10 % a random one, 10 % stay. Half of the examples have their two
segments swapped, for sentence-order prediction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kefu.encoder.pretrain.corpus import Examples
from kefu.encoder.pretrain.vocabulary import CLS, PAD, SEP
from kefu.encoder.pretrain.words import Word

_SPAN_SHARES = (0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True)
class MaskedBatch:
    """One batch of `n` examples.

    Attributes:
        inputs: (n, length) word pieces with words replaced.
        segments: (n, length) 0 in the first segment, 1 in the second.
        positions: (m,) places to predict, in the flattened batch.
        targets: (m,) the word pieces that stood there.
        swapped: (n,) 1 where the two segments were exchanged.
    """

    inputs: NDArray[np.int64]
    segments: NDArray[np.int64]
    positions: NDArray[np.int64]
    targets: NDArray[np.int64]
    swapped: NDArray[np.int64]


class Masker:
    """Draws masked batches; the same generator state gives the same batch."""

    def __init__(self, similar: dict[Word, list[Word]], vocabulary_size: int, share: float) -> None:
        self._similar = similar
        self._size = vocabulary_size
        self._share = share

    def batch(
        self, examples: Examples, rows: NDArray[np.int64], chance: np.random.Generator
    ) -> MaskedBatch:
        """Masks the examples in `rows`."""
        inputs = examples.pieces[rows].astype(np.int64)
        starts = examples.starts[rows].copy()
        splits = examples.split[rows].copy()
        swapped = (chance.random(len(rows)) < 0.5).astype(np.int64)
        positions, targets = [], []
        for number in range(len(rows)):
            if swapped[number]:
                splits[number] = _swap(inputs[number], starts[number], int(splits[number]))
            chosen = self._mask(inputs[number], starts[number], chance)
            for place, piece in chosen:
                positions.append(number * inputs.shape[1] + place)
                targets.append(piece)
        places = np.arange(inputs.shape[1])
        segments = ((places[None] > splits[:, None]) & (inputs != PAD)).astype(np.int64)
        return MaskedBatch(inputs, segments, np.array(positions), np.array(targets), swapped)

    def _mask(
        self,
        row: NDArray[np.int64],
        starts: NDArray[np.bool_],
        chance: np.random.Generator,
    ) -> list[tuple[int, int]]:
        begins = np.flatnonzero(starts)
        ends = np.append(begins[1:], np.flatnonzero(row == SEP)[-1])
        ends = np.minimum(ends, _next_special(row, begins))
        budget = max(1, round(self._share * int((row != PAD).sum())))
        chosen: list[tuple[int, int]] = []
        taken: set[int] = set()
        for first in chance.permutation(len(begins)):
            if len(chosen) >= budget:
                break
            span = 1 + int(chance.choice(4, p=_SPAN_SHARES))
            for word in range(first, min(first + span, len(begins))):
                if word in taken or len(chosen) >= budget:
                    break
                taken.add(word)
                start, end = int(begins[word]), int(ends[word])
                original = tuple(int(piece) for piece in row[start:end])
                chosen += [(start + i, piece) for i, piece in enumerate(original)]
                row[start:end] = self._replacement(original, chance)
        return chosen

    def _replacement(self, word: Word, chance: np.random.Generator) -> Word:
        draw = chance.random()
        if draw >= 0.9:
            return word
        near = self._similar.get(word)
        if draw < 0.8 and near:
            return near[int(chance.integers(len(near)))]
        return tuple(int(piece) for piece in chance.integers(5, self._size, len(word)))


def _swap(row: NDArray[np.int64], starts: NDArray[np.bool_], split: int) -> int:
    """Exchanges the two segments in place; returns the new place of the first [SEP]."""
    end = int(np.flatnonzero(row == SEP)[-1])
    first, second = row[1:split].copy(), row[split + 1 : end].copy()
    first_starts, second_starts = starts[1:split].copy(), starts[split + 1 : end].copy()
    row[: end + 1] = np.concatenate([[CLS], second, [SEP], first, [SEP]])
    starts[: end + 1] = np.concatenate([[False], second_starts, [False], first_starts, [False]])
    return 1 + len(second)


def _next_special(row: NDArray[np.int64], begins: NDArray[np.int64]) -> NDArray[np.int64]:
    specials = np.flatnonzero(row == SEP)
    following: NDArray[np.int64] = specials[np.searchsorted(specials, begins)]
    return following
