from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.orders.order_number import normalise_order_no

NUMBER = "2026110500012345"
digits = st.text(alphabet="0123456789", min_size=4, max_size=16)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
filling = st.text(alphabet=" \u3000\t#＃-－\u200b", max_size=3)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (NUMBER, NUMBER),
        ("2026 1105 0001 2345", NUMBER),
        ("２０２６１１０５０００１２３４５", NUMBER),
        (f"#{NUMBER}", NUMBER),
        (f"订单号：{NUMBER}", NUMBER),
        ("尾号2345", "2345"),
        ("尾号是 2345", "2345"),
        (" 2345\n", "2345"),
    ],
)
def test_numbers_as_buyers_type_them(typed: str, meant: str) -> None:
    assert normalise_order_no(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "345", "12345678901234567", "我的订单", "2345号", "%", "____", "1234' OR '1'='1", "٢٣٤٥"],
)
def test_anything_else_is_no_number(typed: str) -> None:
    assert normalise_order_no(typed) is None


@given(digits)
def test_a_clean_number_stays_as_it_is(number: str) -> None:
    assert normalise_order_no(number) == number


@given(digits, st.data())
def test_filling_and_width_do_not_matter(number: str, data: st.DataObject) -> None:
    typed = "".join(data.draw(filling) + digit for digit in number) + data.draw(filling)
    assert normalise_order_no(typed) == number
    assert normalise_order_no(typed.translate(FULL_WIDTH)) == number


@given(st.text())
def test_whatever_is_typed_the_answer_is_plain_digits_and_final(typed: str) -> None:
    answer = normalise_order_no(typed)
    if answer is not None:
        assert re.fullmatch(r"[0-9]{4,16}", answer)
        assert normalise_order_no(answer) == answer
