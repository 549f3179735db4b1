"""When periods end: at a minute, or at a midnight of the shop."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.periods import Period, midnight_after, said_day, said_moment

START = datetime(2026, 8, 31, 15, 59, tzinfo=timezone.utc)  # 23:59 in Shanghai


@pytest.mark.parametrize(
    ("period", "last", "words"),
    [
        (Period(hours=24), date(2026, 9, 1), "24小时"),
        (Period(days=7), date(2026, 9, 7), "7天"),
        (Period(months=6), date(2027, 2, 28), "6个月"),
        (Period(months=12), date(2027, 8, 31), "1年"),
        (Period(months=18), date(2028, 2, 29), "18个月"),
    ],
)
def test_the_last_day_and_its_words(period: Period, last: date, words: str) -> None:
    assert period.last_day(START, SHOP_ZONE) == last
    assert str(period) == words


def test_days_end_at_midnight_and_hours_at_the_minute() -> None:
    assert Period(days=1).end(START, SHOP_ZONE) == datetime(2026, 9, 1, 16, tzinfo=timezone.utc)
    assert Period(hours=1).end(START, SHOP_ZONE) == START + timedelta(hours=1)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.builds(Period, days=st.integers(1, 400)) | st.builds(Period, months=st.integers(1, 30)),
)
def test_a_period_holds_its_last_day_and_not_the_next(at: datetime, period: Period) -> None:
    start = at.replace(tzinfo=timezone.utc)
    end = period.end(start, SHOP_ZONE)
    assert end == midnight_after(period.last_day(start, SHOP_ZONE), SHOP_ZONE)
    assert period.over(start, end, SHOP_ZONE)
    assert not period.over(start, end - timedelta(microseconds=1), SHOP_ZONE)
    assert end > start


def test_days_and_moments_as_buyers_read_them() -> None:
    assert said_day(date(2026, 9, 7)) == "9月7日"
    assert said_moment(START, SHOP_ZONE) == "8月31日 23:59"
