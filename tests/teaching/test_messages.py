from __future__ import annotations

import warnings
from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.nlu.tokenizer import CharacterTokenizer
from kefu.teaching.messages import check_messages

GREETINGS = [Message.build("在吗", "greet"), Message.build("你好", "greet")]


def entity(start: int, end: int, name: str) -> dict[str, Any]:
    return {"start": start, "end": end, "entity": name, "value": "?"}


def told(*messages: Message) -> list[str]:
    """What is returned, after making sure that people see the same through Rasa's warnings."""
    data = TrainingData([*GREETINGS, *messages])
    tokenizer = CharacterTokenizer(CharacterTokenizer.get_default_config())
    tokenizer.process_training_data(data)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        found = check_messages(data)
    ends = "; `kefu check` names file and line."
    assert [str(warning.message) for warning in shown] == [f"{line}{ends}" for line in found]
    return found


def test_nothing_to_say():
    marked = Message.build("要红色37码", "greet", [entity(1, 3, "color"), entity(3, 6, "size")])
    assert told(marked) == []


def test_an_intent_with_one_example():
    assert told(Message.build("多谢", "thank")) == [
        "The intent thank has one example: write at least 15 that differ"
    ]


def test_examples_that_differ_in_punctuation_count_once():
    assert len(told(Message.build("多谢", "thank"), Message.build("多谢！", "thank"))) == 1


def test_overlapping_entities():
    marked = Message.build("要深红色", "greet", [entity(1, 4, "color"), entity(2, 3, "size")])
    assert told(marked) == [
        'The entities "深红色" (color) and "红" (size) overlap: keep one of them '
        '(in "要深红色", intent greet)'
    ]


def test_an_entity_that_cuts_a_token():
    marked = Message.build("第12345个", "greet", [entity(2, 4, "amount")])
    assert told(marked) == [
        'The entity "23" (amount) cuts the token "12345": mark the whole word or number, or none '
        'of it (in "第12345个", intent greet)'
    ]


def test_messages_of_stories_are_passed_over():
    assert told(Message({"intent": "thank"}), Message({"text": "就这个"})) == []


def test_thousands_are_told_in_few_lines():
    marked = [Message.build(f"要{n}", "greet", [entity(1, 2, "size")]) for n in range(10, 3000)]
    found = told(*marked)
    assert len(found) == 11
    assert found[-1] == "There are 2980 more warnings of that kind"


@pytest.mark.parametrize("text", ["", None])
def test_a_message_without_a_text(text: str | None):
    assert told(Message({"text": text, "intent": "thank", "entities": []})) == []
