"""`pretrain`: from a corpus folder to an encoder that can be shipped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kefu.encoder import Encoder
from kefu.encoder.pretrain.run import pretrain
from kefu.encoder.pretrain.words import similar_words
from tests.encoder.pretrain.toy import packed, recipe, write_corpus, write_home


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_home(tmp_path / "home")
    write_corpus(tmp_path / "corpus")
    return tmp_path


def run(place: Path, output: str, work: str = "work") -> tuple[Path, list[str]]:
    lines: list[str] = []
    pretrain(
        recipe(),
        corpus=place / "corpus",
        home=place / "home",
        work=place / work,
        output=place / output,
        device="cpu",
        report=lines.append,
    )
    return place / output, lines


def test_the_folder_loads_and_says_what_made_it(place: Path):
    folder, lines = run(place, "encoder")
    names = {file.name for file in folder.iterdir()}
    assert {"config.json", "vocab.txt", "model.safetensors", "training.json"} <= names
    encoder = Encoder.load(str(folder), "cpu")
    assert encoder.dimension == 16
    assert np.isfinite(encoder.sentence_vectors(["什么时候发货", "😂"])).all()
    facts = json.loads((folder / "training.json").read_text())
    assert facts == {"corpus": facts["corpus"], "seed": 7, "steps": 6}
    assert f"corpus {facts['corpus']}" in lines[0]


def test_the_same_recipe_gives_the_same_weights(place: Path):
    one, other = run(place, "one", "work-1")[0], run(place, "other", "work-2")[0]
    prints = [Encoder.load(str(folder), "cpu").fingerprint for folder in (one, other)]
    assert prints[0] == prints[1]


def test_a_second_run_takes_up_the_work_of_the_first(place: Path):
    first, _ = run(place, "first")
    second, lines = run(place, "second")
    assert lines[0] == "going on from step 6"
    prints = [Encoder.load(str(folder), "cpu").fingerprint for folder in (first, second)]
    assert prints[0] == prints[1]


def test_similar_words_have_the_same_length_and_are_not_the_word_itself():
    examples, _ = packed()
    table = similar_words(examples, neighbours=3)
    assert table
    for word, near in table.items():
        assert word not in near
        assert {len(other) for other in near} <= {len(word)}
