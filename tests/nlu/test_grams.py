"""Character n-grams in buckets: the same for writings that mean the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kefu.nlu.grams import gram_buckets

ANY_TEXT = st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=60)


@given(ANY_TEXT, st.integers(1, 5_000))
def test_buckets_are_in_range_sorted_and_single(text: str, buckets: int):
    found = gram_buckets(text, buckets)
    assert found
    assert found == sorted(set(found))
    assert 0 <= found[0] <= found[-1] < buckets


def test_case_width_and_blanks_make_no_difference():
    assert gram_buckets("ＡＢＣ 123", 1 << 15) == gram_buckets("abc123", 1 << 15)


def test_order_of_characters_does():
    assert gram_buckets("发货没", 1 << 15) != gram_buckets("没发货", 1 << 15)


def test_ends_are_marked():
    assert set(gram_buckets("好", 1 << 15)) - set(gram_buckets("x好x", 1 << 15))


def test_the_same_in_every_process():
    assert gram_buckets("好", 1 << 15) == [12891, 17849, 19652]
