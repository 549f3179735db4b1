"""From lines to packed examples: sampled, normalised, and nothing lost on the way."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.encoder.pretrain.corpus import (
    pack,
    project_lines,
    read_lines,
    read_passages,
    utterances,
)
from kefu.encoder.pretrain.pairs import worth_cutting
from kefu.encoder.pretrain.vocabulary import CLS, PAD, SEP, SPECIALS, UNK, build_vocabulary
from kefu.errors import SettingsError
from tests.encoder.pretrain.toy import TALK, packed, recipe, write_corpus, write_home


class TestReading:
    def test_passes_count_how_often_a_line_is_read(self, tmp_path: Path):
        corpus = write_corpus(tmp_path / "corpus")
        lines, _ = read_lines(recipe(sources={"talk": 3}), corpus, tmp_path)
        assert len(lines) == 3 * len(TALK)
        assert all(lines.count(line) == 3 for line in lines)

    def test_a_fraction_takes_a_share_of_the_documents(self, tmp_path: Path):
        many = tuple(f"第{number}行说的是发货和退款" for number in range(1_000))
        corpus = write_corpus(tmp_path / "corpus", many)
        lines, _ = read_lines(recipe(sources={"talk": 0.3}), corpus, tmp_path)
        assert len(lines) == 300
        following = [int(b[1:-9]) - int(a[1:-9]) for a, b in itertools.pairwise(lines)]
        assert following.count(1) > 280, "neighbours stay neighbours"

    def test_lines_are_normalised(self, tmp_path: Path):
        corpus = write_corpus(tmp_path / "corpus", ("ＡＢＣ１２３，ＯＫ",))
        lines, _ = read_lines(recipe(sources={"talk": 1}), corpus, tmp_path)
        assert lines == ["abc123,ok"]

    def test_the_same_seed_reads_the_same_and_the_hash_says_so(self, tmp_path: Path):
        corpus = write_corpus(tmp_path / "corpus", TALK * 30)
        plan = recipe(sources={"talk": 0.5})
        assert read_lines(plan, corpus, tmp_path) == read_lines(plan, corpus, tmp_path)
        other = read_lines(recipe(sources={"talk": 0.5}, seed=8), corpus, tmp_path)
        assert other[1] != read_lines(plan, corpus, tmp_path)[1]

    def test_a_source_that_is_not_there_is_named(self, tmp_path: Path):
        with pytest.raises(SettingsError, match="'talk'"):
            read_lines(recipe(), tmp_path, tmp_path)

    def test_the_project_gives_utterances_and_articles_without_markup(self, tmp_path: Path):
        lines = list(project_lines(write_home(tmp_path)))
        assert "蓝色的外套啥时候能发出来" in lines
        assert "可以发顺丰吗" in lines
        assert "偏远地区由邮政配送，时效会长一些。" in lines
        assert not [line for line in lines if "[" in line or line.startswith(("title", "-"))]

    def test_utterances_carry_their_intent(self, tmp_path: Path):
        found = list(utterances(write_home(tmp_path) / "data" / "nlu" / "shop.yml"))
        assert ("ask_courier", "可以发顺丰吗") in found
        assert len(found) == 7


LONG = tuple(f"第{number}行很长，说的是发货、退款和运费怎么算" for number in range(100))


class TestPassages:
    def test_they_are_the_lines_long_enough_for_two_cuts(self, tmp_path: Path):
        corpus = write_corpus(tmp_path / "corpus", ("太短了", *LONG, "长" * 201))
        found = read_passages(recipe(sources={"talk": 1}), corpus)
        assert len(found) == len(LONG)
        assert all(worth_cutting(line) for line in found)

    @pytest.mark.parametrize(("passes", "expected"), [(4, 100), (1, 100), (0.3, 30)])
    def test_no_line_comes_twice_however_many_passes(
        self, tmp_path: Path, passes: float, expected: int
    ):
        corpus = write_corpus(tmp_path / "corpus", LONG)
        found = read_passages(recipe(sources={"talk": passes}), corpus)
        assert len(found) == len(set(found)) == expected

    def test_they_are_normalised_and_none_of_the_projects_own(self, tmp_path: Path):
        corpus = write_corpus(tmp_path / "corpus", ("ＯＫ，" + "好" * 20,))
        found = read_passages(recipe(sources={"project": 2, "talk": 1}), corpus)
        assert found == ["ok," + "好" * 20]

    def test_the_same_seed_takes_the_same(self, tmp_path: Path):
        corpus = write_corpus(tmp_path / "corpus", LONG)
        plans = [recipe(sources={"talk": 0.5}, seed=seed) for seed in (7, 7, 8)]
        one, again, other = (read_passages(plan, corpus) for plan in plans)
        assert one == again != other

    def test_a_source_that_is_not_there_is_named(self, tmp_path: Path):
        with pytest.raises(SettingsError, match="'talk'"):
            read_passages(recipe(), tmp_path)


def distinct(lengths: list[int]) -> list[str]:
    """Lines of those lengths in which no character comes twice."""
    characters = iter(range(0x4E00, 0x9FA5))
    return ["".join(chr(next(characters)) for _ in range(length)) for length in lengths]


class TestPacking:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(1, 45), min_size=1, max_size=25), st.integers(18, 40))
    def test_no_character_is_lost_but_rests_too_short_to_learn_from(self, lengths, length):
        lines = distinct(lengths)
        vocabulary = [*SPECIALS, *"".join(lines)]
        examples = pack(lines, vocabulary, length)
        kept = [int(piece) for row in examples.pieces for piece in row if piece > SEP]
        assert kept == sorted(set(kept)), "in order, none twice"
        lost = sorted(set(range(5, len(vocabulary))) - set(kept))
        runs = np.split(lost, np.flatnonzero(np.diff(lost) > 1) + 1) if lost else []
        assert all(len(run) < 8 for run in runs)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.text("退款hello 12，。好的\t", min_size=1, max_size=40), max_size=20))
    def test_every_example_has_the_same_form(self, lines):
        examples = pack(lines, build_vocabulary([], 4200), 24)
        for row, starts, split in zip(
            examples.pieces, examples.starts, examples.split, strict=True
        ):
            used = int((row != PAD).sum())
            assert row[0] == CLS
            assert row[split] == row[used - 1] == SEP
            assert (row == SEP).sum() == 2
            assert 1 < split < used - 1, "neither segment is empty"
            assert not row[used:].any()
            assert not starts[(row == CLS) | (row == SEP) | (row == PAD)].any()
            assert used - 3 >= 8

    def test_a_full_line_is_found_again_piece_by_piece(self):
        examples, vocabulary = packed(lines=("iphone15 的手机壳有没有蓝色的",))
        words = "".join(vocabulary[piece] for piece in examples.pieces[0] if piece > SEP)
        assert words.replace("##", "") == "iphone15的手机壳有没有蓝色的"
        row, starts = examples.pieces[0], examples.starts[0]
        begins = [vocabulary[p] for p, b in zip(row, starts, strict=True) if b]
        assert begins[0] == "i"
        assert "##p" not in begins
        assert "手" in begins
        assert "机" not in begins

    def test_an_unknown_character_is_unk_not_nothing(self):
        examples = pack(["龘龘龘龘龘龘龘龘龘"], [*SPECIALS, "好"], 16)
        assert (examples.pieces[0] == UNK).sum() == 9

    def test_nothing_in_nothing_out(self):
        assert pack([], list(SPECIALS), 16).pieces.shape == (0, 16)
