import json
from pathlib import Path
from typing import Any

import pytest

from kefu.errors import SettingsError
from kefu.gates import Thresholds, check_core, check_figures, check_nlu, read_thresholds
from kefu.settings import HOME

WANTED = Thresholds(
    intent_macro_f1=0.8,
    intent_weighted_f1=0.8,
    entity_f1=0.8,
    entity_exact_f1=0.8,
    calibration_error=0.05,
    scope_auroc=0.9,
    extractors={"JointClassifier": ["product", "color"], "PatternEntityExtractor": ["phone"]},
    test_stories=2,
    stories_end_to_end=0.75,
)


def row(precision: float, recall: float, support: int) -> dict[str, float]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1-score": f1, "support": support}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write(
        tmp_path / "intent_report.json",
        {
            "greet": row(1.0, 1.0, 10),
            "ask_stock": row(0.8, 0.8, 10),
            "macro avg": row(0.9, 0.9, 20),
            "weighted avg": row(0.9, 0.9, 20),
            "accuracy": 0.9,
        },
    )
    # Each extractor is reported over all entities, also over those that it never looks for.
    write(
        tmp_path / "JointClassifier_report.json",
        {"product": row(0.9, 0.9, 100), "color": row(0.8, 1.0, 40), "phone": row(0.0, 0.0, 20)},
    )
    write(
        tmp_path / "PatternEntityExtractor_report.json",
        {"product": row(0.0, 0.0, 100), "color": row(0.0, 0.0, 40), "phone": row(1.0, 1.0, 20)},
    )
    return tmp_path


def write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content))


def stories(folder: Path, correct: int, total: int) -> None:
    told = {"accuracy": 0, "correct": correct, "total": total, "with_warnings": 0}
    write(folder / "story_report.json", {"conversation_accuracy": told})


def test_good_results_pass(results: Path):
    judged = check_nlu(results, WANTED)
    assert [each.passed for each in judged] == [True, True, True]
    assert "lowest: ask_stock 0.80" in judged[1].text


def test_an_entity_counts_only_against_the_extractor_that_is_responsible_for_it(results: Path):
    # correct 90 + 40 + 20, predicted 100 + 50 + 20, expected 100 + 40 + 20
    assert "entity F1, micro: 0.909" in check_nlu(results, WANTED)[2].text


@pytest.mark.parametrize("average", ["macro avg", "weighted avg"])
def test_intents_below_the_threshold_fail(results: Path, average: str):
    report = json.loads((results / "intent_report.json").read_text())
    write(results / "intent_report.json", {**report, average: row(0.79, 0.79, 20)})
    assert [each.passed for each in check_nlu(results, WANTED)].count(False) == 1


def test_an_entity_that_is_never_found_fails(results: Path):
    found = {"product": row(0.0, 0.0, 100), "color": row(0.8, 1.0, 40)}
    write(results / "JointClassifier_report.json", found)
    judged = check_nlu(results, WANTED)[2]
    assert not judged.passed
    assert "product 0.00" in judged.text


def test_an_extractor_that_reported_nothing_is_an_error(results: Path):
    (results / "JointClassifier_report.json").unlink()
    with pytest.raises(SettingsError, match="JointClassifier_report"):
        check_nlu(results, WANTED)


@pytest.mark.parametrize(("correct", "total", "passes"), [(3, 3, True), (2, 3, False)])
def test_every_story_must_pass(tmp_path: Path, correct: int, total: int, passes: bool):
    stories(tmp_path, correct, total)
    assert all(each.passed for each in check_core(tmp_path, WANTED)) is passes


@pytest.mark.parametrize(
    ("correct", "total", "passes"), [(4, 4, True), (3, 4, True), (2, 4, False)]
)
def test_end_to_end_a_share_must_pass(tmp_path: Path, correct: int, total: int, passes: bool):
    stories(tmp_path, correct, total)
    judged = check_core(tmp_path, WANTED, end_to_end=True)
    assert all(each.passed for each in judged) is passes


def test_too_few_stories_fail(tmp_path: Path):
    stories(tmp_path, 1, 1)
    assert not all(each.passed for each in check_core(tmp_path, WANTED))


def test_no_stories_at_all_fail(tmp_path: Path):
    write(tmp_path / "story_report.json", {"accuracy": 1.0})
    assert not all(each.passed for each in check_core(tmp_path, WANTED))


def test_a_damaged_report_is_an_error(tmp_path: Path):
    (tmp_path / "story_report.json").write_text("{")
    with pytest.raises(SettingsError, match="run `rasa test` first"):
        check_core(tmp_path, WANTED)


def test_the_projects_own_thresholds_can_be_read():
    wanted = read_thresholds(HOME / "tests" / "thresholds.yml")
    assert 0.5 < wanted.intent_macro_f1 < 1
    assert set(wanted.extractors) == {"JointClassifier", "PatternEntityExtractor"}


def test_thresholds_with_a_misspelt_name_are_refused(tmp_path: Path):
    file = tmp_path / "thresholds.yml"
    file.write_text("intent_f1_macro: 0.8")
    with pytest.raises(SettingsError, match="thresholds"):
        read_thresholds(file)


def figures(exact: float, off: float, auroc: float | None) -> dict[str, Any]:
    entities = {"micro_f1": {"value": exact}}
    return {"entities": entities, "calibration_error": off, "in_scope_auroc": auroc}


@pytest.mark.parametrize(
    ("told", "passed"),
    [
        (figures(0.8, 0.05, 0.9), [True, True, True]),
        (figures(0.79, 0.05, 0.9), [False, True, True]),
        (figures(0.8, 0.051, 0.9), [True, False, True]),
        (figures(0.8, 0.05, 0.89), [True, True, False]),
    ],
)
def test_each_figure_has_its_limit(tmp_path: Path, told: dict[str, Any], passed: list[bool]):
    write(tmp_path / "figures.json", told)
    judged = check_figures(tmp_path / "figures.json", WANTED)
    assert [each.passed for each in judged] == passed


@pytest.mark.parametrize("told", [figures(0.9, 0.01, None), {"messages": 3}])
def test_figures_of_messages_without_entities_or_others_are_no_verdict(
    tmp_path: Path, told: dict[str, Any]
):
    write(tmp_path / "figures.json", told)
    with pytest.raises(SettingsError, match="kefu eval nlu --json"):
        check_figures(tmp_path / "figures.json", WANTED)


def test_missing_figures_say_how_to_make_them(tmp_path: Path):
    with pytest.raises(SettingsError, match="kefu eval nlu --json"):
        check_figures(tmp_path / "figures.json", WANTED)
