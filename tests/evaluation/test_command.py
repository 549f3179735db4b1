"""`kefu eval nlu` from its arguments to its files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from kefu.evaluation.command import evaluate
from kefu.settings import load_settings
from tests.evaluation.conftest import CONFIG
from tests.test_cli import assert_one_line, kefu

LINES = [
    {"text": "今天几号发货", "intent": "ask_ship_time", "id": "一"},
    {"text": "退款退款", "intent": "request_refund", "entities": []},
    {"text": "讲个笑话吧", "intent": "out_of_scope"},
    {"text": "讲个笑话吧", "intent": "out_of_scope"},
    {"text": "开发票", "intent": "request_invoice"},
]


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    file = tmp_path / "messages.jsonl"
    lines = [json.dumps(line, ensure_ascii=False) for line in LINES]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


def test_a_set_is_scored_from_the_command_line(messages: Path, tiny_model: Path, tmp_path: Path):
    out, figures = tmp_path / "new" / "predictions.jsonl", tmp_path / "figures.json"
    words = ("--data", str(messages), "--model", str(tiny_model))
    done = kefu("eval", "nlu", *words, "--predictions", str(out), "--json", str(figures))
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 messages, 4 intents, never predicted: request_invoice" in done.stdout
    assert re.search(r"intent accuracy +0\.800 ", done.stdout)
    told = json.loads(figures.read_text(encoding="utf-8"))
    assert told["intents"]["accuracy"]["value"] == 0.8
    assert told["entities"] is None
    found = rows(out)
    assert [row["text"] for row in found] == [line["text"] for line in LINES]
    assert found[0]["id"] == "一"
    assert found[0]["entities"] == [{"start": 0, "end": 2, "value": "今天", "entity": "date"}]
    assert all(len(row["intent_ranking"]) == 3 for row in found)
    assert "nlu_fallback" not in out.read_text(encoding="utf-8")


def test_predictions_can_be_scored_and_are_then_all_right(
    messages: Path, tiny_model: Path, tmp_path: Path
):
    out, figures, told = tmp_path / "predictions.jsonl", tmp_path / "figures.json", []
    settings = load_settings()
    evaluate(settings, messages, tiny_model, out, None, told.append)
    evaluate(settings, out, tiny_model, tmp_path / "again.jsonl", figures, told.append)
    data = json.loads(figures.read_text(encoding="utf-8"))
    assert data["intents"]["macro_f1"]["value"] == 1.0
    assert data["entities"]["micro_f1"]["value"] == 1.0
    again = [{**row, "expected_intent": None} for row in rows(tmp_path / "again.jsonl")]
    assert again == [{**row, "expected_intent": None} for row in rows(out)]


def test_a_broken_line_is_one_sentence(tmp_path: Path):
    file = tmp_path / "messages.jsonl"
    file.write_text('{"text": "在"}\n')
    assert_one_line(kefu("eval", "nlu", "--data", str(file)), f"{file}:1 ", '"intent"')


def test_a_model_that_is_not_there(messages: Path, tmp_path: Path):
    model = str(tmp_path / "none.tar.gz")
    assert_one_line(kefu("eval", "nlu", "--data", str(messages), "--model", model), model)


def test_fitting_takes_no_model(tmp_path: Path):
    done = kefu("eval", "nlu", "--fit-threshold", "--model", str(tmp_path / "a.tar.gz"))
    assert done.returncode == 2
    assert "leave --model out" in done.stderr


def test_the_threshold_is_fitted_and_written_with_its_picture(bot: Path, tmp_path: Path):
    config, picture, out = (tmp_path / name for name in ("config.yml", "curve.svg", "held.jsonl"))
    config.write_text(CONFIG, encoding="utf-8")
    words = ("--data", str(bot / "data"), "--config", str(config), "--picture", str(picture))
    done = kefu("eval", "nlu", "--fit-threshold", *words, "--predictions", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    written = config.read_text(encoding="utf-8")
    threshold = yaml.safe_load(written)["pipeline"][-1]["threshold"]
    assert 0 < threshold < 0.99
    assert written == CONFIG.replace("0.99", repr(threshold))
    assert f"fallback threshold {threshold:g}, best between" in done.stdout
    assert "before, 0.99: F1 0.000" in done.stdout
    assert picture.read_text(encoding="utf-8").startswith("<?xml")
    assert len(rows(out)) == 6


def test_a_training_that_fails_changes_nothing(bot: Path, tmp_path: Path):
    config = tmp_path / "config.yml"
    broken = CONFIG.replace("LogisticRegressionClassifier", "NoSuchClassifier")
    config.write_text(broken, encoding="utf-8")
    words = ("--data", str(bot / "data"), "--config", str(config))
    done = kefu("eval", "nlu", "--fit-threshold", *words, "--picture", str(tmp_path / "a.svg"))
    assert done.returncode == 1
    assert "Training failed" in done.stderr
    assert "NoSuchClassifier" in done.stderr
    assert config.read_text(encoding="utf-8") == broken
    assert not (tmp_path / "a.svg").exists()
