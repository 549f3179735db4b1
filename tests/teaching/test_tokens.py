from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from kefu.nlu.tokenizer import CharacterTokenizer
from kefu.settings import HOME
from kefu.teaching.reader import read_material
from kefu.teaching.tokens import Piece, cut, pieces


def theirs(text: str) -> list[tuple[int, int, str]]:
    tokenizer = CharacterTokenizer(CharacterTokenizer.get_default_config())
    tokens = tokenizer.tokenize(Message({TEXT: text}), TEXT)
    return [(token.start, token.end, token.text) for token in tokens]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "iPhone15 pro要2.5m的",
        "SF1234567890到哪了",
        "１２３ａｂ",
        "1.2.3",
        "a1b2 3c",
        "é x²😊\n好",
    ],
)
def test_pieces_are_the_tokenizers_tokens(text: str):
    assert list(pieces(text)) == theirs(text)


def test_so_they_are_on_every_message_of_the_project():
    material = read_material([HOME / "data"], None)
    texts = [said.text for said in material.examples]
    assert len(texts) > 1000
    assert [text for text in texts if list(pieces(text)) != theirs(text)] == []


@pytest.mark.parametrize(
    ("start", "end", "tokens"),
    [
        (0, 2, []),
        (1, 2, []),
        (1, 4, ["345"]),
        (3, 6, []),
        (3, 4, ["345"]),
        (4, 7, ["345", "ab"]),
        (0, 8, []),
    ],
)
def test_which_tokens_a_span_cuts(start: int, end: int, tokens: list[str]):
    text = "第1 345ab"
    assert list(pieces(text)) == [
        Piece(0, 1, "第"),
        Piece(1, 2, "1"),
        Piece(3, 6, "345"),
        Piece(6, 8, "ab"),
    ]
    assert cut(start, end, pieces(text)) == tokens
