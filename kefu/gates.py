"""Test results must reach their thresholds, or the run fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kefu.errors import SettingsError


@dataclass(frozen=True)
class Judgement:
    """One line of the verdict."""

    passed: bool
    text: str


@dataclass(frozen=True)
class Thresholds:
    """What results must reach. F1 values are between 0 and 1.

    Attributes:
        intent_macro_f1: mean over intents, each counts alike.
        intent_weighted_f1: each message counts alike.
        entity_f1: micro-average over all entities' tokens, each entity judged by its extractor.
        entity_exact_f1: micro-average over entities found with exact span and type.
        calibration_error: at most; what confidences are off from how often they are right.
        scope_auroc: how well the best intent in scope tells messages in scope from others.
        extractors: extractor to the entities that it is responsible for.
        test_stories: fewest stories that must have been tested.
        stories_end_to_end: share of them that must pass with what the model itself understands.
    """

    intent_macro_f1: float
    intent_weighted_f1: float
    entity_f1: float
    entity_exact_f1: float
    calibration_error: float
    scope_auroc: float
    extractors: dict[str, list[str]]
    test_stories: int
    stories_end_to_end: float


def read_thresholds(file: Path) -> Thresholds:
    """Read tests/thresholds.yml.

    Raises:
        SettingsError: the file is missing or does not make sense.
    """
    try:
        return Thresholds(**yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, TypeError, yaml.YAMLError) as error:
        raise SettingsError(f"{file} cannot be read as thresholds: {error}") from error


def check_nlu(results: Path, thresholds: Thresholds) -> list[Judgement]:
    """Judge what `rasa test nlu --out RESULTS` wrote.

    Raises:
        SettingsError: a report is missing or damaged.
    """
    intents = _read(results / "intent_report.json")
    entity_f1, worst = _entities(results, thresholds)
    return [
        _at_least("intent F1, macro", intents["macro avg"]["f1-score"], thresholds.intent_macro_f1),
        _at_least(
            "intent F1, weighted",
            intents["weighted avg"]["f1-score"],
            thresholds.intent_weighted_f1,
            _worst_intents(intents),
        ),
        _at_least("entity F1, micro", entity_f1, thresholds.entity_f1, worst),
    ]


def check_figures(file: Path, thresholds: Thresholds) -> list[Judgement]:
    """Judge what `kefu eval nlu --json FILE` wrote.

    Raises:
        SettingsError: the file is missing or damaged.
    """
    figures = _read(file, "kefu eval nlu --json")
    try:
        exact = float(figures["entities"]["micro_f1"]["value"])
        off, auroc = float(figures["calibration_error"]), float(figures["in_scope_auroc"])
    except (KeyError, TypeError) as error:
        raise SettingsError(
            f"{file} has no figures of entities, calibration and scope: score messages that have "
            "entities and some that are out_of_scope with `kefu eval nlu --json`."
        ) from error
    limit = thresholds.calibration_error
    return [
        _at_least("entity F1, exact span and type", exact, thresholds.entity_exact_f1),
        Judgement(off <= limit, f"calibration error: {off:.3f}, at most {limit:.3f}"),
        _at_least("scope AUROC", auroc, thresholds.scope_auroc),
    ]


def check_core(
    results: Path, thresholds: Thresholds, *, end_to_end: bool = False
) -> list[Judgement]:
    """Judge what `rasa test core --out RESULTS` wrote: every story must have passed.

    Args:
        results: the folder.
        thresholds: what is wanted.
        end_to_end: of `rasa test core --e2e`, where one message taken wrong fails a story; then a
            share must have passed.

    Raises:
        SettingsError: the report is missing or damaged.
    """
    told = _read(results / "story_report.json").get("conversation_accuracy", {})
    correct, total = int(told.get("correct", 0)), int(told.get("total", 0))
    wanted = thresholds.stories_end_to_end if end_to_end else 1.0
    judged = [
        Judgement(
            correct >= wanted * total,
            f"test stories: {correct} of {total} passed, {wanted:.0%} wanted",
        ),
        Judgement(
            total >= thresholds.test_stories,
            f"test stories: {total} tested, at least {thresholds.test_stories} wanted",
        ),
    ]
    if correct < wanted * total:
        judged.append(
            Judgement(False, f"what went wrong stands in {results / 'failed_test_stories.yml'}")
        )
    return judged


def _read(file: Path, maker: str = "rasa test") -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read ({error}): run `{maker}` first.") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{file} holds no report: run `{maker}` again.")
    return content


def _at_least(name: str, value: float, wanted: float, comment: str = "") -> Judgement:
    return Judgement(value >= wanted, f"{name}: {value:.3f}, at least {wanted:.3f}{comment}")


def _worst_intents(report: dict[str, Any], count: int = 5) -> str:
    rows = [
        (row["f1-score"], name)
        for name, row in report.items()
        if isinstance(row, dict) and not name.endswith(" avg") and row.get("support", 0) > 0
    ]
    return " (lowest: " + ", ".join(f"{name} {f1:.2f}" for f1, name in sorted(rows)[:count]) + ")"


def _entities(results: Path, thresholds: Thresholds) -> tuple[float, str]:
    """Rasa reports each extractor over all entities; only its own are held against it."""
    rows = list(_entity_rows(results, thresholds))
    correct = sum(row[1] for row in rows)
    predicted = sum(row[2] for row in rows)
    expected = sum(row[3] for row in rows)
    f1 = 2 * correct / (predicted + expected) if predicted + expected else 0.0
    each = sorted((2 * c / (p + e) if p + e else 0.0, name) for name, c, p, e in rows if e)
    return f1, " (lowest: " + ", ".join(f"{name} {value:.2f}" for value, name in each[:4]) + ")"


def _entity_rows(
    results: Path, thresholds: Thresholds
) -> Iterator[tuple[str, float, float, float]]:
    """Entity, correct, predicted and expected tokens."""
    for extractor, entities in thresholds.extractors.items():
        report = _read(results / f"{extractor}_report.json")
        for entity in entities:
            row = report.get(entity)
            if not isinstance(row, dict):
                continue
            expected = float(row["support"])
            correct = float(row["recall"]) * expected
            predicted = correct / float(row["precision"]) if row["precision"] else 0.0
            yield entity, correct, predicted, expected
