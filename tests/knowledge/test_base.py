from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kefu.errors import IndexMissingError, IndexUnavailableError
from kefu.knowledge.base import KnowledgeBase
from kefu.knowledge.edge import EdgeStore
from kefu.knowledge.sync import sync
from tests.knowledge.conftest import INVOICES, RETURNS, CharacterEncoder

GIFTS = INVOICES.replace("怎么开发票", "赠品怎么领").replace("request_invoice", "ask_gift")


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def kb(settings, encoder) -> KnowledgeBase:
    sync(settings, encoder)
    return KnowledgeBase.open(settings, encoder)


def slugs(kb: KnowledgeBase, question: str, **options) -> list[str]:
    return [hit.passage.slug for hit in kb.search(question, **options)]


def test_without_an_index_the_error_says_what_to_run(settings, encoder):
    with pytest.raises(IndexMissingError, match="kefu kb sync"):
        KnowledgeBase.open(settings, encoder)


def test_a_question_finds_its_article_first_and_better_ones_score_higher(kb):
    assert slugs(kb, "能开电子发票吗")[0] == "invoices"
    assert slugs(kb, "买回来不喜欢")[0] == "returns"
    scores = [hit.score for hit in kb.search("能开电子发票吗")]
    assert scores == sorted(scores, reverse=True)


def test_a_limit_and_an_intent_narrow_the_search(kb):
    assert len(kb.search("快递", limit=2)) == 2
    assert kb.search("快递", limit=0) == []
    assert set(slugs(kb, "快递", intent="ask_return_policy")) == {"returns"}
    assert kb.search("快递", intent="greet") == []


def test_an_answer_is_the_articles_own_words_with_its_title(kb):
    answer = kb.answer("默认发什么快递，顺丰吗", intent="ask_courier")
    assert answer is not None
    assert answer.text == "默认发中通。想发顺丰，请在结算页选择，每单加十元。"
    assert (answer.slug, answer.source_title) == ("couriers", "用什么快递")
    assert 0 <= answer.confidence <= 1


def test_the_intent_decides_between_articles_and_the_question_within_them(kb):
    answer = kb.answer("运费谁承担", intent="request_refund")
    assert answer is not None
    assert answer.text.startswith("无理由退货的运费由您承担")


def test_a_question_that_shares_no_word_with_any_article_gets_no_answer(kb):
    assert kb.answer("明儿下雨么") is None
    assert kb.answer("明儿下雨么", intent="chitchat") is None


def test_an_answer_fits_a_chat_bubble(settings, encoder, write):
    write(
        "returns", RETURNS + "\n" + "\n\n".join(f"第{n}条，商品完好才可以退货。" for n in range(40))
    )
    sync(settings, encoder)
    answer = KnowledgeBase.open(settings, encoder).answer("退货", intent="ask_return_policy")
    assert answer is not None
    assert len(answer.text) <= settings.kb_answer_max_characters
    assert answer.text.endswith("。")


ODD = [
    "",
    " \n\t",
    "退" * 10_000,
    "a" * 10_000,
    "😀🎉",
    "\x00\x07\x1b",
    "\u200b\ufeff",
    "\ud800",
    "，。？",
]


@pytest.mark.parametrize("question", ODD, ids=[ascii(text[:8]) for text in ODD])
@pytest.mark.parametrize("intent", [None, "ask_courier", "no_such_intent", ""])
def test_no_question_is_too_odd_to_search_for(kb, question, intent):
    assert isinstance(kb.search(question, intent=intent), list)
    kb.answer(question, intent=intent)


def test_a_question_without_text_finds_nothing(kb):
    assert kb.search("") == kb.search(" \x00\u200b") == []
    assert kb.answer("", intent="ask_courier") is None


@hypothesis_settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=st.text(st.characters(), max_size=60))
def test_whatever_is_typed_is_searched_for(kb, question):
    assert len(kb.search(question)) <= 5


def test_a_new_index_is_found_after_the_refresh_time_and_not_before(settings, encoder, write):
    clock = Clock()
    sync(settings, encoder)
    kb = KnowledgeBase.open(settings, encoder, clock=clock)
    write("gifts", GIFTS)
    sync(settings, encoder)
    assert "gifts" not in slugs(kb, "赠品怎么领")
    clock.now += settings.kb_refresh_seconds
    assert slugs(kb, "赠品怎么领")[0] == "gifts"


def test_an_index_that_cannot_be_used_leaves_the_old_one_answering(
    settings, encoder, write, caplog
):
    clock = Clock()
    sync(settings, encoder)
    kb = KnowledgeBase.open(settings, encoder, clock=clock)
    write("gifts", GIFTS)
    sync(settings, CharacterEncoder("other"))
    clock.now += settings.kb_refresh_seconds
    assert slugs(kb, "能开电子发票吗")[0] == "invoices"
    assert "another encoder" in caplog.text

    (settings.kb_index_dir / "current.json").write_text("{")
    clock.now += settings.kb_refresh_seconds
    assert slugs(kb, "能开电子发票吗")[0] == "invoices"
    assert "old index" in caplog.text

    (settings.kb_index_dir / "current.json").unlink()
    clock.now += settings.kb_refresh_seconds
    assert slugs(kb, "能开电子发票吗")[0] == "invoices"
    assert "gone" in caplog.text


class LostStore(EdgeStore):
    """A store that stops answering."""

    lost = False

    def version(self) -> object:
        if self.lost:
            raise IndexUnavailableError("The Qdrant server did not answer as it should.")
        return super().version()


def test_a_store_that_stops_answering_leaves_the_index_in_hand(settings, encoder):
    clock = Clock()
    sync(settings, encoder)
    store = LostStore(settings.kb_index_dir)
    kb = KnowledgeBase(settings, encoder, store, clock)
    store.lost = True
    clock.now += settings.kb_refresh_seconds
    assert slugs(kb, "能开电子发票吗")[0] == "invoices"


def test_threads_never_lose_a_question_while_indexes_are_switched(settings, encoder, write):
    ticks: Iterator[float] = iter(range(10**9))
    sync(settings, encoder)
    kb = KnowledgeBase.open(settings, encoder, clock=lambda: float(next(ticks)))
    stop, asked, wrong = threading.Event(), [0, 0], []

    def ask(number: int) -> None:
        while not stop.is_set():
            found = slugs(kb, "能开电子发票吗")
            if found[:1] != ["invoices"]:
                wrong.append(found)
            asked[number] += 1

    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(ask, number) for number in range(2)]
        try:
            for turn in range(6):
                write("gifts", GIFTS.replace("赠品怎么领", f"赠品{turn}"))
                sync(settings, encoder)
        finally:
            stop.set()
        for task in asking:
            task.result(30)  # raises what the thread raised
    assert wrong == []
    assert min(asked) > 0
    assert slugs(kb, "赠品5")[0] == "gifts"


def test_several_readers_share_one_folder(settings, encoder):
    sync(settings, encoder)
    first, second = (KnowledgeBase.open(settings, encoder) for _ in range(2))
    assert slugs(first, "能开电子发票吗") == slugs(second, "能开电子发票吗")
