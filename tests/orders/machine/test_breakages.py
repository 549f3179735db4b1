"""The machine notices what it is for: Kefu broken on purpose does not get past it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from kefu.orders.database import make_engine, upgrade
from kefu.settings import load_settings
from tests.orders.machine.breakages import BREAKAGES
from tests.orders.machine.machine import Shop
from tests.orders.machine.test_machine import SETTINGS
from tests.orders.machine.worlds import World

# Not made smaller: that it fails is enough.
BRIEF = settings(SETTINGS, max_examples=100, stateful_step_count=30, phases=[Phase.generate])


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[list[World]]:
    """Only SQLite, because the model alone must notice."""
    engine = make_engine(load_settings(database_url=f"sqlite:///{tmp_path / 'kefu.db'}"))
    upgrade(engine)
    world = World(engine)
    yield [world]
    world.close()


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.__name__)
def test_what_is_broken_is_noticed(
    worlds: list[World],
    monkeypatch: pytest.MonkeyPatch,
    breakage: Callable[[pytest.MonkeyPatch], None],
) -> None:
    breakage(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(seed(1)(lambda: Shop(worlds, Counter())), settings=BRIEF)
