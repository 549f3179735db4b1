"""The keyword side of retrieval: texts become sparse vectors of hashed terms, weighed by BM25.

BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009,
eq. 3.15) scores a document d for a query q as

    sum over terms t of q:  idf(t) * tf(t, d) * (k1 + 1) / (tf(t, d) + k1 * (1 - b + b * |d| / L))

with tf the term's count in d, |d| the number of terms in d and L the mean of |d|. The second factor
is the document's vector; the query's vector is 1 for each term; the index multiplies by idf at
search time (Qdrant's `modifier: idf`), so that it always fits the articles that are there.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jieba
import yaml

TERMS_FORMAT = 1  # raise it when the terms of a text change: indexes are then built anew
K1 = 1.5
B = 0.6
_WORD = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*|[\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True)
class SparseTerms:
    """A sparse vector: hashed terms, ascending and distinct, and their weights."""

    indices: tuple[int, ...]
    values: tuple[float, ...]

    def __bool__(self) -> bool:
        return bool(self.indices)


def normalise(text: str) -> str:
    """NFKC, lower case, control and format characters as spaces, runs of blanks as one."""
    folded = unicodedata.normalize("NFKC", text).lower()
    visible = (" " if unicodedata.category(char)[0] == "C" else char for char in folded)
    return " ".join("".join(visible).split())


def terms(text: str) -> list[str]:
    """The content terms of `text`, with repeats.

    Words carry most; pairs of characters and single ones match across the many ways in which
    segmentation and colloquial speech break words. Synonyms go by one name.
    """
    stopwords, synonyms = _vocabulary()
    found: list[str] = []
    for run in _WORD.findall(normalise(text)):
        if run[0].isascii():
            found.append(run)
            continue
        words = [word for word in _segmenter().cut_for_search(run) if word not in stopwords]
        found.extend(synonyms.get(word, word) for word in words)
        pairs = (run[at : at + 2] for at in range(len(run) - 1))
        found.extend(
            pair for pair in pairs if pair not in stopwords and not stopwords.issuperset(pair)
        )
        found.extend(char for char in run if char not in stopwords)
    return found


def document_terms(text: str, mean_length: float) -> SparseTerms:
    """BM25 weights of a text that is indexed; `mean_length` is L above, in terms."""
    found = terms(text)
    norm = K1 * (1 - B + B * len(found) / max(mean_length, 1.0))
    counts = Counter(map(term_index, found))
    return _sparse({index: tf * (K1 + 1) / (tf + norm) for index, tf in counts.items()})


def query_terms(text: str) -> SparseTerms:
    """Weight 1 for each distinct term of a question; empty when it has no content."""
    return _sparse(dict.fromkeys(map(term_index, terms(text)), 1.0))


def mean_length(texts: Iterable[str]) -> float:
    """Mean number of terms; 1 for no texts."""
    lengths = [len(terms(text)) for text in texts]
    return max(sum(lengths) / len(lengths), 1.0) if lengths else 1.0


def warm_up() -> None:
    """Load the dictionary, about a second, so that no buyer waits for it."""
    _segmenter()


def term_index(term: str) -> int:
    """The term's dimension, a 32-bit number. 10,000 terms collide once in 86 sets."""
    return zlib.crc32(term.encode())


def _sparse(weights: dict[int, float]) -> SparseTerms:
    ordered = sorted(weights.items())
    return SparseTerms(tuple(index for index, _ in ordered), tuple(value for _, value in ordered))


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[frozenset[str], dict[str, str]]:
    content = yaml.safe_load((Path(__file__).parent / "terms.yml").read_text(encoding="utf-8"))
    synonyms = {word: group[0] for group in content["synonyms"] for word in group[1:]}
    return frozenset(content["stopwords"]), synonyms


@lru_cache(maxsize=1)
def _segmenter() -> jieba.Tokenizer:
    """A segmenter of our own: words that other code adds to jieba's global one do not reach it."""
    jieba.setLogLevel("WARNING")
    segmenter = jieba.Tokenizer()
    _, synonyms = _vocabulary()
    segmenter.initialize()
    for word in {*synonyms, *synonyms.values()}:
        segmenter.add_word(word)
    return segmenter
