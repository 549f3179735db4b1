"""What the linear model counts: characters, sounds, gaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from kefu.nlu.ngrams import WEIGHTS, _sounds, message_grams

BUCKETS = 1 << 15


def shared(one: str, other: str, kind: int) -> float:
    """Share of the n-grams of one kind that two messages have in common."""
    first, second = (set(message_grams(text, BUCKETS)[kind]) for text in (one, other))
    return len(first & second) / len(first | second)


@pytest.mark.parametrize(
    ("meant", "typed"),
    [("退款到账了吗", "退款到帐了吗"), ("我已经拍了", "我以经派了"), ("在吗", "再嘛")],
)
def test_what_sounds_alike_counts_alike(meant: str, typed: str):
    assert shared(meant, typed, 0) < 1
    assert shared(meant, typed, 1) == 1


def test_sounds_of_different_words_differ():
    assert shared("退款", "发货", 1) == 0


def test_a_particle_between_two_characters_leaves_their_gap():
    assert set(message_grams("退X款", BUCKETS)[2]) & set(message_grams("退个款", BUCKETS)[2])
    assert not set(message_grams("退X款", BUCKETS)[2]) & set(message_grams("退款", BUCKETS)[2])


def test_width_case_and_blanks_make_no_difference():
    assert message_grams("ＡＢ 款", BUCKETS) == message_grams("ab款", BUCKETS)


@given(st.text(max_size=40))
def test_any_text_has_sorted_buckets_without_doubles(text: str):
    kinds = message_grams(text, 97)
    assert len(kinds) == len(WEIGHTS)
    for found in kinds:
        assert found == sorted(set(found))
        assert all(0 <= bucket < 97 for bucket in found)


@pytest.mark.parametrize("text", ["\ud800", "退\udfff款", "😂" * 50])
def test_strange_characters_are_counted_too(text: str):
    assert all(message_grams(text, BUCKETS))


@given(st.text(st.sampled_from("银行长重要的不了退款发货一二ab1 ，😂龘"), max_size=30))
def test_remembered_spellings_are_pypinyins(text: str):
    for _ in range(2):  # the second time from memory
        assert _sounds(text) == lazy_pinyin(text, errors=list)
