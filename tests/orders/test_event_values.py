"""What an event may carry, and that nothing personal comes out in full."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.orders.event_values import KINDS, WORDS_MAX_CHARACTERS, choice

ZONE = ZoneInfo("Asia/Shanghai")


def shown(kind: str, value: Any) -> str:
    return KINDS[kind](value, ZONE)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("words", "  暴雨，\n道路 封闭 ", "暴雨， 道路 封闭"),
        ("words", "司机 13812345678", "司机 138****5678"),
        ("words", "司机 138 1234-5678 会联系", "司机 138****5678 会联系"),
        ("words", "证件 11010119900307123X", "证件 110***********123X"),
        ("words", "约 300 件，3-5 天", "约 300 件，3-5 天"),
        ("code", "SF1234567890123", "SF1234567890123"),
        ("name", "欧阳小明", "欧***"),
        ("phone", "13812345678", "138****5678"),
        ("address", "浙江省杭州市西湖区文三路1号", "浙江省杭州市西湖区****"),
        ("money", 0, "¥0.00"),
        ("money", 123_450, "¥1,234.50"),
        ("time", "2026-11-20T16:30:00Z", "11月21日 00:30"),
        ("time", "2026-11-20T16:30:00.5+08:00", "11月20日 16:30"),
        ("day", "2026-11-05", "11月5日"),
    ],
)
def test_as_a_buyer_reads_it(kind: str, value: Any, read: str):
    assert shown(kind, value) == read


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("words", ""),
        ("words", "\u0000 \u0007"),
        ("words", "长" * (WORDS_MAX_CHARACTERS + 1)),
        ("code", "SF 123456"),
        ("code", "abc"),
        ("code", "点这里领奖"),
        ("code", "x" * 41),
        ("name", " "),
        ("phone", 13_812_345_678),
        ("address", "路" * 301),
        ("money", -1),
        ("money", 1.0),
        ("money", True),
        ("money", 10**10 + 1),
        ("time", "2026-11-20"),
        ("time", "2026-11-20T16:30:00"),
        ("time", 1_795_147_200),
        ("day", "2026-11-31"),
        ("day", "２０２６-11-05"),
        ("day", "2026-11-05T00:00:00"),
    ],
)
def test_what_it_is_not(kind: str, value: Any):
    with pytest.raises(ValueError, match=r"^must "):
        shown(kind, value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(KINDS)), JSON)
def test_any_json_is_shown_in_one_line_or_refused_with_a_sentence(kind: str, value: Any):
    try:
        text = shown(kind, value)
    except ValueError as error:
        text = str(error)
    assert text
    assert len(text) <= 310
    assert not set("\n\r\t\0") & set(text)
    text.encode()


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(max_size=20), st.text(max_size=20))
def test_no_kind_of_text_lets_a_phone_number_through(phone: str, before: str, after: str):
    for kind in ("words", "name", "phone", "address"):
        try:
            text = shown(kind, before + phone + after)
        except ValueError:
            continue
        assert phone not in text


def test_a_choice_is_one_of_its_codes():
    codes = {"original": "原账户", "balance": "余额"}
    assert choice("balance", codes) == "余额"
    for value in ("moon", "", None, 1, ["original"], "__len__"):
        with pytest.raises(ValueError, match="must be one of original, balance"):
            choice(value, codes)
