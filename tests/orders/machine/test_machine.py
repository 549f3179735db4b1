"""At least 10,000 random steps against SQLite, PostgreSQL and the model, the same each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from kefu.orders import commands as c
from kefu.orders.database import make_engine, upgrade
from kefu.settings import load_settings
from tests.orders.machine.machine import Shop
from tests.orders.machine.worlds import World

STEPS = 10_000
SETTINGS = settings(
    database=None,
    deadline=None,
    max_examples=10,
    stateful_step_count=80,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def worlds(tmp_path: Path, postgres_database: Callable[[], str]) -> Iterator[list[World]]:
    """Kefu on an empty SQLite file and on an empty PostgreSQL database."""
    urls = (f"sqlite:///{tmp_path / 'kefu.db'}", postgres_database())
    engines = [
        make_engine(load_settings(database_url=url, database_timeout_seconds=30)) for url in urls
    ]
    for engine in engines:
        upgrade(engine)
    made = [World(engine) for engine in engines]
    yield made
    for world in made:
        world.close()


@pytest.mark.integration
@pytest.mark.timeout(1800)  # a failure is made smaller before it is shown
def test_ten_thousand_steps(worlds: list[World]) -> None:
    tally: Counter[str] = Counter()
    # Some runs end early, so that their number alone does not say how many steps there are.
    for number in count(1):
        run_state_machine_as_test(seed(number)(lambda: Shop(worlds, tally)), settings=SETTINGS)
        if tally["steps"] >= STEPS:
            break
        assert number < 40, f"{tally['steps']} steps in {number} rounds: runs end too early"
    assert tally["steps"] >= STEPS
    # Hardly anything was proved if one of these hardly happened.
    for command in c.COMMANDS:
        assert tally[f"done {command}"] >= 3, tally
        assert tally[f"refused {command}"] >= 5, tally
    for crash in ("statement", "before_commit", "after_commit"):
        assert tally[f"killed {crash}"] >= 50, tally
    for many in ("retry", "key", "pry", "look", "quote"):
        assert tally[many] >= 200, tally
