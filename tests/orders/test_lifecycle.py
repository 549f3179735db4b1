"""The tables of transitions: what they hold, and that nothing else happens."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import RefusedError
from kefu.orders.facts import CaseKind
from kefu.orders.lifecycle import (
    BEFORE,
    CASE_TRANSITIONS,
    ORDER_TRANSITIONS,
    SAME,
    Effect,
    Party,
    case_transition,
    opening,
    order_transition,
    standing,
)
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import DAY, NOW, order

ORDER_EVENTS = sorted({line.command for line in ORDER_TRANSITIONS})
CASE_EVENTS = sorted({line.command for line in CASE_TRANSITIONS})
PARTIES = get_args(Party)
KINDS = get_args(CaseKind)
OPEN = [status for status in CaseStatus if not status.closed]


def allowed(table: Any, state: str, event: str, by: str, kind: str | None = None) -> list[Any]:
    """The lines of a table that let this happen."""
    return [
        line
        for line in table
        if (line.command, line.by) == (event, by)
        and state in line.from_states
        and (kind is None or kind in line.kinds)
    ]


@pytest.mark.parametrize("event", [*ORDER_EVENTS, "fly"])
@pytest.mark.parametrize("by", PARTIES)
@pytest.mark.parametrize("status", OrderStatus)
def test_an_order_goes_where_the_table_says_and_nowhere_else(
    status: OrderStatus, by: Any, event: str
) -> None:
    lines = allowed(ORDER_TRANSITIONS, status, event, by)
    before = OrderStatus.DELIVERED
    if not lines:
        with pytest.raises(RefusedError) as refused:
            order_transition(status, event, by, before=before)
        assert refused.value.reason.endswith("。")
        return
    (line,) = lines
    step = order_transition(status, event, by, before=before)
    assert step.state == {SAME: status, BEFORE: before}.get(line.to_state, line.to_state)
    assert step.effects == line.effects


@pytest.mark.parametrize("event", [*CASE_EVENTS, "fly"])
@pytest.mark.parametrize("by", PARTIES)
@pytest.mark.parametrize("status", CaseStatus)
def test_a_case_goes_where_the_table_says_and_nowhere_else(
    status: CaseStatus, by: Any, event: str
) -> None:
    for kind in KINDS:
        lines = allowed(CASE_TRANSITIONS, status, event, by, kind)
        if lines:
            (line,) = lines
            step = case_transition(kind, status, event, by)
            assert (step.state, step.effects) == (line.to_state, line.effects)
            continue
        with pytest.raises(RefusedError) as refused:
            case_transition(kind, status, event, by)
        assert refused.value.reason.endswith("。")


def test_the_tables_speak_of_states_that_exist() -> None:
    orders = {status.value for status in OrderStatus}
    cases = {status.value for status in CaseStatus}
    for table, states in ((ORDER_TRANSITIONS, orders), (CASE_TRANSITIONS, cases)):
        for line in table:
            assert set(line.from_states) <= states
            assert line.to_state in states | {SAME, BEFORE}
            assert set(line.effects) <= set(get_args(Effect))


@pytest.mark.parametrize("kind", KINDS)
def test_each_case_can_end_and_what_has_ended_stays_so(kind: CaseKind) -> None:
    starts = {opening(kind, automatic=automatic).state for automatic in (True, False)}
    after = {
        state: {
            CaseStatus(line.to_state)
            for line in CASE_TRANSITIONS
            if kind in line.kinds and state in line.from_states
        }
        for state in CaseStatus
    }
    seen, todo = set(starts), list(starts)
    while todo:
        for state in after[todo.pop()] - seen:
            seen.add(state)
            todo.append(state)
    assert all(not after[state] for state in seen if state.closed)
    for state in seen:
        reached, edge = {state}, [state]
        while edge:
            found = after[edge.pop()] - reached
            reached |= found
            edge.extend(found)
        assert any(end.closed for end in reached)


def test_every_state_is_reached_by_some_case() -> None:
    reached = {line.to_state for line in CASE_TRANSITIONS} | {"reviewing"}
    assert reached == {status.value for status in CaseStatus}


def test_closing_a_case_is_said_and_paying_is_ordered_and_booked() -> None:
    for line in CASE_TRANSITIONS:
        ends = CaseStatus(line.to_state).closed
        assert ends == ("close_case" in line.effects)
        assert (line.to_state == "paying") == ("order_payment" in line.effects)
        assert (line.to_state == "refunded") == ("book_payment" in line.effects)


def test_buyers_move_no_money_and_no_goods() -> None:
    by_buyer = {line.to_state for line in CASE_TRANSITIONS if line.by == "buyer"}
    assert by_buyer == {"withdrawn", "returning"}
    ends = {line.to_state for line in ORDER_TRANSITIONS if line.by == "buyer"}
    assert ends == {SAME, BEFORE, "cancelled", "refunding", "completed"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_looks_first_unless_it_is_automatic(kind: CaseKind) -> None:
    assert opening(kind, automatic=False).state is CaseStatus.REVIEWING
    first = opening(kind, automatic=True)
    goes_back = kind in ("return_and_refund", "exchange")
    assert first.state is (CaseStatus.AWAITING_RETURN if goes_back else CaseStatus.PAYING)
    assert first.effects == (() if goes_back else ("order_payment",))


def test_the_end_of_a_refund_needs_to_know_where_the_order_stood() -> None:
    with pytest.raises(ValueError, match="standing"):
        order_transition(OrderStatus.REFUNDING, "withdraw_case", "buyer")


def test_a_refusal_names_the_case_where_there_is_one() -> None:
    with pytest.raises(RefusedError, match="售后单号 R1"):
        order_transition(OrderStatus.REFUNDING, "request_refund", "buyer", case_no="R1")
    with pytest.raises(RefusedError) as refused:
        order_transition(OrderStatus.REFUNDING, "request_refund", "buyer")
    assert "售后单号" not in refused.value.reason


def test_what_was_kept_for_an_exchange_is_given_back_however_it_ends_without_one() -> None:
    for status, event, by in (
        ("reviewing", "refuse", "shop"),
        ("returning", "refuse", "shop"),
        ("reviewing", "withdraw_case", "buyer"),
        ("awaiting_return", "withdraw_case", "buyer"),
        ("awaiting_return", "expire", "system"),
        ("resending", "pay_instead", "shop"),
    ):
        step = case_transition("exchange", CaseStatus(status), event, by)  # type: ignore[arg-type]
        assert "release_stock" in step.effects, event
    sent = case_transition("exchange", CaseStatus.RESENDING, "resend", "shop")
    assert "release_stock" not in sent.effects


def test_goods_that_have_not_left_are_given_back_by_a_refund() -> None:
    for event in ("request_refund", "cancel_order"):
        assert "release_stock" in order_transition(OrderStatus.PAID, event, "buyer").effects
    arrived = order_transition(OrderStatus.DELIVERED, "request_refund", "buyer")
    assert "release_stock" not in arrived.effects


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (OrderStatus.PENDING_PAYMENT, {}),
        (OrderStatus.PAID, {}),
        (OrderStatus.SHIPPED, {}),
        (OrderStatus.DELIVERED, {}),
        (OrderStatus.DELIVERED, {"receipt_deadline": NOW + DAY}),
        (OrderStatus.COMPLETED, {"receipt_deadline": NOW}),
    ],
)
def test_where_an_order_stands_is_told_by_its_times(
    status: OrderStatus, more: dict[str, Any]
) -> None:
    assert standing(order(status, **more), NOW) is status


@given(st.text(max_size=20), st.sampled_from(PARTIES), st.sampled_from(OrderStatus))
def test_made_up_events_are_refused_in_words(event: str, by: Any, status: OrderStatus) -> None:
    if not allowed(ORDER_TRANSITIONS, status, event, by):
        with pytest.raises(RefusedError):
            order_transition(status, event, by, before=status)
