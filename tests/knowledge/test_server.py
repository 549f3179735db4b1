"""What is particular to a server: it can be away."""

from __future__ import annotations

import socket

import pytest

from kefu.errors import IndexUnavailableError
from kefu.knowledge.base import KnowledgeBase
from kefu.knowledge.server import ServerStore
from kefu.knowledge.stores import store_for
from kefu.knowledge.sync import sync


@pytest.fixture
def nobody() -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_the_settings_choose_the_server(settings, nobody):
    assert isinstance(store_for(settings.copy(update={"qdrant_url": nobody})), ServerStore)


def test_a_server_that_is_away_is_told_in_one_sentence(settings, encoder, nobody):
    away = settings.copy(update={"qdrant_url": nobody})
    for use in (KnowledgeBase.open, sync):
        with pytest.raises(IndexUnavailableError, match="KEFU_QDRANT_URL") as refused:
            use(away, encoder)
        assert "\n" not in str(refused.value)
