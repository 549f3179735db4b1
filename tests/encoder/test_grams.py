"""Character n-grams: in buckets, the same for writings that mean the same, and as vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from kefu.encoder.grams import FILE, GramTable, gram_buckets
from kefu.errors import EncoderError

ANY_TEXT = st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=60)


@given(ANY_TEXT, st.integers(1, 5_000))
def test_buckets_are_in_range_sorted_and_single(text: str, buckets: int):
    found = gram_buckets(text, buckets)
    assert found
    assert found == sorted(set(found))
    assert 0 <= found[0] <= found[-1] < buckets


def test_case_width_and_blanks_make_no_difference():
    assert gram_buckets("ＡＢＣ 123", 1 << 15) == gram_buckets("abc123", 1 << 15)


def test_order_of_characters_does():
    assert gram_buckets("发货没", 1 << 15) != gram_buckets("没发货", 1 << 15)


def test_ends_are_marked():
    assert set(gram_buckets("好", 1 << 15)) - set(gram_buckets("x好x", 1 << 15))


def test_the_same_in_every_process():
    assert gram_buckets("好", 1 << 15) == [12891, 17849, 19652]


class TestTable:
    TABLE = GramTable(np.random.default_rng(1).normal(size=(512, 256)).astype(np.float32))

    @given(ANY_TEXT)
    def test_any_text_is_a_vector_of_length_one(self, text: str):
        (found,) = self.TABLE.vectors([text])
        assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)

    def test_what_letters_texts_have_in_common_makes_them_near(self):
        one, same, far = self.TABLE.vectors(["什么时候发货", "几时发货", "便宜点"])
        assert one @ same > one @ far + 0.2

    def test_only_the_beginning_of_a_long_text_counts(self):
        long = "退款多少钱" * 60
        found = self.TABLE.vectors([long, long[:256] + "很久以后"])
        np.testing.assert_array_equal(found[0], found[1])

    def test_nothing_in_nothing_out(self):
        assert self.TABLE.vectors([]).shape == (0, 256)

    def test_it_is_read_as_it_was_written(self, tmp_path: Path):
        self.TABLE.save(tmp_path)
        found = GramTable.load(tmp_path)
        assert found is not None
        np.testing.assert_allclose(found.weights, self.TABLE.weights, atol=2e-3)

    def test_a_folder_without_one_has_none(self, tmp_path: Path):
        assert GramTable.load(tmp_path) is None

    def test_a_damaged_file_is_named(self, tmp_path: Path):
        (tmp_path / FILE).write_bytes(b"half a file")
        with pytest.raises(EncoderError, match=r"grams\.safetensors cannot be read"):
            GramTable.load(tmp_path)

    @pytest.mark.parametrize("weights", [torch.zeros(3), torch.full((2, 2), torch.nan)])
    def test_a_file_without_a_table_is_named(self, tmp_path: Path, weights: torch.Tensor):
        save_file({"weights": weights}, tmp_path / FILE)
        with pytest.raises(EncoderError, match=r"grams\.safetensors holds no table"):
            GramTable.load(tmp_path)
