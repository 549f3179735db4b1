"""One token a Chinese character; words, numbers and codes stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from kefu.nlu.tokenizer import CharacterTokenizer

ANY_TEXT = st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=80)


def tokens(text: str) -> list[Token]:
    tokenizer = CharacterTokenizer(CharacterTokenizer.get_default_config())
    return tokenizer.tokenize(Message({TEXT: text}), TEXT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我要退款", ["我", "要", "退", "款"]),
        ("买了2件XL的", ["买", "了", "2", "件", "XL", "的"]),
        ("99.9元", ["99.9", "元"]),
        ("iphone15pro", ["iphone15pro"]),
        ("SF1234567890123", ["SF1234567890123"]),
        ("在吗？？", ["在", "吗", "？", "？"]),
        ("好 的\n谢谢", ["好", "的", "谢", "谢"]),
        ("👍🏻", ["👍", "🏻"]),
        ("", []),
        (" \u3000", []),
    ],
)
def test_examples(text: str, expected: list[str]):
    assert [token.text for token in tokens(text)] == expected


@given(ANY_TEXT)
def test_tokens_are_slices_of_the_text_in_order_and_leave_out_blanks_only(text: str):
    end, left = 0, ""
    for token in tokens(text):
        assert token.text
        assert text[token.start : token.end] == token.text
        assert token.start >= end
        left += text[end : token.start]
        end = token.end
    left += text[end:]
    assert not left or left.isspace()
