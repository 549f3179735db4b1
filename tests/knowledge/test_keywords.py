from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.knowledge.keywords import (
    _vocabulary,
    document_terms,
    mean_length,
    normalise,
    query_terms,
    terms,
)


@settings(deadline=None)  # jieba's dictionary takes a second to load
@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_becomes_a_sparse_vector(text):
    for vector in (query_terms(text), document_terms(text, 10.0)):
        assert list(vector.indices) == sorted(set(vector.indices))
        assert len(vector.indices) == len(vector.values)
        assert all(0 <= index < 2**32 for index in vector.indices)
        assert all(value > 0 for value in vector.values)


def test_full_width_case_and_control_characters_make_no_difference():
    assert normalise(" ＶＩＰ\u200b会员\x00 １２ ") == "vip 会员 12"
    assert query_terms("ＳＦ快递") == query_terms("sf快递")


def test_function_words_are_no_terms():
    assert terms("请问你们的呢") == []
    assert not query_terms("吗？")


@pytest.mark.parametrize(
    ("said", "written"), [("邮费", "运费"), ("退钱", "退款"), ("座机", "电话")]
)
def test_words_for_one_thing_share_a_term(said, written):
    assert written in terms(said)


def test_no_word_belongs_to_two_groups_of_synonyms():
    _, synonyms = _vocabulary()
    assert not set(synonyms) & set(synonyms.values())


def test_a_repeated_term_weighs_more_but_never_as_much_as_its_count():
    def weight(text: str) -> float:
        vector = document_terms(text, 4.0)
        return dict(zip(vector.indices, vector.values, strict=True))[query_terms("abc").indices[0]]

    assert weight("abc") < weight("abc abc") < 2 * weight("abc")
    assert weight("abc def ghi jkl") < weight("abc")


def test_mean_length_of_nothing_divides_nothing_by_zero():
    assert mean_length([]) == mean_length([""]) == 1.0
