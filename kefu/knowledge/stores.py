"""Which kind of index the settings ask for."""

from __future__ import annotations

from kefu.knowledge.edge import EdgeStore
from kefu.knowledge.index import IndexStore
from kefu.settings import Settings


def store_for(settings: Settings) -> IndexStore:
    """The Qdrant server when KEFU_QDRANT_URL is set, else the embedded index."""
    if settings.qdrant_url is None:
        return EdgeStore(settings.kb_index_dir)
    from kefu.knowledge.server import ServerStore  # its client takes a second to import

    return ServerStore.connect(settings)
