"""The documents say what is there: settings, links, the two READMEs, the encoder's sources.

python -m tests.test_docs      prints the rows of the READMEs' settings table
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr
from pydantic.fields import ModelField

from kefu.settings import HOME, Settings

READMES = [HOME / "README.md", HOME / "README.zh-CN.md"]
ENCODER = HOME / "models" / "encoder"
NOT_OURS = {"var", "results", "build"}  # nor whatever begins with a dot
_FENCE = re.compile(r"^```[^\n]*\n.*?^```$", re.M | re.S)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    ours = [
        place
        for place in HOME.iterdir()
        if not place.name.startswith(".") and place.name not in NOT_OURS
    ]
    inside = [file for place in ours if place.is_dir() for file in place.rglob("*.md")]
    return sorted([place for place in ours if place.suffix == ".md"] + inside)


def prose(file: Path) -> str:
    return _FENCE.sub("", file.read_text(encoding="utf-8"))


def headings(file: Path) -> list[int]:
    """Levels of the headings, in order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(file), re.M)]


def code(file: Path) -> list[str]:
    return _FENCE.findall(file.read_text(encoding="utf-8"))


def variable(name: str) -> str:
    return f"`KEFU_{name.upper()}`"


def default(field: ModelField) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, float):
        value = f"{value:g}"
    return "" if value is None else f"`{value}`"


def rows() -> Iterator[str]:
    """The settings table as README.md has it."""
    for name, field in Settings.__fields__.items():
        yield f"| {variable(name)} | {default(field)} | {field.field_info.description} |"


def test_the_readme_lists_all_settings_as_they_are():
    found = re.findall(r"^\| `KEFU_.*\|$", READMES[0].read_text(encoding="utf-8"), re.M)
    assert found == list(rows()), "python -m tests.test_docs prints the table"


def test_the_chinese_readme_lists_the_same_settings_and_defaults():
    text = READMES[1].read_text(encoding="utf-8")
    found = re.findall(r"^\| (`KEFU_\w+`) \| (.*?) \| (.+) \|$", text, re.M)
    wanted = [(variable(name), default(field)) for name, field in Settings.__fields__.items()]
    assert [(name, value.strip()) for name, value, _ in found] == wanted


def links(file: Path) -> list[str]:
    """Targets of links; between backticks [红色](color) is an example."""
    found: list[str] = _LINK.findall(re.sub(r"`[^`\n]*`", "", prose(file)))
    return found


@pytest.mark.parametrize("file", documents(), ids=lambda file: str(file.relative_to(HOME)))
def test_relative_links_lead_somewhere(file: Path):
    targets = [link.split("#")[0] for link in links(file) if "://" not in link]
    assert [link for link in targets if link and not (file.parent / link).exists()] == []


def test_both_readmes_have_the_same_parts_and_the_same_code():
    english, chinese = READMES
    assert headings(english) == headings(chinese)
    assert code(english) == code(chinese)


def test_the_notice_names_the_sources_of_the_encoder_and_no_other():
    recipe = yaml.safe_load((HOME / "models" / "encoder.yml").read_text(encoding="utf-8"))
    notice = (HOME / "NOTICE").read_text(encoding="utf-8")
    named = re.findall(r"^- ([a-z0-9_]+): ", notice, re.M)
    # "project" is data/ and kb/ of this repository
    assert sorted(named) == sorted(set(recipe["sources"]) - {"project"})


def test_the_model_card_has_the_numbers_of_the_model():
    card = prose(ENCODER / "README.md")
    config = json.loads((ENCODER / "config.json").read_text(encoding="utf-8"))
    training = json.loads((ENCODER / "training.json").read_text(encoding="utf-8"))
    table = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", card, re.M))
    assert {
        "layers": table["layers"],
        "hidden size": table["hidden size"],
        "attention heads": table["attention heads"],
        "vocabulary": table["vocabulary"],
        "positions": table["positions"],
        "corpus hash": table["corpus hash"],
        "masked steps": table["masked steps"],
    } == {
        "layers": str(config["num_hidden_layers"]),
        "hidden size": str(config["hidden_size"]),
        "attention heads": str(config["num_attention_heads"]),
        "vocabulary": f"{config['vocab_size']:,} pieces",
        "positions": str(config["max_position_embeddings"]),
        "corpus hash": f"`{training['corpus']}`",
        "masked steps": str(training["steps"]),
    }


if __name__ == "__main__":
    print("\n".join(rows()))
