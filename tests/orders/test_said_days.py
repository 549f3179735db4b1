"""Days as buyers say them, on Friday, 20 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.orders.said_days import number, said_days

TODAY = date(2026, 11, 20)


def day(month: int, of_month: int, year: int = 2026) -> date:
    return date(year, month, of_month)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("今天", day(11, 20), day(11, 20)),
        ("昨天", day(11, 19), day(11, 19)),
        ("昨晚", day(11, 19), day(11, 19)),
        ("前天", day(11, 18), day(11, 18)),
        ("大前天", day(11, 17), day(11, 17)),
        ("3天前", day(11, 17), day(11, 17)),
        ("十天以前", day(11, 10), day(11, 10)),
        ("前几天", day(11, 13), day(11, 18)),
        ("这周", day(11, 16), day(11, 20)),
        ("上周", day(11, 9), day(11, 15)),
        ("上个星期", day(11, 9), day(11, 15)),
        ("上上周", day(11, 2), day(11, 8)),
        ("上周三", day(11, 11), day(11, 11)),
        ("上礼拜天", day(11, 15), day(11, 15)),
        ("上周末", day(11, 14), day(11, 15)),
        ("周五", day(11, 20), day(11, 20)),
        ("星期六", day(11, 14), day(11, 14)),
        ("周日", day(11, 15), day(11, 15)),
        ("周末", day(11, 14), day(11, 15)),
        ("这个月", day(11, 1), day(11, 20)),
        ("上个月", day(10, 1), day(10, 31)),
        ("上月8号", day(10, 8), day(10, 8)),
        ("11月5号", day(11, 5), day(11, 5)),
        ("十一月五日", day(11, 5), day(11, 5)),
        ("12月1号", day(12, 1, 2025), day(12, 1, 2025)),
        ("二十一号", day(10, 21), day(10, 21)),
        ("5号", day(11, 5), day(11, 5)),
        ("双十一", day(11, 11), day(11, 11)),
        ("双12", day(12, 12, 2025), day(12, 12, 2025)),
        ("去年双十一", day(11, 11, 2025), day(11, 11, 2025)),
        ("618", day(6, 18), day(6, 18)),
        ("国庆", day(10, 1), day(10, 1)),
        ("元旦", day(1, 1), day(1, 1)),
    ],
)
def test_the_days_that_are_meant_first(text: str, first: date, last: date) -> None:
    (said,) = said_days(f"我{text}买的", TODAY)
    assert said.spans[0] == (first, last)
    assert (said.start, said.end) == (1, 1 + len(text))


def test_around_a_sale_is_meant_next() -> None:
    (said,) = said_days("双十一", TODAY)
    assert said.spans[1] == (day(11, 1), day(11, 11))


def test_a_sale_that_has_only_begun() -> None:
    (said,) = said_days("双十一", day(11, 5))
    assert said.spans == ((day(11, 1), day(11, 5)),)
    (said,) = said_days("双十一", day(10, 31))
    assert said.spans[0] == (day(11, 11, 2025), day(11, 11, 2025))


@pytest.mark.parametrize(
    "text", ["", "明天", "13月1号", "2月30号", "本周日", "99号", "下周三", "下个月5号", "周"]
)
def test_no_day_of_the_past(text: str) -> None:
    assert said_days(text, TODAY) == ()


def test_several_days_come_from_left_to_right() -> None:
    said = said_days("上周三买的，昨天到的", TODAY)
    assert [one.spans[0][0] for one in said] == [day(11, 11), day(11, 19)]


@pytest.mark.parametrize(
    ("said", "value"),
    [("7", 7), ("12", 12), ("七", 7), ("两", 2), ("十", 10), ("十二", 12), ("三十一", 31)],
)
def test_numbers(said: str, value: int) -> None:
    assert number(said) == value


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.lists(
        st.sampled_from(
            list("上个周星期礼拜一二三五六日天末月号大前昨今去年双十国庆五元旦0198两几这本")
        ),
        max_size=12,
    ).map("".join),
)
def test_days_are_never_ahead_unless_a_week_is_not_over(today: date, text: str) -> None:
    for said in said_days(text, today):
        assert 0 <= said.start < said.end <= len(text)
        for first, last in said.spans:
            assert first <= last
            assert first <= today
            assert last <= today + timedelta(days=1)  # Sunday, said of a weekend on Saturday
