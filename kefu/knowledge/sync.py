"""kb/ to index. New content is built beside the current index and takes its place in one step."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timezone

from kefu.knowledge.documents import read_articles
from kefu.knowledge.entries import Contents
from kefu.knowledge.index import IndexStore, Manifest, SentenceEncoder
from kefu.knowledge.stores import store_for
from kefu.settings import Settings


@dataclass(frozen=True)
class SyncReport:
    """What `sync` did: counts, whether anything was built, and where the current index is."""

    articles: int
    passages: int
    changed: bool
    index: str


def sync(
    settings: Settings,
    encoder: SentenceEncoder,
    *,
    allowed_intents: Collection[str] | None = None,
    store: IndexStore | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
) -> SyncReport:
    """Make the index say what the articles say. Whatever goes wrong, the index before stays.

    Args:
        settings: `kb_dir`, and `kb_index_dir` or `qdrant_url`.
        encoder: embeds articles now and questions later; another one means a new index.
        allowed_intents: intents that articles may name; None lets any pass.
        store: where indexes live; by default what the settings say.
        now: the time that the manifest tells.

    Raises:
        ArticleError: an article is broken; names file and field.
        IndexUnavailableError: the index cannot be written or its server does not answer.
    """
    articles = read_articles(settings.kb_dir, allowed_intents=allowed_intents)
    contents = Contents(articles, encoder.fingerprint)
    store = store if store is not None else store_for(settings)

    def report(changed: bool) -> SyncReport:
        where = store.location(contents.name)
        return SyncReport(len(articles), len(contents.passages), changed, where)

    with store.lock():
        current = store.current()
        if current is not None and current.name == contents.name:
            return report(changed=False)
        entries = contents.entries(encoder)
        manifest = Manifest(
            name=contents.name,
            encoder=encoder.fingerprint,
            slugs=tuple(article.slug for article in articles),
            passages=len(contents.passages),
            built_at=now().isoformat(timespec="seconds"),
        )
        store.build(manifest, entries)
        store.publish(manifest)
        store.prune()
    return report(changed=True)
