"""What holds of the rows alone, whatever the model says: money, stock, cases, their events."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.orders.machine.book import CLOSED, REFUNDS, UNDONE
from tests.orders.machine.snapshot import Snapshot


def check_money(state: Snapshot) -> None:
    """What was paid is with the shop, paid back for a case, or promised to one; no cent more."""
    paid: Counter[str] = Counter()
    back: Counter[str] = Counter()
    refunded: dict[str, int] = {}
    for order_no, kind, cents, case_no in state["payments"]:
        (paid if kind == "payment" else back)[order_no] += cents
        if kind == "refund":
            assert case_no not in refunded, f"{case_no} was paid twice"
            refunded[case_no] = cents
    owed = {}
    for order_no, case_no, _, _, status, cents, _, tender, *_ in state["cases"]:
        if tender != "money":
            assert case_no not in refunded
        elif status == "refunded" and cents:
            owed[case_no] = cents
        elif status not in CLOSED:
            back[order_no] += cents
    assert refunded == owed, "each refunded case was paid, and nothing else"
    for order_no, _, status, total, freight, *_ in state["orders"]:
        assert 0 <= freight <= total
        assert paid[order_no] == (0 if status in ("pending_payment", "cancelled") else total)
        assert back[order_no] <= paid[order_no], f"{order_no} pays back more than was paid"
    for order_no, _, _, cents in state["invoices"]:
        assert 0 < cents <= paid[order_no]


def check_cases(state: Snapshot) -> None:
    """One open case an order, refunding while it is a refund, lines within amount and pieces."""
    open_kinds: dict[str, list[str]] = defaultdict(list)
    amounts: Counter[str] = Counter()
    of_order, given_back = {}, set()
    for order_no, case_no, _, kind, status, *_ in state["cases"]:
        of_order[case_no] = order_no
        if status not in CLOSED:
            open_kinds[order_no].append(kind)
        if kind in REFUNDS and status not in UNDONE:
            given_back.add(case_no)
    ordered: Counter[tuple[str, str]] = Counter()
    for order_no, sku, pieces, _ in state["lines"]:
        ordered[order_no, sku] += pieces
    for case_no, sku, pieces, cents in state["case_lines"]:
        amounts[case_no] += cents
        if case_no in given_back:
            ordered[of_order[case_no], sku] -= pieces
    assert min(ordered.values(), default=0) >= 0, "more pieces went back than were ordered"
    for _, case_no, _, _, _, cents, *_ in state["cases"]:
        assert amounts[case_no] <= cents
    for order_no, _, status, *_ in state["orders"]:
        kinds = open_kinds[order_no]
        assert len(kinds) <= 1
        assert (status == "refunding") == any(kind in REFUNDS for kind in kinds)


def check_events(state: Snapshot) -> None:
    """The events of a case lead, one after the other, from nothing to where it stands."""
    stands: dict[str, str | None] = {}
    for case_no, _, _, before, after in state["events"]:
        assert stands.get(case_no) == before
        stands[case_no] = after
    assert stands == {case_no: status for _, case_no, _, _, status, *_ in state["cases"]}


def check_stock(state: Snapshot, supply: Counter[str]) -> None:
    """Every piece is on the shelf, in an order that was not called off, or kept for an exchange."""
    pieces = Counter({sku: left for sku, left, _ in state["stock"]})
    called_off = {order_no for order_no, _, status, *_ in state["orders"] if status == "cancelled"}
    for order_no, sku, ordered, _ in state["lines"]:
        pieces[sku] += 0 if order_no in called_off else ordered
    came_back, kept = set(), {}
    for _, case_no, _, kind, status, _, ground, _, _, _, new_sku, *_ in state["cases"]:
        if ground == "unshipped" and status in ("paying", "refunded"):
            came_back.add(case_no)
        if kind == "exchange" and status not in (*UNDONE, "paying", "refunded"):
            kept[case_no] = new_sku
    for case_no, sku, taken, _ in state["case_lines"]:
        if case_no in came_back:
            pieces[sku] -= taken
        if kept.get(case_no):
            pieces[kept[case_no]] += taken
    assert pieces == supply
