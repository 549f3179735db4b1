from __future__ import annotations

import json
import multiprocessing
import os
from datetime import datetime, timezone

import pytest
from qdrant_client import QdrantClient

from kefu.errors import ArticleError, IndexMissingError, IndexUnavailableError
from kefu.knowledge.base import KnowledgeBase
from kefu.knowledge.edge import EdgeStore
from kefu.knowledge.server import ServerStore
from kefu.knowledge.sync import sync
from tests.knowledge.conftest import INVOICES, CharacterEncoder

GIFTS = INVOICES.replace("怎么开发票", "赠品").replace("request_invoice", "ask_gift")


def folders(settings) -> set[str]:
    return {path.name for path in settings.kb_index_dir.iterdir() if path.is_dir()}


def slug_of(kb: KnowledgeBase, question: str) -> str:
    return kb.search(question)[0].passage.slug


def test_the_first_sync_builds_and_the_next_does_nothing(settings, encoder):
    first = sync(settings, encoder)
    assert (first.articles, first.passages, first.changed) == (3, 4, True)
    encoder.asked = 0
    second = sync(settings, encoder)
    assert (second.changed, second.index) == (False, first.index)
    assert encoder.asked == 0


def test_the_manifest_says_what_is_indexed_and_since_when(settings, encoder):
    sync(settings, encoder, now=lambda: datetime(2026, 10, 8, tzinfo=timezone.utc))
    current = json.loads((settings.kb_index_dir / "current.json").read_text())["current"]
    assert current["slugs"] == ["couriers", "invoices", "returns"]
    assert current["built_at"] == "2026-10-08T00:00:00+00:00"
    assert current["encoder"] == encoder.fingerprint


def test_changed_content_is_a_new_index_and_only_the_one_before_is_kept(settings, encoder, write):
    names = [os.path.basename(sync(settings, encoder).index)]  # noqa: PTH119
    for title in ("赠品", "礼物", "赠送"):
        write("gifts", GIFTS.replace("赠品", title))
        report = sync(settings, encoder)
        assert report.changed
        names.append(os.path.basename(report.index))  # noqa: PTH119
    assert len(set(names)) == 4
    assert folders(settings) == set(names[-2:])


def test_content_that_returns_finds_its_index_still_there(settings, encoder, write):
    first = sync(settings, encoder)
    file = write("gifts", GIFTS)
    sync(settings, encoder)
    file.unlink()
    again = sync(settings, encoder)
    assert (again.changed, again.index) == (True, first.index)
    assert slug_of(KnowledgeBase.open(settings, encoder), "开发票") == "invoices"


def test_another_encoder_is_a_new_index(settings, encoder):
    sync(settings, encoder)
    other = CharacterEncoder("other")
    with pytest.raises(IndexMissingError, match="another encoder"):
        KnowledgeBase.open(settings, other)
    assert sync(settings, other).changed
    assert slug_of(KnowledgeBase.open(settings, other), "开发票") == "invoices"


def test_an_index_folder_that_was_deleted_is_built_again(settings, encoder):
    report = sync(settings, encoder)
    for path in sorted(settings.kb_index_dir.glob("*/**/*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (settings.kb_index_dir / os.path.basename(report.index)).rmdir()  # noqa: PTH119
    with pytest.raises(IndexMissingError, match="kefu kb sync"):
        KnowledgeBase.open(settings, encoder)
    assert sync(settings, encoder).changed
    assert slug_of(KnowledgeBase.open(settings, encoder), "开发票") == "invoices"


def test_a_broken_article_leaves_the_old_index(settings, encoder, write):
    before = sync(settings, encoder)
    write("broken", "没有开头")
    with pytest.raises(ArticleError, match=r"broken\.md"):
        sync(settings, encoder)
    assert EdgeStore(settings.kb_index_dir).current().name in before.index
    assert slug_of(KnowledgeBase.open(settings, encoder), "开发票") == "invoices"


def test_an_intent_that_is_not_allowed_is_refused_when_the_names_are_given(settings, encoder):
    with pytest.raises(ArticleError, match="is no intent"):
        sync(settings, encoder, allowed_intents={"ask_courier"})


class FailsAt(EdgeStore):
    """An embedded store whose disk is full at one step."""

    def __init__(self, folder, step: str) -> None:
        super().__init__(folder)
        self._step = step

    def _maybe(self, step: str) -> None:
        if step == self._step:
            raise OSError("No space left on device")

    def build(self, manifest, entries):
        self._maybe("build")
        super().build(manifest, entries)

    def publish(self, manifest):
        self._maybe("publish")
        super().publish(manifest)

    def prune(self):
        self._maybe("prune")
        super().prune()


@pytest.mark.parametrize(("step", "articles"), [("build", 3), ("publish", 3), ("prune", 4)])
def test_a_failure_at_any_step_leaves_a_whole_index(settings, encoder, write, step, articles):
    sync(settings, encoder)
    write("gifts", GIFTS)
    with pytest.raises(OSError, match="No space"):
        sync(settings, encoder, store=FailsAt(settings.kb_index_dir, step))
    kb = KnowledgeBase.open(settings, encoder)
    assert len(kb.manifest.slugs) == articles
    assert slug_of(kb, "开发票") == "invoices"
    sync(settings, encoder)
    assert len(KnowledgeBase.open(settings, encoder).manifest.slugs) == 4


class DiesWhileEncoding(CharacterEncoder):
    def sentence_vectors(self, texts):
        os._exit(9)


class DiesWhilePublishing(EdgeStore):
    def publish(self, manifest):
        (self._folder / "building-torn").write_text("{")
        os._exit(9)


def _sync_and_die(settings, where: str) -> None:
    if where == "encoding":
        sync(settings, DiesWhileEncoding())
    else:
        store = DiesWhilePublishing(settings.kb_index_dir)
        sync(settings, CharacterEncoder(), store=store)


@pytest.mark.parametrize("where", ["encoding", "publishing"])
def test_a_process_that_dies_leaves_the_old_index_and_no_lock(settings, encoder, write, where):
    before = sync(settings, encoder)
    write("gifts", GIFTS)
    process = multiprocessing.get_context("spawn").Process(
        target=_sync_and_die, args=(settings, where)
    )
    process.start()
    process.join(60)
    assert process.exitcode == 9
    kb = KnowledgeBase.open(settings, encoder)
    assert kb.manifest.name in before.index
    assert slug_of(kb, "开发票") == "invoices"
    assert sync(settings, encoder).changed
    assert not [path for path in settings.kb_index_dir.iterdir() if "building" in path.name]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"current": {}, "before": null}'])
def test_a_damaged_manifest_is_told_in_one_sentence(settings, encoder, content):
    sync(settings, encoder)
    (settings.kb_index_dir / "current.json").write_text(content)
    with pytest.raises(IndexUnavailableError, match="delete it and run"):
        KnowledgeBase.open(settings, encoder)


def test_a_damaged_index_is_told_in_one_sentence(settings, encoder):
    report = sync(settings, encoder)
    for file in (settings.kb_index_dir / os.path.basename(report.index)).rglob("*.json"):  # noqa: PTH119
        file.write_text("{")
    with pytest.raises(IndexUnavailableError, match="cannot be opened"):
        KnowledgeBase.open(settings, encoder)


def test_the_server_kind_syncs_the_same_way(settings, encoder, write):
    client = QdrantClient(":memory:")
    store = ServerStore(client)
    first = sync(settings, encoder, store=store)
    assert first.changed
    assert not sync(settings, encoder, store=store).changed
    kb = KnowledgeBase(settings, encoder, store)
    assert slug_of(kb, "开发票") == "invoices"
    write("gifts", GIFTS)
    second = sync(settings, encoder, store=store)
    assert {row.name for row in client.get_collections().collections} == {first.index, second.index}
    client.close()
