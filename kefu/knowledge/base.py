"""The knowledge base: a question in, passages or an answer out."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from kefu.errors import IndexMissingError, IndexUnavailableError
from kefu.knowledge import keywords
from kefu.knowledge.chunking import Passage
from kefu.knowledge.evidence import Evidence, confidence
from kefu.knowledge.excerpt import excerpt
from kefu.knowledge.index import (
    IndexStore,
    Manifest,
    Query,
    SentenceEncoder,
)
from kefu.knowledge.reader import Reader
from kefu.knowledge.stores import store_for
from kefu.settings import Settings

logger = logging.getLogger(__name__)

Side = Literal["dense", "keyword", "fused"]
QUESTION_CHARACTERS = 400  # of a longer message only the beginning is searched for


@dataclass(frozen=True)
class Hit:
    """A passage that was found. `score` orders the passages of one search, higher is better."""

    passage: Passage
    score: float


@dataclass(frozen=True)
class Answer:
    """The shop's own words. `confidence` is between 0 and 1; `source_title` is the article's."""

    text: str
    source_title: str
    slug: str
    confidence: float


class KnowledgeBase:
    """Searches the current index and moves to a newer one by itself. Safe between threads."""

    def __init__(
        self,
        settings: Settings,
        encoder: SentenceEncoder,
        store: IndexStore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises as `open`."""
        self._settings = settings
        self._encoder = encoder
        self._store = store
        self._clock = clock
        self._switching = threading.Lock()
        self._version = store.version()
        self._next_look = clock() + settings.kb_refresh_seconds
        manifest = store.current()
        if manifest is None:
            raise IndexMissingError("The articles were never indexed; run `kefu kb sync`.")
        if manifest.encoder != encoder.fingerprint:
            raise IndexMissingError(
                "The articles were indexed with another encoder; run `kefu kb sync`."
            )
        self._reader = Reader(manifest, store.open(manifest.name))
        keywords.warm_up()

    @classmethod
    def open(
        cls,
        settings: Settings,
        encoder: SentenceEncoder,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> KnowledgeBase:
        """The knowledge base that the settings say.

        Args:
            settings: as `sync`.
            encoder: the one that the articles were indexed with.
            clock: seconds; says when to look for a newer index.

        Raises:
            IndexMissingError: nothing was indexed yet, or with another encoder.
            IndexUnavailableError: the index cannot be read or its server does not answer.
        """
        return cls(settings, encoder, store_for(settings), clock)

    @property
    def manifest(self) -> Manifest:
        """What is being searched."""
        return self._current().manifest

    def search(self, question: str, *, intent: str | None = None, limit: int = 5) -> list[Hit]:
        """The passages nearest to `question`, best first; [] for a question without text.

        Args:
            question: as the buyer typed it.
            intent: only passages of articles that list it; None searches all.
            limit: most passages to return.

        Raises:
            IndexUnavailableError: the index's server does not answer.
        """
        found = self._current().ranked(self._query(question, intent))
        return [Hit(rank.entry.passage, rank.fit) for rank in found[: max(limit, 0)]]

    def answer(self, question: str, *, intent: str | None = None) -> Answer | None:
        """The shop's words on `question`, or None when its articles do not say.

        With an intent that articles list, one of theirs answers; the question chooses among them.
        Without, the question has to find it alone, so the bar is higher: see the settings
        `kb_min_confidence` and `kb_min_confidence_with_intent`.

        Raises:
            IndexUnavailableError: the index's server does not answer.
        """
        reader = self._current()
        query = self._query(question, intent if reader.knows(intent) else None)
        found = reader.best(query)
        if found is None:
            return None
        passage, evidence = found
        sure = confidence(evidence)
        settings = self._settings
        bar = settings.kb_min_confidence_with_intent if query.intent else settings.kb_min_confidence
        if sure < bar:
            return None
        wanted = query.keywords.indices if query.keywords else ()

        def relevance(text: str) -> float:
            return reader.terms.coverage(wanted, set(keywords.query_terms(text).indices))

        text = excerpt(passage.text, settings.kb_answer_max_characters, relevance)
        return Answer(text, passage.title, passage.slug, sure)

    def evidence(self, question: str, intent: str | None = None) -> tuple[str, Evidence] | None:
        """The slug of the best article and what speaks for it, whatever the bar."""
        reader = self._current()
        found = reader.best(self._query(question, intent if reader.knows(intent) else None))
        return None if found is None else (found[0].slug, found[1])

    def articles(self, question: str, *, intent: str | None, side: Side) -> list[str]:
        """Slugs, best first, as one side of the search alone or all of it orders them."""
        query = self._query(question, intent)
        if side == "dense":
            query = replace(query, keywords=None)
        elif side == "keyword":
            query = replace(query, dense=None)
        found = self._current().ranked(query)
        return list(dict.fromkeys(rank.entry.passage.slug for rank in found))

    def covers(self, intent: str | None) -> bool:
        """Whether any article lists the intent."""
        return self._current().knows(intent)

    def _query(self, question: str, intent: str | None) -> Query:
        text = keywords.normalise(question[:QUESTION_CHARACTERS])
        vector = self._encoder.sentence_vectors([text])[0] if text else None
        if vector is not None and not vector.any():  # nothing that the encoder knows
            vector = None
        return Query(vector, keywords.query_terms(text), intent)

    def _current(self) -> Reader:
        """The reader, after a look for a newer index when it is time for one.

        One thread looks; the others go on with the reader that is there.
        """
        if self._clock() >= self._next_look and self._switching.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._next_look = self._clock() + self._settings.kb_refresh_seconds
                self._switching.release()
        return self._reader

    def _look(self) -> None:
        try:
            version = self._store.version()
            if version == self._version:
                return
            manifest = self._store.current()
            if manifest is None:
                logger.warning("The index is gone; still answering from the one in memory.")
            elif manifest.encoder != self._encoder.fingerprint:
                logger.warning("The new index needs another encoder; restart to use it.")
            elif manifest.name != self._reader.manifest.name:
                self._reader = Reader(manifest, self._store.open(manifest.name))
            self._version = version
        except IndexUnavailableError as error:
            logger.warning("Still answering from the old index: %s", error)
