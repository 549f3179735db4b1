"""At least 10,000 random steps against SQLite, PostgreSQL and the model, the same each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from kefu.orders import commands as c
from tests.orders.machine.players import play

STEPS, PLAYERS = 10_000, 2


@pytest.mark.integration
@pytest.mark.timeout(1800)  # a failure is made smaller before it is shown
def test_ten_thousand_steps(tmp_path: Path, postgres_database: Callable[[], str]) -> None:
    urls = [(f"sqlite:///{tmp_path / f'{n}.db'}", postgres_database()) for n in range(PLAYERS)]
    with ProcessPoolExecutor(PLAYERS, mp_context=get_context("spawn")) as pool:
        games = [
            pool.submit(play, urls[player], player, PLAYERS, STEPS // PLAYERS)
            for player in range(PLAYERS)
        ]
        tally = sum((game.result() for game in games), Counter[str]())
    assert tally["steps"] >= STEPS
    # Hardly anything was proved if one of these hardly happened.
    for command in c.COMMANDS:
        assert tally[f"done {command}"] >= 3, tally
        assert tally[f"refused {command}"] >= 10, tally
    for crash in ("statement", "before_commit", "after_commit"):
        assert tally[f"killed {crash}"] >= 50, tally
    for often in ("retry", "key", "pry", "look", "quote"):
        assert tally[often] >= 100, tally
