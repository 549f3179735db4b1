"""The entity model: consistent spans, learned from a handful of texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.nlu.tagging import TaggedText, Tagger, TaggerModel, TaggerTraining, train_tagger

PLAN = TaggerTraining(epochs=60, batch=8)
COLORS, SIZES = ("红色", "蓝色", "米白", "黑色", "灰色"), ("大号", "小号", "中码")
FRAMES = ("要{}的", "有{}吗", "换成{}吧", "{}还有没有", "我买的是{}")
TAGS = ["B-color", "B-size", "I-color", "I-size", "O"]


def tagged(frame: str, word: str, entity: str) -> TaggedText:
    before, _, after = frame.partition("{}")
    inside = [f"B-{entity}"] + [f"I-{entity}"] * (len(word) - 1)
    tags = ["O"] * len(before) + inside + ["O"] * len(after)
    return text(before + word + after, tags)


def text(words: str, tags: list[str] | None = None) -> TaggedText:
    """Vectors that say no more than the characters do."""
    vectors = [
        np.random.default_rng(ord(letter)).normal(size=8).astype(np.float32) for letter in words
    ]
    return TaggedText(list(words), np.array(vectors).reshape(len(words), 8), tags or [])


TOY = [
    tagged(frame, word, entity)
    for frame in FRAMES
    for entity, words in (("color", COLORS), ("size", SIZES))
    for word in words
] + [text(line, ["O"] * len(line)) for line in ("什么时候发货", "我要退款", "在吗")]


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return train_tagger(TOY, PLAN)


def found(tagger: Tagger, words: str) -> list[tuple[str, str]]:
    (spans,) = tagger.spans([text(words)])
    return [(span.entity, words[span.first : span.last]) for span in spans]


def test_it_finds_what_it_was_shown(tagger: Tagger):
    for example in TOY:
        (spans,) = tagger.spans([example])
        marked = [
            (tag[2:], place) for place, tag in enumerate(example.tags) if tag.startswith("B-")
        ]
        assert [(span.entity, span.first) for span in spans] == marked


def test_it_finds_two_in_one_text(tagger: Tagger):
    assert found(tagger, "要红色的有大号吗") == [("color", "红色"), ("size", "大号")]


def test_it_finds_none_where_there_is_none(tagger: Tagger):
    assert found(tagger, "什么时候退款") == []


def test_confidence_is_a_probability(tagger: Tagger):
    spans = [span for found in tagger.spans(TOY) for span in found]
    assert spans
    assert all(0 < span.confidence <= 1 for span in spans)


def test_a_text_is_tagged_alike_alone_and_beside_longer_ones(tagger: Tagger):
    alone = [tagger.spans([example])[0] for example in TOY]
    together = tagger.spans(TOY)
    assert [[(s.entity, s.first, s.last) for s in spans] for spans in together] == [
        [(s.entity, s.first, s.last) for s in spans] for spans in alone
    ]


def test_it_survives_being_stored(tagger: Tagger):
    again = Tagger.restore(tagger.state(), PLAN)
    assert again.spans(TOY) == tagger.spans(TOY)


def test_the_same_seed_gives_the_same_tagger():
    plan = TaggerTraining(epochs=2, batch=8)
    assert train_tagger(TOY, plan).spans(TOY[:5]) == train_tagger(TOY, plan).spans(TOY[:5])


def test_no_texts_and_an_empty_text(tagger: Tagger):
    assert tagger.spans([]) == []
    assert tagger.spans([text("")]) == [[]]
    assert tagger.spans([text(""), text("要红色的")])[0] == []


def test_strange_tokens_are_no_error(tagger: Tagger):
    tagger.spans([TaggedText(["\ud800", "😂", "ABC123", "１２", ""], np.zeros((5, 8), np.float32))])


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_spans_are_in_order_and_apart_whatever_the_model_thinks(length: int, seed: int):
    """The decoder alone: random scores never yield an I- without its B-."""
    tagger = Tagger(TaggerModel(8, len(TAGS), PLAN), TAGS, PLAN)
    scores = np.random.default_rng(seed).normal(size=(length, len(TAGS))) * 5
    log = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    spans = tagger._decode(log.astype(np.float32))
    places = [place for span in spans for place in (span.first, span.last)]
    assert places == sorted(places)
    assert all(0 <= span.first < span.last <= length for span in spans)
    assert {span.entity for span in spans} <= {"color", "size"}


def test_the_best_consistent_path_wins_over_the_best_tags():
    """O then I-color is forbidden: the first tag gives way because the second is surer."""
    tagger = Tagger(TaggerModel(8, len(TAGS), PLAN), TAGS, PLAN)
    probabilities = np.array([[0.4, 0.01, 0.01, 0.01, 0.57], [0.01, 0.01, 0.95, 0.01, 0.02]])
    (span,) = tagger._decode(np.log(probabilities).astype(np.float32))
    assert (span.entity, span.first, span.last) == ("color", 0, 2)
    assert span.confidence == pytest.approx(0.4)
