"""Which pieces the encoder knows, and that nothing buyers write is unknown to it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from transformers import BertTokenizerFast

from kefu.encoder.pretrain.vocabulary import SPECIALS, UNK, build_vocabulary, written_forms
from tests.encoder.pretrain.toy import TALK, write_tokenizer

# As `read_lines` hands it on, with the punctuation and symbols of any real corpus.
CORPUS = [unicodedata.normalize("NFKC", line) for line in (*TALK, *["，。！？～…（）℃"] * 3)]


@pytest.fixture(scope="module")
def vocabulary() -> list[str]:
    return build_vocabulary(CORPUS, 5500)


@pytest.fixture(scope="module")
def forms(vocabulary: list[str]) -> dict[str, str]:
    """The added pieces, each with the piece whose embedding it gets."""
    return {piece: vocabulary[like] for piece, like in written_forms(vocabulary)}


class TestBuilding:
    def test_specials_first_and_no_entry_twice(self):
        vocabulary = build_vocabulary(list(TALK) * 3, 4200)
        assert tuple(vocabulary[:5]) == SPECIALS
        assert len(vocabulary) == len(set(vocabulary)) <= 4200

    def test_everyday_characters_and_emoji_are_in_without_any_corpus(self):
        vocabulary = set(build_vocabulary([], 5500))
        assert set("退款快递尺码差评亲😂👍") <= vocabulary

    def test_a_rare_character_is_left_out_a_frequent_one_is_not(self):
        vocabulary = build_vocabulary(["龘" * 2 + "鱻" * 3], 5500)
        assert "鱻" in vocabulary
        assert "龘" not in vocabulary

    def test_the_size_is_a_limit(self):
        assert len(build_vocabulary(list(TALK) * 3, 500)) == 500

    def test_no_piece_is_white_space(self):
        vocabulary = build_vocabulary([" \t\u3000\u2028\x85" * 5], 5500)
        assert not [piece for piece in vocabulary if not piece.strip()]


class TestWrittenForms:
    @pytest.mark.parametrize(
        ("written", "trained"),
        [
            ("，", ","),
            ("？", "?"),
            ("！", "!"),
            ("～", "~"),
            ("##～", "~"),
            ("##😂", "😂"),
            ("ａ", "a"),
            ("##ａ", "##a"),
            ("１", "1"),
            ("##１", "##1"),
            ("…", "."),
            ("℃", "°"),
        ],
    )
    def test_a_form_starts_from_the_piece_that_was_trained(
        self, forms: dict[str, str], written: str, trained: str
    ):
        assert forms[written] == trained

    def test_nothing_known_is_added_and_nothing_twice(self, vocabulary: list[str]):
        added = [piece for piece, _ in written_forms(vocabulary)]
        assert len(added) == len(set(added))
        assert not set(added) & set(vocabulary)
        assert written_forms(vocabulary + added) == []

    def test_only_trained_pieces_are_copied(self, vocabulary: list[str]):
        copied = {like for _, like in written_forms(vocabulary)}
        assert min(copied) > UNK
        assert max(copied) < len(vocabulary)
        assert not copied & set(range(len(SPECIALS)))

    def test_what_the_tokenizer_always_parts_gets_no_continuation(self, forms: dict[str, str]):
        assert not {"##退", "##,", "##，", "##？"} & set(forms)

    def test_what_was_never_trained_has_no_forms(self):
        assert "，" not in dict(written_forms([*SPECIALS, "好"]))


class TestTokenizing:
    @pytest.fixture(scope="class")
    def tokenizer(
        self,
        vocabulary: list[str],
        forms: dict[str, str],
        tmp_path_factory: pytest.TempPathFactory,
    ) -> BertTokenizerFast:
        return write_tokenizer(tmp_path_factory.mktemp("pieces"), [*vocabulary, *forms])

    @pytest.mark.parametrize(
        ("text", "pieces"),
        [
            ("好的，谢谢！", "好 的 ， 谢 谢 ！"),
            ("😂😂", "😂 ##😂"),
            ("ok😂", "o ##k ##😂"),
            ("ＡＢＣ１２", "ａ ##ｂ ##ｃ ##１ ##２"),
            ("已收到～", "已 收 到 ～"),
            ("ok～", "o ##k ##～"),
            ("25℃…", "2 ##5 ##℃ …"),
        ],
    )
    def test_what_buyers_type_has_no_unknown_piece(
        self, tokenizer: BertTokenizerFast, text: str, pieces: str
    ):
        assert tokenizer.tokenize(text) == pieces.split()

    def test_every_piece_keeps_its_number(
        self, tokenizer: BertTokenizerFast, vocabulary: list[str], forms: dict[str, str]
    ):
        pieces = [*vocabulary, *forms]
        assert tokenizer.convert_tokens_to_ids(pieces) == list(range(len(pieces)))

    def test_without_the_forms_the_same_texts_have_holes(
        self, vocabulary: list[str], tmp_path: Path
    ):
        bare = write_tokenizer(tmp_path, vocabulary)
        assert "[UNK]" in bare.tokenize("好的，谢谢！")
        assert bare.tokenize("😂😂") == ["[UNK]"]
