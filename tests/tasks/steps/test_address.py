"""The question for a new label: parts kept apart, corrections laid over, faults asked for alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kefu.tasks import Said
from kefu.tasks.step import Situation
from kefu.tasks.steps.address import AddressStep
from kefu.tasks.steps.parts import dumped, given, loaded, steps_of

HOME = "浙江省杭州市西湖区青禾路18号3单元502"
STEP = AddressStep()


@pytest.fixture
def here(talk) -> Situation:
    return talk("change_address", "buyer-0001").situation()


def after(here: Situation, **answers: str) -> Situation:
    return replace(here, answers=answers)


def test_the_answer_is_json(here: Situation):
    found = STEP.find(Said(f"张三 13800000000 {HOME}"), here)
    assert found is not None
    assert json.loads(found) == {"recipient": "张三", "phone": "13800000000", "address": HOME}


def test_a_part_is_laid_over_the_others(here: Situation):
    before = dumped({"recipient": "张三", "address": HOME})
    found = STEP.find(Said("收件人换成李雷"), after(here, change=before))
    assert loaded(found) == {"recipient": "李雷", "address": HOME}


@pytest.mark.parametrize(
    "said", ["好的", "确认", "不要了", "谢谢", "青禾路18号对吧", f"就是{HOME}"]
)
def test_what_is_said_already_or_nothing_corrects_nothing(here: Situation, said: str):
    before = dumped({"recipient": "张三", "address": HOME})
    assert STEP.find(Said(said), after(here, change=before)) in (None, before)


@pytest.mark.parametrize("answer", [None, "", "[]", "null", "{", '{"phone": 5}', "张三"])
def test_what_is_no_such_answer_has_no_parts(answer: str | None):
    assert loaded(answer) == {}


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        ({"phone": "13800000000"}, 0),
        ({"phone": "1380000"}, 1),
        ({"address": "青禾路18号"}, 1),
        ({"recipient": "1", "phone": "1", "address": "1"}, 3),
        ({}, 0),
    ],
)
def test_each_part_that_will_not_do_is_told(parts: dict[str, str], count: int):
    assert len(STEP.lacking(parts)) == count


def test_only_what_is_lacking_is_asked_and_the_rest_kept(here: Situation):
    there = after(here, change=dumped({"recipient": "张三", "phone": "1380000"}))
    first, second = steps_of(STEP, there)
    assert first is STEP
    assert "电话号码" in second.ask(there).text
    assert second.read(Said("1380000"), there) is None
    mended = second.read(Said("13800000000"), there)
    assert mended is not None
    whole = given({"change": there.answers["change"], "wish": mended})
    assert whole == {"recipient": "张三", "phone": "13800000000"}


def test_one_step_is_enough_where_nothing_is_lacking(here: Situation):
    assert steps_of(STEP, here) == (STEP,)
    assert steps_of(STEP, after(here, change=dumped({"phone": "13800000000"}))) == (STEP,)
