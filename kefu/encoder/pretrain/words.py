"""Word statistics of the corpus: similar words for masking, first vectors for characters.

Positive pointwise mutual information factored by truncated SVD (Levy & Goldberg 2014,
"Neural word embedding as implicit matrix factorization"): minutes on a CPU, no gradient.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from kefu.encoder.pretrain.corpus import Examples

Word = tuple[int, ...]
_FIRST_PIECE = 5  # below are the special pieces


def ppmi_vectors(
    sequences: list[NDArray[np.int64]], size: int, dimension: int, window: int, seed: int
) -> NDArray[np.float32]:
    """Vectors (size, dimension) of items from their co-occurrence within `window` places."""
    counts = sparse.csr_matrix((size, size), dtype=np.float32)
    for distance in range(1, window + 1):
        left = np.concatenate([s[:-distance] for s in sequences if len(s) > distance])
        right = np.concatenate([s[distance:] for s in sequences if len(s) > distance])
        known = (left >= 0) & (right >= 0)
        ones = np.ones(int(known.sum()), dtype=np.float32) / distance
        counts += sparse.coo_matrix((ones, (left[known], right[known])), (size, size)).tocsr()
    counts = (counts + counts.T).tocoo()
    total = counts.data.sum()
    row = np.asarray(counts.tocsr().sum(axis=1)).ravel()
    smoothed = row**0.75 / (row**0.75).sum()
    pmi = np.log(counts.data / total / (row[counts.row] / total * smoothed[counts.col]))
    keep = pmi > 0
    matrix = sparse.coo_matrix(
        (pmi[keep].astype(np.float32), (counts.row[keep], counts.col[keep])), (size, size)
    ).tocsr()
    left_vectors, strengths, _ = randomized_svd(
        matrix, dimension, n_iter=3, random_state=np.random.RandomState(seed)
    )
    return np.asarray(left_vectors * np.sqrt(strengths), dtype=np.float32)


def character_vectors(
    examples: Examples, size: int, dimension: int, deviation: float, seed: int
) -> NDArray[np.float32]:
    """First embeddings, (size, dimension), centred and scaled to a standard deviation."""
    sequences = [row[row >= _FIRST_PIECE].astype(np.int64) for row in examples.pieces[:60000]]
    vectors = ppmi_vectors(sequences, size, dimension, window=4, seed=seed)
    vectors -= vectors.mean(axis=0)
    scale = vectors.std(axis=1, keepdims=True)
    noise = np.random.default_rng(seed).normal(0, deviation, vectors.shape)
    return np.where(scale > 1e-6, vectors / np.maximum(scale, 1e-6) * deviation, noise).astype(
        np.float32
    )


def similar_words(
    examples: Examples, *, words: int = 20000, neighbours: int = 6, seed: int = 0
) -> dict[Word, list[Word]]:
    """For each frequent word of one to four pieces its nearest words of the same length."""
    sentences = [
        _words(row, begin) for row, begin in zip(examples.pieces, examples.starts, strict=True)
    ]
    counts = Counter(word for sentence in sentences for word in sentence if len(word) <= 4)
    vocabulary = [word for word, _ in counts.most_common(words)]
    index = {word: number for number, word in enumerate(vocabulary)}
    sequences = [
        np.array([index.get(word, -1) for word in sentence], dtype=np.int64)
        for sentence in sentences
    ]
    vectors = ppmi_vectors(sequences, len(vocabulary), 100, window=4, seed=seed)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    table: dict[Word, list[Word]] = {}
    for length in range(1, 5):
        members = np.array([i for i, word in enumerate(vocabulary) if len(word) == length])
        for start in range(0, len(members), 1000):
            block = members[start : start + 1000]
            closeness = vectors[block] @ vectors[members].T
            nearest = np.argsort(-closeness, axis=1)[:, 1 : neighbours + 1]
            for word, near in zip(block, nearest, strict=True):
                table[vocabulary[word]] = [vocabulary[members[j]] for j in near]
    return table


def _words(row: NDArray[np.uint16], begin: NDArray[np.bool_]) -> list[Word]:
    found: list[Word] = []
    current: list[int] = []
    for piece, first in zip(row.tolist(), begin.tolist(), strict=True):
        if piece < _FIRST_PIECE or first:
            if current:
                found.append(tuple(current))
            current = []
        if piece >= _FIRST_PIECE:
            current.append(piece)
    if current:
        found.append(tuple(current))
    return found
