"""What `python -m bench.orders` concludes from plans and figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.orders.clients import Timing
from bench.orders.plans import Plan
from bench.orders.verdicts import Answered, Statement, grown, growth, scans, statements


def plan(statement: str = "SELECT 1 FROM orders", pages: int = 1, **node: Any) -> Plan:
    return Plan(statement, {"Shared Hit Blocks": pages, "Shared Read Blocks": 0, **node})


def scan(kind: str, **others: Any) -> dict[str, Any]:
    return {"Node Type": kind, "Relation Name": "orders", **others}


BY_INDEX = scan("Index Scan", **{"Index Name": "uq_orders_order_no", "Index Cond": "(a = '1')"})


def test_reading_a_whole_index_is_reading_the_table() -> None:
    by_index = scan("Index Scan", **{"Index Name": "uq_orders_order_no"})
    assert plan(**{"Node Type": "Limit", "Plans": [by_index]}).read_whole == {"orders"}
    assert plan(**BY_INDEX).read_whole == set()
    assert plan(**scan("Seq Scan")).read_whole == {"orders"}
    # The bitmap tells which rows.
    heap = scan("Bitmap Heap Scan", Plans=[{"Node Type": "Bitmap Index Scan", "Index Cond": "x"}])
    assert plan(**heap).read_whole == set()


def test_statements_are_alike_whatever_their_lists_hold() -> None:
    asked = "SELECT a FROM orders JOIN items ON b WHERE c IN ({}) AND d = %(d)s"
    one = plan(asked.format("%(c_1)s"), 3, **BY_INDEX)
    two = plan(asked.format("%(c_1)s, %(c_2)s"), 5, **BY_INDEX)
    last = plan("SELECT a FROM orders WHERE b = %(b)s FOR UPDATE", 9, **BY_INDEX)
    pair, locked = statements([[one, last], [two, last]], set())
    assert (pair.title, pair.times, pair.buffers) == ("SELECT orders, items", 1.0, 4.0)
    assert (locked.title, locked.times) == ("SELECT orders FOR UPDATE", 1.0)


def answered(buffers: list[int], *found: Statement) -> Answered:
    return Answered(buffers, found, {1: Timing(np.ones(4), 0.5, 1.0, None)})


def test_buffers_may_double_and_no_more() -> None:
    sizes = {
        400: {"newest": answered([10, 20]), "number": answered([8])},
        4000: {"newest": answered([500]), "number": answered([400])},  # only the ends count
        40000: {"newest": answered([31, 29]), "number": answered([17])},
    }
    assert growth(sizes, "newest") == 2.0
    assert grown(sizes) == [
        "one order, whole number: 2.1 times the buffers at 40,000 orders, "
        "at most 2 times is allowed"
    ]
    assert grown({400: sizes[400]}) == []


def test_a_table_read_whole_is_named_with_question_and_size() -> None:
    seen = [[plan(**scan("Seq Scan"))]]
    small, large = statements(seen, set()), statements(seen, {"orders"})
    sizes = {400: {"progress": answered([1], *small)}, 4000: {"progress": answered([1], *large)}}
    assert scans(sizes) == ["cases, 4,000 orders: SELECT orders reads all of orders"]


def test_timing_counts_all_clients() -> None:
    assert Timing(np.ones(4), 0.5, 1.0, None).per_second == 8.0
