"""The ladder: the shop's articles, then the language model, then an honest no; it never raises."""

from __future__ import annotations

import shutil
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kefu.answering import PASSAGES_FOR_MODEL, Answerer
from kefu.handoff.tickets import Turn
from kefu.knowledge.base import KnowledgeBase
from kefu.knowledge.sync import sync
from kefu.llm.client import LanguageModel
from kefu.llm.prompts import SENTINEL
from kefu.settings import Settings, load_settings
from tests.completions import completing
from tests.knowledge.conftest import COURIERS, RETURNS, CharacterEncoder

ASKED, INTENT = "七天无理由退货从哪天算", "ask_return_policy"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    kb = tmp_path / "kb"
    kb.mkdir()
    for slug, text in (("returns", RETURNS), ("couriers", COURIERS)):
        (kb / f"{slug}.md").write_text(text, encoding="utf-8")
    return load_settings(
        kb_dir=kb,
        kb_index_dir=tmp_path / "index",
        qdrant_url=None,
        kb_min_confidence=0.9,
        kb_min_confidence_with_intent=0.01,  # the real bars are for a real encoder
        kb_refresh_seconds=1e-9,
    )


@pytest.fixture
def knowledge(settings: Settings) -> KnowledgeBase:
    encoder = CharacterEncoder()
    sync(settings, encoder)
    return KnowledgeBase.open(settings, encoder)


def model(base_url: str) -> LanguageModel:
    return LanguageModel(
        base_url, "m", "none", timeout_seconds=5, max_tokens=50, prompt_characters=3000
    )


def test_an_article_comes_first_and_is_named(knowledge: KnowledgeBase):
    with completing("不该问到模型。") as (url, asked), model(url) as language_model:
        reply = Answerer(knowledge, language_model).reply(ASKED, intent=INTENT)
    assert reply.step == "article"
    assert "签收第二天" in reply.text
    assert reply.text.endswith("（来源：《七天无理由退货》）")
    assert asked == []


def test_where_no_article_says_it_the_model_is_asked_with_passages_and_history(
    knowledge: KnowledgeBase,
):
    history = [Turn("buyer", "我想问快递", datetime.now(timezone.utc))]
    with completing("发货后可以在订单里看到。") as (url, asked), model(url) as language_model:
        reply = Answerer(knowledge, language_model).reply("包裹几时能到手里呢", history=history)
    assert reply.step == "model"
    assert reply.text.startswith("发货后可以在订单里看到。")
    assert "以人工客服答复为准" in reply.text
    prompt = str(asked[0]["messages"])
    assert "发中通" in prompt
    assert "我想问快递" in prompt
    assert PASSAGES_FOR_MODEL == 5


def test_a_model_that_says_it_does_not_know_is_an_honest_no(knowledge: KnowledgeBase):
    with completing(SENTINEL) as (url, _), model(url) as language_model:
        reply = Answerer(knowledge, language_model).reply("火星上几点日落")
    assert reply.step == "unknown"


def test_a_model_that_cannot_be_reached_is_an_honest_no_and_a_line_in_the_log(
    knowledge: KnowledgeBase, caplog: pytest.LogCaptureFixture
):
    with model("http://127.0.0.1:9/v1") as language_model:
        reply = Answerer(knowledge, language_model).reply("火星上几点日落")
    assert reply.step == "unknown"
    assert "The language model did not answer" in caplog.text


def test_without_either_there_is_an_honest_no():
    reply = Answerer(None, None).reply(ASKED)
    assert reply.step == "unknown"
    assert "答不上来" in reply.text


def test_an_index_that_is_gone_is_no_exception(knowledge: KnowledgeBase, settings: Settings):
    shutil.rmtree(settings.kb_index_dir)
    reply = Answerer(knowledge, None).reply(ASKED, intent=INTENT)
    assert reply.step == "article", "what is in memory still answers"


@pytest.mark.parametrize("question", ["", " ", "😂", "？？？", "\ud800", "退" * 10_000])
def test_strange_questions_are_no_exception(knowledge: KnowledgeBase, question: str):
    assert Answerer(knowledge, None).reply(question).step in ("article", "unknown")
