"""Which words may stand for one another when a word is masked."""

from __future__ import annotations

from kefu.encoder.pretrain.words import similar_words
from tests.encoder.pretrain.toy import packed


def test_similar_words_have_the_same_length_and_are_not_the_word_itself():
    examples, _ = packed()
    table = similar_words(examples, neighbours=3)
    assert table
    for word, near in table.items():
        assert word not in near
        assert {len(other) for other in near} <= {len(word)}
