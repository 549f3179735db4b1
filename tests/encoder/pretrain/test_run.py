"""`pretrain`: from a corpus folder to an encoder that can be shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file

from kefu.encoder import Encoder
from kefu.encoder.pretrain.run import pretrain
from kefu.errors import SettingsError
from tests.encoder.pretrain.toy import TALK, Killed, recipe, write_corpus, write_home
from tests.encoder.tiny import write_bert


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_home(tmp_path / "home")
    # "！" in lines enough to be in the vocabulary, as its NFKC form "!".
    write_corpus(tmp_path / "corpus", (*TALK, "好的！谢谢！麻烦您尽快帮我处理一下！"))
    return tmp_path


class Reports(list[str]):
    """Takes lines of progress; dies at the first that begins with `until`."""

    def __init__(self, until: str | None = None) -> None:
        self._until = until

    def __call__(self, line: str) -> None:
        if self._until and line.startswith(self._until):
            raise Killed
        self.append(line)


def run(
    place: Path,
    output: str,
    work: str = "work",
    *,
    until: str | None = None,
    start: str | None = None,
    **changes: Any,
) -> tuple[Path, list[str]]:
    """The folder written and the lines reported."""
    lines = Reports(until)
    pretrain(
        recipe(**changes),
        corpus=place / "corpus",
        home=place / "home",
        work=place / work,
        output=place / output,
        start=start,
        device="cpu",
        report=lines,
    )
    return place / output, lines


def fingerprint(folder: Path) -> str:
    return Encoder.load(str(folder), "cpu").fingerprint


class TestFolder:
    def test_it_loads_and_says_what_made_it(self, place: Path):
        folder, lines = run(place, "encoder")
        names = {file.name for file in folder.iterdir()}
        written = {"config.json", "vocab.txt", "model.safetensors", "grams.safetensors"}
        assert written | {"training.json"} <= names
        encoder = Encoder.load(str(folder), "cpu")
        assert encoder.dimension == 16
        assert np.isfinite(encoder.sentence_vectors(["什么时候发货", "😂"])).all()
        facts = json.loads((folder / "training.json").read_text())
        assert set(facts) == {"corpus", "seed", "steps", "tokens", "curve", "sentence_steps"}
        assert (facts["seed"], facts["steps"], facts["sentence_steps"]) == (7, 6, 2)
        assert facts["tokens"] > 0
        assert f"corpus {facts['corpus']}" in lines[0]

    def test_the_curve_has_a_point_every_hundred_steps(self, place: Path):
        folder, _ = run(place, "encoder", steps=220, sentence_steps=0)
        facts = json.loads((folder / "training.json").read_text())
        assert [point[0] for point in facts["curve"]] == [100, 200]
        assert all(len(point) == 4 for point in facts["curve"])
        seen = [point[1] for point in facts["curve"]]
        assert facts["tokens"] / 220 == pytest.approx(seen[0] / 100, rel=0.1)
        assert seen[0] < seen[1] < facts["tokens"]

    def test_written_forms_start_from_the_piece_that_was_trained(self, place: Path):
        folder, _ = run(place, "encoder", sentence_steps=0)
        pieces = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        vectors = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"]
        assert len(pieces) == len(vectors) == len(set(pieces))
        row = {piece: vectors[number] for number, piece in enumerate(pieces)}
        for written, trained in (("，", ","), ("！", "!"), ("##😂", "😂"), ("Ａ".lower(), "a")):
            assert row[written].equal(row[trained])
        assert not row["，"].equal(row["！"])

    def test_the_sentence_stage_changes_the_weights(self, place: Path):
        without, _ = run(place, "without", sentence_steps=0)
        with_it, _ = run(place, "with")
        assert fingerprint(without) != fingerprint(with_it)

    def test_the_same_recipe_gives_the_same_weights(self, place: Path):
        one, other = run(place, "one", "work-1")[0], run(place, "other", "work-2")[0]
        assert fingerprint(one) == fingerprint(other)


class TestGoingOn:
    def test_a_second_run_takes_up_the_work_of_the_first(self, place: Path):
        first, _ = run(place, "first")
        second, lines = run(place, "second")
        assert lines[:2] == ["going on from step 6", "going on from sentence step 2"]
        assert fingerprint(first) == fingerprint(second)

    @pytest.mark.parametrize(
        ("until", "taken_up"),
        [
            ("similar words", []),
            ("step 20", []),
            ("step 40", ["going on from step 30"]),
            ("sentence step 20", ["going on from step 40"]),
            ("sentence step 40", ["going on from step 40", "going on from sentence step 30"]),
            ("wrote", ["going on from step 40", "going on from sentence step 40"]),
        ],
    )
    def test_killed_anywhere_it_ends_at_the_same_weights(
        self, place: Path, until: str, taken_up: list[str]
    ):
        plan = {"steps": 40, "sentence_steps": 40, "checkpoint_every": 30, "vocabulary_size": 500}
        whole, _ = run(place, "whole", "work-1", **plan)
        with pytest.raises(Killed):
            run(place, "cut", "work-2", until=until, **plan)
        resumed, lines = run(place, "cut", "work-2", **plan)
        assert [line for line in lines if line.startswith("going on")] == taken_up
        assert fingerprint(resumed) == fingerprint(whole)
        assert not list((place / "work-2").glob("*.new"))

    def test_killed_between_the_stages_only_the_second_is_run(self, place: Path):
        whole, _ = run(place, "whole", "work-1")
        run(place, "half", "work-2", sentence_steps=0)
        resumed, lines = run(place, "resumed", "work-2")
        assert lines[0] == "going on from step 6"
        assert not [line for line in lines if line.startswith("going on from sentence")]
        assert fingerprint(resumed) == fingerprint(whole)


class TestGrams:
    def test_without_buckets_there_is_no_table_and_an_old_one_goes(self, place: Path):
        folder, _ = run(place, "encoder")
        assert Encoder.load(str(folder), "cpu").sentence_dimension == 2 * 16 + 8
        run(place, "encoder", gram_buckets=0)
        assert not (folder / "grams.safetensors").exists()
        assert Encoder.load(str(folder), "cpu").sentence_dimension == 2 * 16

    def test_another_table_leaves_the_stages_before_alone(self, place: Path):
        run(place, "first")
        _, lines = run(place, "second", gram_dimension=4)
        assert lines[:2] == ["going on from step 6", "going on from sentence step 2"]


class TestFromAnotherFolder:
    def test_only_the_later_stages_are_run(self, place: Path):
        first, _ = run(place, "first")
        second, lines = run(place, "second", "work-2", start=str(first), sentence_steps=4)
        assert not [line for line in lines if line.startswith("step")]
        one, other = (json.loads((f / "training.json").read_text()) for f in (first, second))
        assert other == {**one, "sentence_steps": 2 + 4}
        assert (first / "vocab.txt").read_text() == (second / "vocab.txt").read_text()
        assert fingerprint(first) != fingerprint(second)

    def test_a_bert_that_says_nothing_of_itself_will_do(self, place: Path):
        start = write_bert(place / "foreign")
        folder, _ = run(place, "tuned", start=str(start))
        assert json.loads((folder / "training.json").read_text()) == {"sentence_steps": 2}
        assert Encoder.load(str(folder), "cpu").dimension == 32

    def test_killed_it_goes_on(self, place: Path):
        start = write_bert(place / "foreign")
        plan = {"start": str(start), "sentence_steps": 40, "checkpoint_every": 30}
        whole, _ = run(place, "whole", "work-1", **plan)
        with pytest.raises(Killed):
            run(place, "cut", "work-2", until="sentence step 40", **plan)
        resumed, lines = run(place, "cut", "work-2", **plan)
        assert lines[0] == "going on from sentence step 30"
        assert fingerprint(resumed) == fingerprint(whole)

    def test_another_beginning_does_not_take_up_the_work(self, place: Path):
        run(place, "first", start=str(write_bert(place / "foreign")))
        _, lines = run(place, "second", start=str(write_bert(place / "other", seed=5)))
        assert not [line for line in lines if line.startswith("going on")]


class TestWorkFolder:
    @pytest.mark.parametrize(
        "change",
        [{"hidden": 32}, {"seed": 8}, {"sources": {"talk": 1}}, {"learning_rate": 1e-4}],
        ids=lambda change: next(iter(change)),
    )
    def test_another_recipes_is_refused(self, place: Path, change: dict[str, Any]):
        first, _ = run(place, "first")
        before = fingerprint(first)
        with pytest.raises(SettingsError, match=str(place / "work")):
            run(place, "first", **change)
        assert fingerprint(first) == before

    @pytest.mark.parametrize(
        "file", ["models/paraphrases/shop.yml", "models/answers/shop.yml", "kb/couriers.md"]
    )
    def test_other_pairs_begin_the_sentence_stage_anew(self, place: Path, file: str):
        run(place, "first")
        path = place / "home" / file
        path.write_text(path.read_text(encoding="utf-8").replace("快递", "物流"), encoding="utf-8")
        _, lines = run(place, "second")
        assert lines[0] == "going on from step 6"
        assert not [line for line in lines if line.startswith("going on from sentence")]

    @pytest.mark.parametrize("kind", ["articles", "paraphrase"])
    def test_a_kind_without_pairs_is_named_before_anything_is_trained(self, place: Path, kind: str):
        (place / "home" / "kb" / "couriers.md").unlink()
        with pytest.raises(SettingsError, match=f"sentence_shares has '{kind}'"):
            run(place, "first", sentence_shares={"passages": 1.0, kind: 1.0})
        assert not (place / "first").exists()

    def test_more_steps_are_added_to_it(self, place: Path):
        run(place, "first")
        folder, lines = run(place, "second", steps=9)
        assert lines[0] == "going on from step 6"
        assert not [line for line in lines if line.startswith("going on from sentence")]
        assert json.loads((folder / "training.json").read_text())["steps"] == 9

    @pytest.mark.parametrize(
        "change",
        [
            {"sentence_steps": 3},
            {"sentence_batch": 3},
            {"sentence_learning_rate": 3e-4},
            {"sentence_shares": {"paraphrases": 1.0}},
            {"temperature": 0.1},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_another_sentence_stage_begins_anew_after_the_same_masked_one(
        self, place: Path, change: dict[str, Any]
    ):
        first, _ = run(place, "first")
        second, lines = run(place, "second", **change)
        assert lines[0] == "going on from step 6"
        assert not [line for line in lines if line.startswith("going on from sentence")]
        assert fingerprint(first) != fingerprint(second)
        fresh, _ = run(place, "fresh", "work-2", **change)
        assert fingerprint(fresh) == fingerprint(second)
