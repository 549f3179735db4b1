"""Lends the messages of stories, of which only the intent is known, the words of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


class Lender:
    """Draws sentence vectors for the messages of dialogues, anew each time."""

    def __init__(
        self,
        heard: Sequence[Sequence[str | None]],
        longest: int,
        messages: Mapping[str, FloatArray],
        chance: np.random.Generator,
    ) -> None:
        """Where there are messages, and what there is to lend.

        Args:
            heard: of each dialogue the intents of its turns' messages, latest turn first; None
                where nothing was said.
            longest: turns a dialogue.
            messages: vectors of messages with each intent, (any number, dimension).
            chance: draws.
        """
        names = [name for name in sorted(messages) if len(messages[name])]
        self.dimension: int = messages[names[0]].shape[1] if names else 0
        empty = np.zeros((0, self.dimension), dtype=np.float32)
        self._vectors = np.concatenate([empty, *(messages[name] for name in names)])
        counts = np.array([len(messages[name]) for name in names], dtype=np.int64)
        firsts = np.concatenate([[0], np.cumsum(counts)])
        pools = {name: number for number, name in enumerate(names)}
        self._first: NDArray[np.int64] = np.zeros((len(heard), longest), dtype=np.int64)
        self._count: NDArray[np.int64] = np.zeros((len(heard), longest), dtype=np.int64)
        for row, dialogue in enumerate(heard):
            for place, intent in enumerate(dialogue):
                if intent in pools:
                    self._first[row, place] = firsts[pools[intent]]
                    self._count[row, place] = counts[pools[intent]]
        self._chance = chance

    def lend(self, rows: NDArray[np.int64], share: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors (len(rows), turns, dimension) and where there is one, (len(rows), turns).

        Args:
            rows: numbers of dialogues.
            share: of the messages that get words; the others keep zeros.
        """
        first, count = self._first[rows], self._count[rows]
        told = (count > 0) & (self._chance.random(count.shape) < share)
        vectors: FloatArray = np.zeros((*count.shape, self.dimension), dtype=np.float32)
        drawn = first + (self._chance.random(count.shape) * count).astype(np.int64)
        vectors[told] = self._vectors[drawn[told]]
        return torch.from_numpy(vectors), torch.from_numpy(told)
