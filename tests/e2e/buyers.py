"""Buyers of the demo shop for conversations: fresh ones, found by the orders that they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from tests.e2e.conversations.held import Held, held_orders
from tests.e2e.conversations.needs import Needs
from tests.servers.assistant import Assistant

NEWEST = 5  # as many as a task offers
# Tests speak as these buyers by name.
_BY_NAME = (1, *range(101, 107), *range(120, 123))

_used: set[str] = {f"buyer-{number:04}" for number in _BY_NAME}


def own_orders(assistant: Assistant, buyer: str) -> dict[str, str]:
    """Order numbers of a buyer, newest first, and their states."""
    rows = assistant.rows(
        "select order_no, status from orders where customer_id = :buyer order by placed_at desc",
        buyer=buyer,
    )
    return {row["order_no"]: row["status"] for row in rows}


def buyer_with(assistant: Assistant, state: str) -> tuple[str, str]:
    """A buyer who has said nothing yet, with an order in that state among the newest."""
    for number in range(2, 100):
        buyer = f"buyer-{number:04}"
        newest = list(own_orders(assistant, buyer).items())[:NEWEST]
        found = [order_no for order_no, status in newest if status == state]
        if buyer not in _used and found:
            _used.add(buyer)
            return buyer, found[0]
    raise LookupError(f"no buyer left with an order that is {state}")


def cast(
    assistant: Assistant, wanted: Mapping[str, Needs]
) -> dict[str, tuple[str, dict[str, Held]]]:
    """For each conversation a buyer of its own who has said nothing yet, and the orders it names.

    Raises:
        LookupError: there are not enough such buyers; it names the conversations without one.
    """
    now = datetime.now(timezone.utc)
    newest: dict[str, list[Held]] = {}
    for held in held_orders(assistant, now):
        newest.setdefault(held.buyer, []).append(held)
    free = sorted(newest.keys() - _used)
    fitting = {
        (name, buyer): found
        for name, needs in wanted.items()
        for buyer in free
        if (found := needs.found_in(newest[buyer][:NEWEST])) is not None
    }
    chosen = _matched(list(wanted), free, fitting)
    _used.update(chosen.values())
    return {name: (buyer, fitting[name, buyer]) for name, buyer in chosen.items()}


def _matched(
    names: list[str], buyers: list[str], fitting: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """A buyer for each name, none twice: a greedy choice could use up the rare ones."""
    edges = np.zeros((len(names), len(buyers)), dtype=np.int8)
    for name, buyer in fitting:
        edges[names.index(name), buyers.index(buyer)] = 1
    places: Any = maximum_bipartite_matching(csr_matrix(edges), perm_type="column")
    without = [name for name, place in zip(names, places, strict=True) if place < 0]
    if without:
        raise LookupError(f"no buyer of the demo shop is left for {without}")
    return {name: buyers[place] for name, place in zip(names, places, strict=True)}
