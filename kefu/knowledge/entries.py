"""From articles to index entries: what a buyer's question is compared with.

A document is found better by the questions that it answers (Nogueira et al., "Document Expansion
by Query Prediction", 2019), so the questions in an article's front matter go to the passage that
answers them. Keywords are compared with all of a passage's texts at once. Meaning is compared with
each alone, the passage under its title, the title, the sentences, the questions, and the nearest
counts: a vector for 300 characters is near to everything a little.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kefu.errors import ArticleError
from kefu.knowledge import keywords
from kefu.knowledge.chunking import Passage, sentences, split
from kefu.knowledge.documents import Article
from kefu.knowledge.evidence import Terms
from kefu.knowledge.index import Entry, FloatArray, SentenceEncoder, content_name

_SHORTEST = 4  # characters of a sentence that gets a vector of its own


class Contents:
    """The texts of an index before any vector is computed; `name` is their hash."""

    def __init__(self, articles: Sequence[Article], encoder: str) -> None:
        """`encoder` is the fingerprint of the encoder that will embed them."""
        self.articles = tuple(articles)
        self._split = tuple(split(article) for article in articles)
        self.passages = tuple(passage for group in self._split for passage in group)
        texts = [
            [passage.id, passage.title, passage.heading, passage.text, *passage.intents]
            for passage in self.passages
        ]
        questions = [[article.slug, *article.questions] for article in articles]
        self.name = content_name(texts + questions, encoder)

    def entries(self, encoder: SentenceEncoder) -> list[Entry]:
        """One entry a passage, with its vectors; ids count from 0 in the articles' order.

        Raises:
            ArticleError: a passage has no character that the encoder knows.
        """
        texts = [passage_text(passage) for passage in self.passages]
        asked = self._questions(texts)
        pieces = [
            _pieces(passage, text, more)
            for passage, text, more in zip(self.passages, texts, asked, strict=True)
        ]
        vectors = _vectors(encoder, pieces)
        expanded = ["\n".join([text, *more]) for text, more in zip(texts, asked, strict=True)]
        mean = keywords.mean_length(expanded)
        return [
            Entry(number, passage, vectors[number], keywords.document_terms(text, mean))
            for number, (passage, text) in enumerate(zip(self.passages, expanded, strict=True))
        ]

    def _questions(self, texts: Sequence[str]) -> list[list[str]]:
        """For each passage the questions of its article that it has the most words of."""
        found = [set(keywords.query_terms(text).indices) for text in texts]
        terms = Terms(found)
        asked: list[list[str]] = [[] for _ in texts]
        first = 0
        for article, group in zip(self.articles, self._split, strict=True):
            span = range(first, first + len(group))
            for question in article.questions:
                wanted = keywords.query_terms(question).indices
                cover = [terms.coverage(wanted, found[number]) for number in span]
                asked[first + cover.index(max(cover))].append(question)
            first += len(group)
        return asked


def passage_text(passage: Passage) -> str:
    """A passage as it is compared: under its title and heading."""
    return "\n".join(part for part in (passage.title, passage.heading, passage.text) if part)


def _pieces(passage: Passage, whole: str, questions: Sequence[str]) -> list[str]:
    """The texts that stand for a passage, the questions last."""
    parts = (part.strip() for part in sentences(passage.text))
    return [whole, passage.title, *(part for part in parts if len(part) >= _SHORTEST), *questions]


def _vectors(encoder: SentenceEncoder, pieces: Sequence[Sequence[str]]) -> list[FloatArray]:
    """For each passage its (pieces, dimension), without pieces that the encoder cannot read."""
    found = encoder.sentence_vectors([text for texts in pieces for text in texts])
    every = np.asarray(found, dtype=np.float32)
    vectors: list[FloatArray] = []
    start = 0
    for texts in pieces:
        own = every[start : start + len(texts)]
        start += len(texts)
        if not own[0].any():
            raise ArticleError(
                f"{texts[0][:40]!r} has no character that the encoder knows; reword it."
            )
        vectors.append(own[own.any(axis=1)])
    return vectors
