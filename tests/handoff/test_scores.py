from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.handoff.scores import Rating, rating_in

OUT = Rating(out_of_range=True)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5分", 5),
        ("给你五星", 5),
        ("四颗星哈", 4),
        ("两颗星，再多没有", 2),
        ("给三颗星", 3),
        ("一星都不想给", 1),
        ("满分，服务没得挑", 5),
        ("滿分給你", 5),
        ("评个4分，扣的那一分是等太久", 4),
        ("本来5分 等太久了 3分", 3),
        ("满意", 4),
        ("非常满意", 5),
        ("十分满意", 5),
        ("不满意", 2),
        ("唔满意", 2),
        ("非常不满意", 1),
        ("一般", 3),
        ("差评", 1),
        ("五星好评", 5),
        ("服务挺满意 结果不满意", 2),
    ],
)
def test_a_score_in_words_or_numbers(text: str, score: int):
    assert rating_in(text) == Rating(score)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("10分", ()),
        ("0分", ()),
        ("零分", ()),
        ("给你们打100分👍", ()),
        ("一百分", ()),
        ("9.5分", ()),
        ("四颗半可以不", ()),
        ("有负的吗 给-1", ("-1",)),
        ("打85吧", ("85",)),
        ("评分的话 七", ("七",)),
        ("勉强给60分吧", ("60分",)),
    ],
)
def test_one_that_is_out_of_range(text: str, marked: tuple[str, ...]):
    assert rating_in(text, marked) == OUT


def test_a_bare_number_counts_where_nlu_has_marked_it():
    assert rating_in("打5", ("5",)) == Rating(5)
    assert rating_in("改一下 不是3是5", ("3", "5")) == Rating(5)
    assert rating_in("打5") == Rating()


@pytest.mark.parametrize(
    "text", ["态度五分 速度三分", "东西5星 客服4星", "我要评价", "过得去吧", ""]
)
def test_none_or_several_is_none(text: str):
    assert rating_in(text) == Rating()


@settings(deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=6), max_size=3))
def test_any_text_gives_a_score_of_ours_or_none(text: str, marked: list[str]):
    rating = rating_in(text, marked)
    assert rating.score is None or 1 <= rating.score <= 5
    assert not (rating.out_of_range and rating.score)


@settings(deadline=None)
@given(st.text(alphabet="零一二两三四五六七八九十百半分颗星满意不0123456789.-", max_size=12))
def test_so_does_any_heap_of_numbers(text: str):
    score = rating_in(text, (text,)).score
    assert score is None or 1 <= score <= 5
