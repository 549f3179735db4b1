"""A recipe is read whole or refused with the field that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kefu.encoder.pretrain.recipe import load_recipe
from kefu.errors import SettingsError
from kefu.settings import HOME


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipe.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_recipe_reads():
    found = load_recipe(HOME / "models" / "encoder.yml")
    assert found.sources
    assert found.hidden % found.heads == 0
    assert found.sequence_length <= found.max_positions


def test_what_is_not_said_has_a_default(tmp_path: Path):
    found = load_recipe(written(tmp_path, "sources: {talk: 1}\nsteps: 5\n"))
    assert (found.steps, found.masked_share) == (5, 0.15)


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
