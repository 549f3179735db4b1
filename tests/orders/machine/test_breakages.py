"""The machine notices what it is for: Kefu broken on purpose does not get past it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.orders.machine.breakages import BREAKAGES
from tests.orders.machine.machine import Shop
from tests.orders.machine.players import ROUND, open_worlds
from tests.orders.machine.worlds import World

# Only SQLite, because the model alone must notice; not made smaller, because that is enough.
BRIEF = settings(ROUND, max_examples=600, stateful_step_count=30, phases=[Phase.generate])


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[list[World]]:
    opened = open_worlds([f"sqlite:///{tmp_path / 'kefu.db'}"])
    yield opened
    opened[0].close()


def test_what_is_whole_passes(worlds: list[World]) -> None:
    tally: Counter[str] = Counter()
    short = settings(BRIEF, max_examples=10)
    run_state_machine_as_test(seed(1)(lambda: Shop(worlds, tally)), settings=short)
    assert tally["steps"] > 100


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.__name__)
def test_what_is_broken_is_noticed(
    worlds: list[World],
    monkeypatch: pytest.MonkeyPatch,
    breakage: Callable[[pytest.MonkeyPatch], None],
) -> None:
    breakage(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(seed(1)(lambda: Shop(worlds, Counter())), settings=BRIEF)
