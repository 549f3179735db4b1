"""How much a linear classifier learns from a few examples an intent, over different features."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, spmatrix
from sklearn.svm import LinearSVC

from bench.encoder.lexical import tfidf
from bench.intervals import SEED
from kefu.encoder.pretrain.corpus import utterances

Matrix = NDArray[np.float32] | spmatrix
Features = Callable[[Sequence[str], Sequence[str]], tuple[Matrix, Matrix]]
Vectors = Callable[[Sequence[str]], NDArray[np.float32]]
DRAWS = 5  # of the examples; the figures are their mean
PENALTY = {"letters": 1.0, "vectors": 0.3}  # C of the probe, each the best on the dev split


def labelled(folder: Path) -> list[tuple[str, str]]:
    """(intent, text) of all NLU files in a folder."""
    return [pair for path in sorted(folder.glob("*.yml")) for pair in utterances(path)]


def hits(
    train: Sequence[tuple[str, str]],
    test: Sequence[tuple[str, str]],
    examples: int,
    features: Features,
    penalty: float = PENALTY["vectors"],
) -> NDArray[np.float64]:
    """(len(test), DRAWS): 1 where the probe that saw `examples` of each intent is right."""
    by_intent: dict[str, list[str]] = {}
    for intent, text in train:
        by_intent.setdefault(intent, []).append(text)
    columns = []
    for draw in range(DRAWS):
        chance = random.Random(SEED + draw)
        few = [
            (intent, text)
            for intent, texts in sorted(by_intent.items())
            for text in chance.sample(texts, min(examples, len(texts)))
        ]
        seen, asked = features([text for _, text in few], [text for _, text in test])
        model = LinearSVC(C=penalty, dual=True).fit(seen, [intent for intent, _ in few])
        columns.append(model.predict(asked) == np.array([intent for intent, _ in test]))
    return np.stack(columns, axis=1).astype(np.float64)


def ngrams(train: Sequence[str], test: Sequence[str]) -> tuple[Matrix, Matrix]:
    """TF-IDF over one to three characters."""
    vectorizer = tfidf((1, 3)).fit(train)
    return vectorizer.transform(train), vectorizer.transform(test)


def vectors(encode: Vectors) -> Features:
    """An encoder's vectors, each dimension standardised as the training texts say.

    Their mean squared length is 1, as it is for n-grams, so that the penalty means the same.
    """

    def features(train: Sequence[str], test: Sequence[str]) -> tuple[Matrix, Matrix]:
        seen, asked = encode(train), encode(test)
        mean = seen.mean(axis=0)
        scale = (seen.std(axis=0) + 1e-6) * np.sqrt(seen.shape[1])
        return (seen - mean) / scale, (asked - mean) / scale

    return features


def both_kinds(encode: Vectors) -> Features:
    """n-grams with an encoder's vectors beside them."""
    dense = vectors(encode)

    def features(train: Sequence[str], test: Sequence[str]) -> tuple[Matrix, Matrix]:
        letters, meaning = ngrams(train, test), dense(train, test)
        return (
            hstack([letters[0], csr_matrix(meaning[0])]).tocsr(),
            hstack([letters[1], csr_matrix(meaning[1])]).tocsr(),
        )

    return features
