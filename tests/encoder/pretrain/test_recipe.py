"""A recipe is read whole or refused with the field that is wrong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from kefu.encoder.pretrain.recipe import Recipe, load_recipe
from kefu.errors import SettingsError
from kefu.settings import HOME
from tests.encoder.pretrain.toy import PAIR_KINDS


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipe.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_recipe_reads():
    found = load_recipe(HOME / "models" / "encoder.yml")
    assert found.sources
    assert found.hidden % found.heads == 0
    assert found.sequence_length <= found.max_positions
    assert found.warmup < (1 - found.decay_share) * found.steps
    assert set(found.sentence_shares) <= set(PAIR_KINDS)
    assert sum(found.sentence_shares.values()) > 0
    assert found.precision in ("auto", "bf16", "fp32")


def test_what_is_not_said_has_a_default(tmp_path: Path):
    found = load_recipe(written(tmp_path, "sources: {talk: 1}\nsteps: 5\n"))
    assert (found.steps, found.masked_share) == (5, 0.15)
    assert (found.dropout, found.precision, found.decay_share) == (0.0, "auto", 0.2)
    assert found.sentence_shares == {"passages": 0.5, "paraphrases": 0.5}
    assert found.sentence_warmup < found.sentence_steps


def test_what_is_said_is_taken(tmp_path: Path):
    said = Recipe(
        sources={"talk": 0.5},
        dropout=0.1,
        precision="bf16",
        decay_share=0.3,
        sentence_warmup=9,
        sentence_shares={"articles": 0.2, "paraphrases": 0.8},
    )
    assert load_recipe(written(tmp_path, yaml.safe_dump(asdict(said)))) == said


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sources: {talk: 1}\nlayer: 4\n", "unknown field layer"),
        ("steps: 4\n", "no sources"),
        ("", "no sources"),
        ("sources: [", "cannot be read as YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, complaint: str):
    with pytest.raises(SettingsError, match=complaint):
        load_recipe(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"nowhere\.yml"):
        load_recipe(tmp_path / "nowhere.yml")
