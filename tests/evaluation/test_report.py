from __future__ import annotations

import json
import re

from rich.cells import cell_len

from kefu.evaluation.examples import Example, Prediction, Span
from kefu.evaluation.report import report, table
from kefu.evaluation.scoring import as_data, prediction_rows, score

EXAMPLES = [
    Example("什么时候发货", "ask_ship_time", frozenset(), {"id": 1}),
    Example("今天发吗", "ask_ship_time", frozenset({Span(0, 2, "date")})),
    Example("退\n了" * 40, "request_refund", frozenset()),
    Example("天气真好", "out_of_scope", frozenset()),
    Example("能开票吗", "new_intent", frozenset()),
]
DATE = {"start": 0, "end": 2, "value": "今天", "entity": "date"}


def said(intent: str | None, sure: float, *entities: dict[str, object]) -> Prediction:
    return Prediction(intent, sure, [(intent, sure)] if intent else [], entities)


PREDICTIONS = [
    said("ask_ship_time", 0.9),
    said("ask_ship_time", 0.8, DATE),
    said("ask_ship_time", 0.4),
    said("out_of_scope", 0.7),
    said(None, 0.0),
]
EVALUATION = score(EXAMPLES, PREDICTIONS, 0.5, 20)


def test_columns_stand_under_each_other_in_chinese_too():
    lines = list(table([("", "n"), ("退款", "1"), ("refund", "22")], "<>"))
    assert lines == ["           n", "  退款     1", "  refund  22"]
    assert {cell_len(line) for line in lines} == {12}


def test_a_person_finds_the_figures_the_mistakes_and_what_is_unknown():
    text = report(EVALUATION)
    assert "5 messages, 4 intents, never predicted: new_intent, request_refund" in text
    assert re.search(r"intent accuracy +0\.600 ", text)
    assert re.search(r"entity F1, micro +1\.000 ", text)
    assert "fallback below 0.5" in text
    assert "refuses 50.0% of those in scope and 0.0% of the out_of_scope" in text
    (mistake,) = [line for line in text.splitlines() if "request_refund  ask_ship_time" in line]
    assert mistake.endswith("…")
    assert re.search(r"1  new_intent +nothing +能开票吗$", text, re.M)


def test_what_cannot_be_measured_is_said():
    examples = [Example("在吗", "greet")]
    text = report(score(examples, [said("greet", 1.0)], None, 20))
    assert "no entities are annotated" in text
    assert "needs messages in scope and out_of_scope" in text
    assert "fallback" not in text
    assert "Confusions" not in text


def test_programs_get_the_same_figures():
    data = json.loads(json.dumps(as_data(EVALUATION)))
    assert data["messages"] == 5
    assert data["intents"]["accuracy"]["value"] == 0.6
    assert data["intents"]["rows"]["ask_ship_time"]["recall"] == 1.0
    assert data["entities"]["rows"]["date"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "expected": 1,
        "predicted": 1,
    }
    assert data["fallback"]["threshold"] == 0.5
    assert {row["count"] for row in data["confusions"]} == {1}


def test_each_message_gets_a_row_with_what_stood_beside_it():
    rows = list(prediction_rows(EXAMPLES, PREDICTIONS))
    assert rows[0] == {
        "id": 1,
        "text": "什么时候发货",
        "intent": "ask_ship_time",
        "confidence": 0.9,
        "intent_ranking": [{"name": "ask_ship_time", "confidence": 0.9}],
        "entities": [],
        "expected_intent": "ask_ship_time",
    }
    assert rows[1]["entities"] == [DATE]
    assert rows[4]["intent"] is None
