"""One open index, and how its matches are put in order and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kefu.knowledge.chunking import Passage
from kefu.knowledge.evidence import WIDEST_MARGIN, Evidence, Terms, fit
from kefu.knowledge.index import Entry, FloatArray, KnowledgeIndex, Manifest, Query

_CANDIDATES = 40  # passages asked of the index, to be put in order here


@dataclass(frozen=True)
class Ranked:
    """A candidate with both of its scores, as in `evidence`."""

    entry: Entry
    share: float
    cosine: float

    @property
    def fit(self) -> float:
        """What the candidates are ordered by."""
        return fit(self.share, self.cosine)


class Reader:
    """One open index with what is needed to judge its matches. Never changes."""

    def __init__(self, manifest: Manifest, index: KnowledgeIndex) -> None:
        self.manifest = manifest
        self._index = index
        self._entries = {entry.id: entry for entry in index.entries()}
        self._weights = {
            entry.id: dict(zip(entry.keywords.indices, entry.keywords.values, strict=True))
            for entry in self._entries.values()
        }
        self.terms = Terms(self._weights.values())
        self._usual, self._spread = _usual_cosine([entry.dense for entry in self._entries.values()])
        self._intents = {name for entry in self._entries.values() for name in entry.passage.intents}

    def knows(self, intent: str | None) -> bool:
        """Whether any article lists the intent."""
        return intent in self._intents

    def ranked(self, query: Query) -> list[Ranked]:
        """The index's candidates in order of `fit`, best first.

        Fusion by rank finds the candidates; here both scores of each are known, and their weighted
        sum orders better than ranks do; `python -m bench.knowledge` shows both.
        """
        found = [
            self._rank(self._entries[match.id], query)
            for match in self._index.search(query, _CANDIDATES)
        ]
        return sorted(found, key=lambda rank: (-rank.fit, rank.entry.id))

    def best(self, query: Query) -> tuple[Passage, Evidence] | None:
        """The first passage and what speaks for it; None when nothing was found."""
        found = self.ranked(query)
        if not found:
            return None
        first = found[0]
        passage = first.entry.passage
        rival = next((rank for rank in found if rank.entry.passage.slug != passage.slug), None)
        lead = WIDEST_MARGIN if rival is None else min(first.fit - rival.fit, WIDEST_MARGIN)
        nearness = (first.cosine - self._usual) / self._spread
        return passage, Evidence(first.share, nearness, lead, query.intent is not None)

    def _rank(self, entry: Entry, query: Query) -> Ranked:
        wanted = query.keywords.indices if query.keywords else ()
        cosine = float((entry.dense @ query.dense).max()) if query.dense is not None else 0.0
        return Ranked(entry, self.terms.share(wanted, self._weights[entry.id]), cosine)


def _usual_cosine(vectors: Sequence[FloatArray]) -> tuple[float, float]:
    """How near a text is to a passage that it does not belong to: mean and standard deviation.

    The texts are the last pieces of at most 500 of the index's passages.
    """
    some = vectors[:: len(vectors) // 500 + 1]
    asked = np.stack([pieces[-1] for pieces in some])
    near = np.stack([(pieces @ asked.T).max(axis=0) for pieces in some])
    apart = near[~np.eye(len(some), dtype=bool)]
    if len(apart) < 3:
        return 0.5, 0.1
    return float(apart.mean()), max(float(apart.std()), 1e-3)
