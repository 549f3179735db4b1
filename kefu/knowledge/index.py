"""What the knowledge room asks of an index; `edge` and `server` are its two kinds.

An index is built once and never changed. A store holds several, by name, and says which one is
current. New content is a new index, so a build that breaks leaves the current one as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kefu.knowledge.chunking import Passage
from kefu.knowledge.keywords import SparseTerms

FloatArray = NDArray[np.float32]

INDEX_FORMAT = 2  # raise it when what is stored changes: indexes are then built anew
DENSE = "dense"
KEYWORDS = "keywords"
INTENTS = "intents"
# Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009) with weights, as Qdrant has it:
# the sum over both sides of 1 / (rank / weight + K - 1), rank from 1. It only finds candidates, on
# which any weights do about as well; `reader` puts them in order.
RRF_K = 2
DENSE_WEIGHT, KEYWORD_WEIGHT = 0.2, 1.0


class SentenceEncoder(Protocol):
    """The part of `kefu.encoder.Encoder` that retrieval needs."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors do."""

    def sentence_vectors(self, texts: Sequence[str]) -> FloatArray:
        """(len(texts), a fixed dimension), each row of length 1, or 0 for a blank text."""


@dataclass(frozen=True)
class Entry:
    """A passage with what it is found by.

    `dense` is (pieces, dimension), a vector for each text that stands for the passage; a question
    is as near to the passage as to the nearest of them.
    """

    id: int
    passage: Passage
    dense: FloatArray
    keywords: SparseTerms


@dataclass(frozen=True)
class Query:
    """A question as vectors, searched in articles of `intent` or, with None, in all.

    A side that is None takes no part.
    """

    dense: FloatArray | None
    keywords: SparseTerms | None
    intent: str | None = None


@dataclass(frozen=True)
class Match:
    """An entry that was found. `score` is the fused one, or that of the only side asked."""

    id: int
    score: float


@dataclass(frozen=True)
class Manifest:
    """What is known of an index without opening it. `built_at` is ISO 8601 in UTC."""

    name: str
    encoder: str
    slugs: tuple[str, ...]
    passages: int
    built_at: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "slugs": list(self.slugs)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Manifest:
        """The inverse of `to_json`; a missing key is a KeyError."""
        known = {field.name: values[field.name] for field in fields(cls)}
        return cls(**{**known, "slugs": tuple(values["slugs"])})


class KnowledgeIndex(Protocol):
    """An index that is open for reading. Safe to share between threads."""

    def search(self, query: Query, limit: int) -> list[Match]:
        """The best entries, best first; [] when neither side of the query has anything."""

    def entries(self) -> Iterator[Entry]:
        """Everything that is stored, in order of id."""


class IndexStore(Protocol):
    """Where indexes live. Reading is safe from any process; writing happens under `lock`."""

    def version(self) -> object:
        """A cheap value that changes when another index becomes current."""

    def current(self) -> Manifest | None:
        """The current index, or None before the first one."""

    def open(self, name: str) -> KnowledgeIndex:
        """Open an index. Raises IndexUnavailableError."""

    def lock(self) -> AbstractContextManager[None]:
        """Keep other writers out."""

    def build(self, manifest: Manifest, entries: Sequence[Entry]) -> None:
        """Store a complete index under `manifest.name`, or nothing; never touches another."""

    def publish(self, manifest: Manifest) -> None:
        """Make it the current one, atomically."""

    def prune(self) -> None:
        """Remove what is neither current nor the one before it."""

    def location(self, name: str) -> str:
        """Where that index is, for people."""


def payload_of(entry: Entry) -> dict[str, Any]:
    """What is stored beside an entry's vectors."""
    return {**asdict(entry.passage), INTENTS: list(entry.passage.intents)}


def entry_of(id: int, payload: dict[str, Any], dense: FloatArray, keywords: SparseTerms) -> Entry:
    """The inverse of `payload_of`, with the vectors."""
    known = {field.name: payload[field.name] for field in fields(Passage)}
    passage = Passage(**{**known, INTENTS: tuple(payload[INTENTS])})
    return Entry(id, passage, dense, keywords)


def content_name(contents: Sequence[Sequence[str]], encoder: str) -> str:
    """A name that is the same exactly when the index would be the same."""
    text = json.dumps([INDEX_FORMAT, encoder, [list(content) for content in contents]])
    return hashlib.sha256(text.encode()).hexdigest()[:20]
