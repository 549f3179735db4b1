from __future__ import annotations

import pytest

from tests.teaching.conftest import Project


@pytest.mark.parametrize("message", ["有人吗", "有人吗？", " 有人　吗!", "有[人](color)吗😊"])
def test_the_same_message_under_two_intents(project: Project, message: str):
    project.add(message)
    errors = [line for line in project.found() if ": error: " in line]
    assert errors == [
        'data/nlu.yml:6: error: "有人吗" is labelled greet here and ask_stock at '
        "data/more.yml:4: keep one of the two."
    ]


@pytest.mark.parametrize("message", ["HELLO!", "ｈｅｌｌｏ", "hello"])
def test_the_same_message_again_in_one_intent(project: Project, message: str):
    project.add(message, "greet")
    assert project.found() == [
        'data/nlu.yml:9: warning: "hello" stands at data/more.yml:4 already: delete one of the two.'
    ]


def test_each_repetition_is_told_once(project: Project):
    project.add("有人吗\n有人吗", "ask_stock")
    found = project.found()
    assert [line.split(": ")[:2] for line in found] == [
        ["data/more.yml:5", "warning"],
        ["data/nlu.yml:6", "error"],
    ]


@pytest.mark.parametrize("message", ["有人吗在", "？", "？？"])
def test_another_message(project: Project, message: str):
    project.add(message)
    assert project.found() == []


def test_punctuation_alone_is_compared_as_it_stands(project: Project):
    project.add("？\n?\n？？", "greet")
    assert [line.split(": ")[0] for line in project.found()] == ["data/more.yml:5"]


def test_what_buyers_say_in_stories_may_repeat(project: Project):
    story = "- story: {}\n  steps:\n  - user: 有人吗\n    intent: greet\n"
    project.write("data/more.yml", "stories:\n" + story.format("one") + story.format("two"))
    assert project.found() == []


def test_a_long_message_is_shortened(project: Project):
    project.add("啊" * 100 + "\n" + "啊" * 100)
    assert f'"{"啊" * 30}…" stands at' in project.found()[0]
