"""Texts in, vectors out: whatever the text is, the vectors are defined."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.encoder import Encoded, Encoder
from kefu.encoder.encoder import SHARES, SHARES_WITHOUT_GRAMS
from kefu.encoder.grams import GramTable
from tests.encoder.tiny import write_bert

# All of Unicode, lone surrogates and control characters included.
ANY_TEXT = st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=80)


def check(encoder: Encoder, text: str) -> Encoded:
    """Shapes match, every number is finite, the sentence's length is one or zero."""
    (found,) = encoder.encode([text])
    pieces = len(found.tokens)
    assert found.tokens.shape == (pieces, encoder.dimension)
    assert found.offsets.shape == (pieces, 2)
    assert found.sentence.shape == (encoder.sentence_dimension,)
    assert np.isfinite(found.tokens).all()
    assert np.isfinite(found.sentence).all()
    length = float(np.linalg.norm(found.sentence))
    assert length == pytest.approx(1.0 if pieces else 0.0, abs=1e-5)
    return found


@pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
def test_every_device_that_is_there_gives_the_same_vectors(bert_folder: Path, device: str):
    texts = ["什么时候发货", "", "退款多少钱" * 30]
    here = Encoder.load(str(bert_folder), device).sentence_vectors(texts)
    plain = Encoder.load(str(bert_folder), "cpu").sentence_vectors(texts)
    np.testing.assert_allclose(here, plain, atol=1e-3)


@settings(max_examples=150, deadline=None)
@given(ANY_TEXT)
def test_any_text_has_defined_vectors(encoder: Encoder, text: str):
    found = check(encoder, text)
    assert len(found.tokens) <= encoder.max_pieces
    assert ((found.offsets >= 0) & (found.offsets <= len(text))).all()
    assert (found.offsets[:, 0] < found.offsets[:, 1]).all()


def test_a_sentence_is_its_letters_and_what_they_mean_together(encoder: Encoder):
    (found, turned) = encoder.encode(["你好退款", "退款你好"])
    letters, meaning = np.split(found.sentence, 2)
    assert letters @ letters == pytest.approx(SHARES_WITHOUT_GRAMS["letters"], abs=1e-5)
    mean = found.tokens.mean(axis=0)
    expected = np.sqrt(SHARES_WITHOUT_GRAMS["meaning"]) * mean / np.linalg.norm(mean)
    np.testing.assert_allclose(meaning, expected, atol=1e-5)
    assert not np.allclose(letters, meaning, atol=1e-2)
    assert not np.allclose(turned.sentence, found.sentence, atol=1e-4), "the order counts"


class TestWithGrams:
    """An encoder whose folder has a table of n-grams."""

    @pytest.fixture(scope="class")
    def table(self) -> GramTable:
        weights = np.random.default_rng(3).normal(size=(64, 24)).astype(np.float16)
        return GramTable(weights.astype(np.float32))

    @pytest.fixture(scope="class")
    def folder(self, table: GramTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = write_bert(tmp_path_factory.mktemp("with-grams"))
        table.save(folder)
        return folder

    @pytest.fixture(scope="class")
    def hybrid(self, folder: Path) -> Encoder:
        return Encoder.load(str(folder), "cpu")

    def test_the_parts_stand_one_behind_the_other(self, hybrid: Encoder, table: GramTable):
        (found,) = hybrid.encode(["你好退款"])
        width = hybrid.dimension
        assert hybrid.sentence_dimension == 2 * width + table.dimension
        letters, grams, meaning = np.split(found.sentence, [width, width + table.dimension])
        for part, name in ((letters, "letters"), (grams, "grams"), (meaning, "meaning")):
            assert part @ part == pytest.approx(SHARES[name], abs=1e-4)
        expected = np.sqrt(SHARES["grams"]) * table.vectors(["你好退款"])[0]
        np.testing.assert_allclose(grams, expected, atol=1e-5)

    def test_another_table_is_another_encoder(self, folder: Path, encoder: Encoder):
        assert Encoder.load(str(folder), "cpu").fingerprint != encoder.fingerprint

    @settings(max_examples=60, deadline=None)
    @given(ANY_TEXT)
    def test_any_text_has_defined_vectors(self, hybrid: Encoder, text: str):
        check(hybrid, text)


@pytest.mark.parametrize("text", ["", " ", "\n\t  ", "\u3000", "\x00\x07", "\u200b", "\ud800"])
def test_a_text_without_a_visible_character_is_zero(encoder: Encoder, text: str):
    assert not check(encoder, text).sentence.any()


@pytest.mark.parametrize(
    "text",
    [
        "😂😂",
        "👨‍👩‍👧‍👦",
        "你\udfff好",
        "\x1b[31m你好",
        "ｅｘｐｒｅｓｓ",
        "né",
        "؟",
        "？？？",
    ],
)
def test_strange_but_visible_text_is_not_zero(encoder: Encoder, text: str):
    assert len(check(encoder, text).tokens) > 0


def test_ten_thousand_characters_are_cut(encoder: Encoder):
    found = check(encoder, "退款" * 5_000)
    assert len(found.tokens) == encoder.max_pieces
    assert found.offsets[-1, 1] == encoder.max_pieces


def test_offsets_point_at_the_characters(encoder: Encoder):
    text = "你 好hello，退款"
    found = check(encoder, text)
    pieces = [text[first:last] for first, last in found.offsets]
    assert "".join(pieces) == "你好hello，退款"
    assert pieces[:2] == ["你", "好"]


def test_the_same_text_in_a_batch_and_alone(bert_folder: Path):
    texts = ["你好", "退款", "物流到哪里了，还没有到吗？", "", "a1", "订单" * 20]
    together = Encoder.load(str(bert_folder), "cpu").sentence_vectors(texts)
    for text, vector in zip(texts, together, strict=True):
        alone = Encoder.load(str(bert_folder), "cpu").sentence_vectors([text])[0]
        np.testing.assert_allclose(vector, alone, atol=1e-5)


def test_order_is_kept_and_doubles_are_allowed(encoder: Encoder):
    texts = ["快递" * 12, "你好", "快递" * 12, "退", "你好"]
    vectors = encoder.sentence_vectors(texts)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_allclose(vector, encoder.sentence_vectors([text])[0], atol=1e-5)


def test_more_texts_than_one_forward_pass_holds(encoder: Encoder):
    texts = [f"订单{number}" for number in range(1_200)]
    vectors = encoder.sentence_vectors(texts)
    assert vectors.shape == (1_200, encoder.sentence_dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_nothing_in_nothing_out(encoder: Encoder):
    assert encoder.encode([]) == []
    assert encoder.sentence_vectors([]).shape == (0, encoder.sentence_dimension)


def test_a_text_seen_lately_is_not_computed_again(encoder: Encoder):
    (first,) = encoder.encode(["还没有发货吗"])
    (again,) = encoder.encode(["还没有发货吗"])
    assert again is first


def test_the_memory_of_texts_is_bounded(bert_folder: Path):
    encoder = Encoder.load(str(bert_folder), "cpu")
    (first,) = encoder.encode(["你好"])
    encoder.encode([f"单{number}" for number in range(1_100)])
    (again,) = encoder.encode(["你好"])
    assert again is not first
    np.testing.assert_allclose(again.sentence, first.sentence, atol=1e-5)


def test_threads_may_share_it(bert_folder: Path):
    encoder = Encoder.load(str(bert_folder), "cpu")
    texts = [f"{word}{number}" for number in range(12) for word in ("退款", "物流到哪里了")]
    expected = Encoder.load(str(bert_folder), "cpu").sentence_vectors(texts)
    with ThreadPoolExecutor(8) as threads:
        vectors = list(threads.map(lambda text: encoder.sentence_vectors([text])[0], texts))
    np.testing.assert_allclose(np.stack(vectors), expected, atol=1e-5)
