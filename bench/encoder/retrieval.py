"""Which article answers a question: dense vectors, BM25, TF-IDF, and the product's fusion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.encoder.lexical import bm25_scores, tfidf_scores
from bench.knowledge import Question, fresh, ranks
from kefu.encoder import Encoder
from kefu.knowledge.documents import read_articles
from kefu.settings import Settings

Ranks = NDArray[np.float64]
FUSED, DENSE, KEYWORDS = "fused", "dense alone", "the product's keywords"
BM25, TFIDF = "BM25, pairs of characters", "TF-IDF, characters and pairs"


def article_ranks(
    settings: Settings, encoder: Encoder, questions: Sequence[Question], folder: Path
) -> dict[str, Ranks]:
    """For each way of searching the right article's place from 1, 0 when it is not found.

    Questions without an article are left out; `folder` is an empty one, for the index.
    """
    asked = [question for question in questions if question.slug is not None]
    texts = [question.text for question in asked]
    kb = fresh(settings, encoder, folder)
    articles = read_articles(settings.kb_dir)
    slugs = [article.slug for article in articles]
    whole = ["\n".join([a.title, *a.questions, a.body]) for a in articles]
    right = [slugs.index(str(question.slug)) for question in asked]
    return {
        FUSED: np.array(ranks(kb, asked, "fused", intent=False), dtype=np.float64),
        DENSE: np.array(ranks(kb, asked, "dense", intent=False), dtype=np.float64),
        BM25: _places(bm25_scores(texts, whole), right),
        TFIDF: _places(tfidf_scores(texts, whole), right),
        KEYWORDS: np.array(ranks(kb, asked, "keyword", intent=False), dtype=np.float64),
    }


def reciprocal(places: Ranks) -> Ranks:
    """1 / place, 0 for what was not found."""
    return np.divide(1.0, places, out=np.zeros_like(places), where=places > 0)


def _places(scores: NDArray[np.float64], right: Sequence[int]) -> Ranks:
    """Places by score; equal scores share the worst place."""
    own = scores[np.arange(len(right)), right]
    return (scores >= own[:, None]).sum(axis=1).astype(np.float64)
