"""What every kind of index must do, asked of both.

The Qdrant client's local mode stands in for a server: the same client calls, no network.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from qdrant_client import QdrantClient

from kefu.errors import IndexUnavailableError
from kefu.knowledge.chunking import Passage
from kefu.knowledge.edge import EdgeStore
from kefu.knowledge.index import Entry, IndexStore, Manifest, Query
from kefu.knowledge.keywords import SparseTerms
from kefu.knowledge.server import ServerStore


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def terms(*indices: int) -> SparseTerms:
    return SparseTerms(indices, (1.0,) * len(indices))


def entry(number: int, dense: np.ndarray, keywords: SparseTerms, *intents: str) -> Entry:
    slug = f"article-{number}"
    passage = Passage(f"{slug}#0", slug, f"标题{number}", f"正文{number}。", intents, "小标题")
    return Entry(number, passage, np.atleast_2d(dense), keywords)


ENTRIES = [
    entry(0, unit(1, 0, 0), terms(7, 2**32 - 1), "ask_courier"),
    entry(1, unit(0, 1, 0), terms(7, 9), "ask_courier", "track_shipment"),
    entry(2, unit(0, 0, 1), terms(11), "request_invoice"),
    entry(3, np.stack([unit(1, 1, 0), unit(-1, 0, 0)]), SparseTerms((), ())),
]


def manifest(name: str) -> Manifest:
    return Manifest(name, "encoder", ("article-0",), len(ENTRIES), "2026-10-08T00:00:00+00:00")


@pytest.fixture(params=["edge", "server"])
def store(request, tmp_path) -> Iterator[IndexStore]:
    if request.param == "edge":
        yield EdgeStore(tmp_path / "index")
    else:
        client = QdrantClient(":memory:")
        yield ServerStore(client)
        client.close()


@pytest.fixture
def index(store):
    with store.lock():
        store.build(manifest("one"), ENTRIES)
    return store.open("one")


def ids(matches) -> list[int]:
    return [match.id for match in matches]


def test_the_nearest_piece_of_a_passage_counts(index):
    (best, *_) = index.search(Query(unit(-1, 0, 0), None), 3)
    assert best.id == 3
    assert best.score == pytest.approx(1.0, abs=1e-5)


def test_entries_come_back_as_they_were_stored(index):
    for stored, given in zip(index.entries(), ENTRIES, strict=True):
        assert (stored.id, stored.passage, stored.keywords.indices) == (
            given.id,
            given.passage,
            given.keywords.indices,
        )
        assert stored.keywords.values == pytest.approx(given.keywords.values)
        np.testing.assert_allclose(stored.dense, given.dense, atol=1e-6)


def test_dense_search_orders_by_cosine(index):
    found = index.search(Query(unit(1, 0.1, 0), None), 3)
    assert ids(found) == [0, 3, 1]
    assert found[0].score == pytest.approx(float(unit(1, 0.1, 0)[0]), abs=1e-5)


def test_keyword_search_finds_only_shared_terms_and_prefers_rare_ones(index):
    assert ids(index.search(Query(None, terms(9, 11)), 5)) == [1, 2] or ids(
        index.search(Query(None, terms(9, 11)), 5)
    ) == [2, 1]
    assert ids(index.search(Query(None, terms(7, 9)), 5)) == [1, 0]
    assert ids(index.search(Query(None, terms(2**32 - 1)), 5)) == [0]
    assert index.search(Query(None, terms(12345)), 5) == []


def test_a_rare_term_weighs_more_than_a_common_one(index):
    rare, common = (index.search(Query(None, terms(term)), 1)[0].score for term in (11, 7))
    assert rare > common > 0


def test_fusion_listens_to_both_sides_and_more_to_keywords(index):
    found = index.search(Query(unit(0, 0, 1), terms(9)), 4)
    assert ids(found)[:2] == [1, 2]
    assert found[0].score > found[1].score


def test_an_intent_leaves_only_articles_that_list_it(index):
    query = Query(unit(0, 0, 1), terms(11), "ask_courier")
    assert set(ids(index.search(query, 5))) == {0, 1}
    assert index.search(Query(unit(0, 0, 1), terms(11), "greet"), 5) == []


def test_a_query_with_nothing_in_it_finds_nothing(index):
    assert index.search(Query(None, None), 5) == []
    assert index.search(Query(None, SparseTerms((), ())), 5) == []


def test_a_limit_is_kept(index):
    assert len(index.search(Query(unit(1, 1, 1), terms(7)), 2)) == 2


def test_a_store_has_no_current_index_before_one_is_published(store, index):
    assert store.current() is None
    before = store.version()
    store.publish(manifest("one"))
    assert store.current() == manifest("one")
    assert store.version() != before


def test_publishing_again_replaces_and_pruning_keeps_the_one_before(store):
    for name in ("one", "two", "three"):
        with store.lock():
            store.build(manifest(name), ENTRIES)
            store.publish(manifest(name))
            store.prune()
    assert store.current() == manifest("three")
    for name in ("two", "three"):
        assert len(list(store.open(name).entries())) == len(ENTRIES)
    with pytest.raises((IndexUnavailableError, ValueError)):
        list(store.open("one").entries())


def test_building_what_is_there_already_leaves_it_readable(store, index):
    store.build(manifest("one"), ENTRIES)
    assert ids(index.search(Query(unit(0, 0, 1), None), 1)) == [2]


def test_an_index_that_is_open_goes_on_when_another_is_published(store, index):
    store.publish(manifest("one"))
    store.build(manifest("two"), ENTRIES[:1])
    store.publish(manifest("two"))
    store.prune()
    assert ids(index.search(Query(unit(0, 0, 1), None), 1)) == [2]
