"""Plays the machine round by round, each with its own seed, so that it is the same every time."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Sequence
from itertools import count

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from kefu.orders.database import make_engine, upgrade
from kefu.settings import load_settings
from tests.orders.machine.machine import Shop
from tests.orders.machine.worlds import World

ROUND = settings(
    database=None,
    deadline=None,
    max_examples=10,
    phases=[Phase.generate, Phase.shrink],
    stateful_step_count=80,
    suppress_health_check=list(HealthCheck),
)
ROUNDS = 40


def open_worlds(urls: Sequence[str]) -> list[World]:
    """Kefu on these empty databases."""
    engines = [
        make_engine(load_settings(database_url=url, database_timeout_seconds=30)) for url in urls
    ]
    for engine in engines:
        upgrade(engine)
    return [World(engine) for engine in engines]


def play(urls: Sequence[str], player: int, players: int, steps: int) -> Counter[str]:
    """One of several players, in a process of its own; what happened in at least so many steps.

    Raises:
        AssertionError: a step failed; the words are the traceback and the steps that led there.
    """
    tally: Counter[str] = Counter()
    worlds = open_worlds(urls)
    try:
        # Some runs end early, so that their number alone does not say how many steps there are.
        for number in count(player, players):
            run_state_machine_as_test(seed(number)(lambda: Shop(worlds, tally)), settings=ROUND)
            if tally["steps"] >= steps:
                return tally
            assert number < ROUNDS * players, f"only {tally['steps']} steps: runs end too early"
    except Exception as error:
        raise AssertionError(traceback.format_exc()) from error
    finally:
        for world in worlds:
            world.close()
