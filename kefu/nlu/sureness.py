"""How sure of an entity the tagger must be, decided by messages held out of its training.

Tags are decoded to the most probable sequence, so where a goods' name might or might not be one the
tagger says so at 0.51. Left out, such entities cost fewer hits than they cost errors. Imports no
Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kefu.nlu.tagging import Decoder, TagSpan

FloatArray = NDArray[np.float32]
_STEPS = tuple(round(0.05 * step, 2) for step in range(17))  # 0 to 0.8
_FEWEST = 50  # entities; fewer decide nothing


def least_confidence(
    scores: Sequence[FloatArray], expected: Sequence[Sequence[str]], tags: list[str]
) -> tuple[float, float]:
    """The least confidence with the best F1 of exact spans, and that F1.

    Args:
        scores: log probabilities (tokens, tags) of each message.
        expected: BIO tags of each message's tokens.
        tags: the names of the scores' columns.

    Returns:
        (0, 0) where there are too few entities to decide.
    """
    decoder = Decoder(tags)
    wanted = [set(_spans(message)) for message in expected]
    count = sum(map(len, wanted))
    if count < _FEWEST:
        return 0.0, 0.0
    found: list[tuple[float, bool]] = []
    for row, there in zip(scores, wanted, strict=True):
        found += [(span.confidence, _key(span) in there) for span in decoder.spans(row)]
    best = (0.0, 0.0)
    for step in _STEPS:
        kept = [right for sure, right in found if sure >= step]
        f1 = 2 * sum(kept) / (len(kept) + count)
        if f1 > best[1]:
            best = (step, f1)
    return best


def _key(span: TagSpan) -> tuple[str, int, int]:
    return span.entity, span.first, span.last


def _spans(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """(entity, first token, one past the last) of BIO tags."""
    found: list[tuple[str, int, int]] = []
    for place, tag in enumerate(tags):
        if tag.startswith("I-") and found and found[-1][2] == place:
            found[-1] = (*found[-1][:2], place + 1)
        elif tag != "O":
            found.append((tag[2:], place, place + 1))
    return found
