"""The files of conversations, read.

    offered: [pending_payment, paid]      states of the orders that the task of the file offers
    conversations:
      straight:                           the name
        needs: {order: {status: paid}}    orders of the buyer by name: see `OrderNeeds`
        of: 1                             so many recent orders are in the states offered; [2, 5]
        before: {price_falls: 1000}       what happened before: see `before.py`
        turns:
          - say: 取消订单{order}            what the buyer types; `press: 确认` a button
            has: 原因                       all answers together contain this, or each of a list
            not: 退货                       and none of these
            keeps: {case: '单号 (R\\d+)'}   remembered under a name: `{case}` from then on
        rows: {}                          what was written: see `Books.written`

Names in braces are those of `Held`, of `keeps`, and `{day_3}` for the day three days from now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.conversations.needs import Needs, OrderNeeds

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Turn:
    """A message, and what its answer must be like."""

    say: str = ""
    press: str = ""
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    keeps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    """One conversation; `id` is its file and its name."""

    id: str
    needs: Needs
    before: Mapping[str, Any]
    turns: tuple[Turn, ...]
    rows: Mapping[str, Any]


def read_scripts() -> list[Script]:
    """All conversations of all files."""
    return [script for file in sorted(FOLDER.glob("*.yml")) for script in _of(file)]


def filled(value: Any, details: Mapping[str, Any]) -> Any:
    """With the names in braces filled in, however deep they stand; numbers as text.

    Raises:
        KeyError, AttributeError: a name stands for nothing.
    """
    if isinstance(value, Mapping):
        return {filled(key, details): filled(one, details) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [filled(one, details) for one in value]
    if value is None or isinstance(value, bool):
        return value
    return str(value).format_map(details)


def _of(file: Path) -> Iterator[Script]:
    table = yaml.safe_load(file.read_text(encoding="utf-8"))
    offered = frozenset(table.get("offered", ()))
    for name, told in table["conversations"].items():
        of = told.pop("of", None)
        orders = {
            alias: OrderNeeds(**{key: _tuple(value) for key, value in needs.items()})
            for alias, needs in told.pop("needs").items()
        }
        count = (of, of) if isinstance(of, int) else _tuple(of)
        open_cases = told.pop("open_cases", None)
        yield Script(
            id=f"{file.stem}: {name}",
            needs=Needs(orders, offered, count, open_cases),
            before=told.pop("before", {}),
            turns=tuple(_turn(turn) for turn in told.pop("turns")),
            rows=told.pop("rows"),
        )
        assert not told, f"{file.name}: {name} has no use for {sorted(told)}"


def _turn(told: Mapping[str, Any]) -> Turn:
    renamed = {{"not": "lacks"}.get(key, key): value for key, value in told.items()}
    for key in ("has", "lacks"):
        value = renamed.get(key, ())
        renamed[key] = (value,) if isinstance(value, str) else tuple(value)
    return Turn(**renamed)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
