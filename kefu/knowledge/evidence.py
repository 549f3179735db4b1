"""How well a passage fits a question, and how sure we are that it answers it.

Everything here can be followed by hand: shares of the question's words, a cosine, a difference.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

# Of the cosine beside the keyword share, whose best is about 1. The dev questions' mean reciprocal
# rank is 0.755, 0.787, 0.798, 0.799 and 0.800 for 0.5, 1, 1.5, 2 and 3.
COSINE_WEIGHT = 1.5
WIDEST_MARGIN = 0.5  # a larger lead says no more; also the lead of an article without a rival
# Logistic regression of "the best article is the right one" on bench/data/kb_dev_questions.yml,
# each question asked without and, where articles list it, with its intent. Fitted for
# models/encoder by `python -m bench.knowledge --fit`; run that again for another encoder.
INTERCEPT = -2.82
PER_NEARNESS = 0.71
PER_MARGIN = 4.21
PER_INTENT = 0.41


class Terms:
    """How rare each term is among the entries of an index."""

    def __init__(self, documents: Iterable[Collection[int]]) -> None:
        """`documents` are the distinct term indices of each entry."""
        self._frequency: Counter[int] = Counter()
        self._documents = 0
        for document in documents:
            self._frequency.update(document)
            self._documents += 1

    def idf(self, term: int) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)), as Qdrant's `modifier: idf`; highest for unknown."""
        known = self._frequency[term]
        return math.log(1 + (self._documents - known + 0.5) / (known + 0.5))

    def share(self, question: Sequence[int], weights: Mapping[int, float]) -> float:
        """BM25 score of a document over the most that weights of 1 would give; 0 without terms."""
        rarity = [self.idf(term) for term in question]
        scored = sum(
            idf * weights.get(term, 0.0) for term, idf in zip(question, rarity, strict=True)
        )
        return scored / sum(rarity) if question else 0.0

    def coverage(self, question: Sequence[int], document: Collection[int]) -> float:
        """Share of the question's terms, weighed by rarity, that the document has: 0 to 1."""
        return self.share(question, dict.fromkeys(document, 1.0))


@dataclass(frozen=True)
class Evidence:
    """What speaks for a passage.

    Attributes:
        share: `Terms.share` of the question in the passage; 0 when they have no word in common.
        nearness: cosine of their sentence vectors, in standard deviations above what two of the
            shop's passages have in common on average: encoders differ in that, and much.
        margin: lead in `fit` over the best other article, 0 to WIDEST_MARGIN.
        intent: whether the buyer's intent chose the articles to look in.
    """

    share: float
    nearness: float
    margin: float
    intent: bool


def fit(share: float, cosine: float) -> float:
    """What passages are ordered by."""
    return share + COSINE_WEIGHT * cosine


def confidence(evidence: Evidence) -> float:
    """Probability, 0 to 1, that the passage answers; 0 when not one word speaks for it."""
    if evidence.share == 0 and not evidence.intent:
        return 0.0
    logit = (
        INTERCEPT
        + PER_NEARNESS * evidence.nearness
        + PER_MARGIN * evidence.margin
        + PER_INTENT * evidence.intent
    )
    return 1 / (1 + math.exp(-logit))
