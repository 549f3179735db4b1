"""The question for a day of dispatch."""

from __future__ import annotations

from datetime import date

import pytest

from kefu.tasks import Said
from kefu.tasks.step import Situation
from kefu.tasks.steps.day import DayStep

STEP = DayStep()


@pytest.fixture
def here(talk) -> Situation:
    return talk("delay_shipment", "buyer-0001").situation()


def test_each_button_is_an_answer(here: Situation):
    for button in STEP.ask(here).buttons:
        assert STEP.read(Said(button.payload), here) == button.payload
        assert STEP.read(Said(button.title), here) == button.payload
        assert date.fromisoformat(button.payload) > here.today


def test_days_are_those_of_the_shops_zone(here: Situation):
    """NOW is noon in Shanghai."""
    assert STEP.find(Said("明天再发"), here) == "2026-11-21"


@pytest.mark.parametrize("said", ["好的", "确认", "不要了", "昨天买的那单", "第二个", "算了"])
def test_what_is_no_day_corrects_none(here: Situation, said: str):
    assert STEP.find(Said(said), here) is None
