"""The baselines: what letters alone can do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from kefu.knowledge.keywords import normalise

FloatArray = NDArray[np.float64]
K1, B = 1.5, 0.75  # the usual BM25


def tfidf(grams: tuple[int, int]) -> TfidfVectorizer:
    """Character n-grams with sublinear counts, vectors of length 1."""
    return TfidfVectorizer(
        analyzer="char", ngram_range=grams, sublinear_tf=True, preprocessor=normalise
    )


def tfidf_scores(questions: Sequence[str], documents: Sequence[str]) -> FloatArray:
    """Cosines (questions, documents) over characters and pairs of them."""
    vectorizer = tfidf((1, 2)).fit(documents)
    return np.asarray(
        (vectorizer.transform(questions) @ vectorizer.transform(documents).T).todense()
    )


def bm25_scores(questions: Sequence[str], documents: Sequence[str]) -> FloatArray:
    """BM25 (questions, documents) over pairs of characters."""
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(2, 2), preprocessor=normalise)
    counts = vectorizer.fit_transform(documents).astype(np.float64).toarray()
    found = (counts > 0).sum(axis=0)
    idf = np.log(1 + (len(documents) - found + 0.5) / (found + 0.5))
    length = counts.sum(axis=1, keepdims=True)
    weights = counts * (K1 + 1) / (counts + K1 * (1 - B + B * length / length.mean()))
    asked = (vectorizer.transform(questions) > 0).astype(np.float64)
    return np.asarray(asked @ (weights * idf).T)


def jaccard(pairs: Sequence[tuple[str, str]]) -> FloatArray:
    """Share of the characters of both texts that they have in common."""
    sets = [(set(normalise(one)), set(normalise(other))) for one, other in pairs]
    return np.array([len(one & other) / max(1, len(one | other)) for one, other in sets])


def tfidf_similarity(pairs: Sequence[tuple[str, str]], texts: Sequence[str]) -> FloatArray:
    """Cosines of pairs; how rare an n-gram is comes from `texts`."""
    vectorizer = tfidf((1, 2)).fit(texts)
    first = vectorizer.transform([one for one, _ in pairs])
    second = vectorizer.transform([other for _, other in pairs])
    return np.asarray(first.multiply(second).sum(axis=1)).ravel()
