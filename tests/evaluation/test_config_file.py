from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kefu.errors import SettingsError
from kefu.evaluation.config_file import read_threshold, write_threshold
from kefu.settings import HOME

CONFIG = """# why this pipeline
recipe: default.v1
pipeline:
  - name: CountVectorsFeaturizer  # letters
    threshold: 0.1
  - name: FallbackClassifier
    threshold: 0.35    # measured
    ambiguity_threshold: 0.03
policies:
  - name: RulePolicy
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yml"


def write(config: Path, content: str) -> None:
    config.write_bytes(content.encode("utf-8"))


def rewritten(config: Path, content: str, threshold: float = 0.42) -> str:
    write(config, content)
    write_threshold(config, threshold)
    assert read_threshold(config) == threshold
    return config.read_bytes().decode("utf-8")


def test_only_the_number_changes(config: Path):
    assert rewritten(config, CONFIG) == CONFIG.replace("0.35", "0.42")


def test_so_it_is_in_windows_files(config: Path):
    content = "\ufeff" + CONFIG.replace("\n", "\r\n")
    assert rewritten(config, content) == content.replace("0.35", "0.42")


def test_all_digits_are_kept(config: Path):
    assert "threshold: 0.123456789 " in rewritten(config, CONFIG, 0.123456789)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_missing_threshold_is_added(config: Path, end: str):
    content = CONFIG.replace("    threshold: 0.35    # measured\n", "").replace("\n", end)
    write(config, content)
    assert read_threshold(config) is None
    added = f"  - name: FallbackClassifier{end}    threshold: 0.42{end}    ambiguity"
    assert added in rewritten(config, content)


def test_a_component_on_one_line(config: Path):
    content = "pipeline: [{name: FallbackClassifier}]  # short\n"
    wanted = "pipeline: [{name: FallbackClassifier, threshold: 0.42}]  # short\n"
    assert rewritten(config, content) == wanted


def test_a_component_by_its_whole_name(config: Path):
    name = "rasa.nlu.classifiers.fallback_classifier.FallbackClassifier"
    content = CONFIG.replace("FallbackClassifier", name)
    assert rewritten(config, content) == content.replace("0.35", "0.42")


def test_the_projects_own_configuration_can_be_written(config: Path):
    content = (HOME / "config.yml").read_text(encoding="utf-8")
    before, after = yaml.safe_load(content), yaml.safe_load(rewritten(config, content))
    for part in before["pipeline"]:
        if part["name"] == "FallbackClassifier":
            part["threshold"] = 0.42
    assert after == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("pipeline:\n  - name: Other\n", "no FallbackClassifier"),
        ("pipeline:\n", "no FallbackClassifier"),
        ("- words\n", "no FallbackClassifier"),
        ("pipeline: [\n", "no YAML"),
        ("pipeline: [{name: FallbackClassifier, threshold: high}]", "no number"),
    ],
)
def test_what_cannot_be_changed_is_said_before_anything_is(config: Path, content: str, words: str):
    write(config, content)
    with pytest.raises(SettingsError, match=words) as raised:
        read_threshold(config)
    assert "\n" not in str(raised.value)


def test_no_file(config: Path):
    with pytest.raises(SettingsError, match="cannot be read"):
        write_threshold(config, 0.42)
