"""MacBERT's masking: whole words, the right share, similar words instead of [MASK]."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from kefu.encoder.pretrain.corpus import Examples
from kefu.encoder.pretrain.masking import MaskedBatch, Masker
from kefu.encoder.pretrain.vocabulary import CLS, PAD, SEP
from kefu.encoder.pretrain.words import Word
from tests.encoder.pretrain.toy import packed

SHARE = 0.15
SIZE = 4200


@pytest.fixture(scope="module")
def examples() -> Examples:
    return packed()[0]


def swapped_row(row: np.ndarray, starts: np.ndarray, split: int) -> tuple[list[int], list[bool]]:
    """The two segments exchanged, written down anew."""
    end = int((row != PAD).sum()) - 1
    rest = len(row) - end - 1
    pieces = [CLS, *row[split + 1 : end], SEP, *row[1:split], SEP, *[PAD] * rest]
    begins = [False, *starts[split + 1 : end], False, *starts[1:split], False, *[False] * rest]
    return [int(piece) for piece in pieces], begins


def words_of(row: list[int], begins: list[bool]) -> list[tuple[int, int]]:
    """First and one past last place of each word."""
    found = []
    for place, begin in enumerate(begins):
        if begin:
            end = place + 1
            while row[end] not in (SEP, PAD) and not begins[end]:
                end += 1
            found.append((place, end))
    return found


def draw(examples: Examples, seed: int, similar: dict[Word, list[Word]] | None = None):
    rows = np.arange(len(examples.split))
    batch = Masker(similar or {}, SIZE, SHARE).batch(examples, rows, np.random.default_rng(seed))
    return rows, batch


def originals(batch: MaskedBatch) -> np.ndarray:
    restored = batch.inputs.copy()
    restored.reshape(-1)[batch.positions] = batch.targets
    return restored


@pytest.mark.parametrize("seed", range(5))
def test_targets_are_what_stood_there_and_swaps_are_true(examples: Examples, seed: int):
    rows, batch = draw(examples, seed)
    assert set(batch.swapped) == {0, 1}
    for number, restored in zip(rows, originals(batch), strict=True):
        row, starts = examples.pieces[number].astype(int), examples.starts[number]
        split = int(examples.split[number])
        expected = swapped_row(row, starts, split)[0] if batch.swapped[number] else list(row)
        assert list(restored) == expected


def test_segments_follow_the_swap(examples: Examples):
    rows, batch = draw(examples, 1)
    for number in rows:
        split = int(np.flatnonzero(batch.inputs[number] == SEP)[0])
        used = int((batch.inputs[number] != PAD).sum())
        assert not batch.segments[number, : split + 1].any()
        assert batch.segments[number, split + 1 : used].all()
        assert not batch.segments[number, used:].any()


@pytest.mark.parametrize("seed", range(5))
def test_words_are_masked_whole_and_in_the_share_wanted(examples: Examples, seed: int):
    rows, batch = draw(examples, seed)
    width = batch.inputs.shape[1]
    for number in rows:
        row, begins = list(originals(batch)[number]), list(examples.starts[number])
        if batch.swapped[number]:
            split = int(examples.split[number])
            begins = swapped_row(examples.pieces[number], examples.starts[number], split)[1]
        words = words_of(row, begins)
        masked = {p - number * width for p in batch.positions if p // width == number}
        for first, end in words:
            assert len(masked & set(range(first, end))) in (0, end - first)
        budget = max(1, round(SHARE * sum(piece != PAD for piece in row)))
        longest = max(end - first for first, end in words)
        assert budget <= len(masked) < budget + longest


def test_special_pieces_are_neither_masked_nor_put_in(examples: Examples):
    _, batch = draw(examples, 3)
    assert (batch.targets > SEP).all()
    assert (batch.inputs.reshape(-1)[batch.positions] >= 5).all()
    assert len(set(batch.positions)) == len(batch.positions)


def test_eight_of_ten_words_become_a_similar_one_of_the_same_length(examples: Examples):
    twin = {(piece,): [(piece % 100 + 4000,)] for piece in range(5, SIZE)}
    kinds: Counter[str] = Counter()
    for seed in range(30):
        _, batch = draw(single_characters(examples), seed, twin)
        now = batch.inputs.reshape(-1)[batch.positions]
        for before, after in zip(batch.targets, now, strict=True):
            same = before == after
            kinds["same" if same else "similar" if after == before % 100 + 4000 else "other"] += 1
    total = sum(kinds.values())
    assert kinds["similar"] / total == pytest.approx(0.8, abs=0.03)
    assert kinds["same"] / total == pytest.approx(0.1, abs=0.03)


def single_characters(examples: Examples) -> Examples:
    """Every piece a word of its own."""
    return Examples(examples.pieces, examples.pieces > SEP, examples.split)


def test_the_same_seed_gives_the_same_batch_and_another_another(examples: Examples):
    one, same, other = (draw(examples, seed)[1] for seed in (5, 5, 6))
    for field in ("inputs", "segments", "positions", "targets", "swapped"):
        np.testing.assert_array_equal(getattr(one, field), getattr(same, field))
    assert not np.array_equal(one.inputs, other.inputs)


def test_the_examples_stay_as_they_were(examples: Examples):
    before = examples.pieces.copy(), examples.starts.copy(), examples.split.copy()
    draw(examples, 2)
    for old, new in zip(before, (examples.pieces, examples.starts, examples.split), strict=True):
        np.testing.assert_array_equal(old, new)
