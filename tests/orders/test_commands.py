"""Commands as JSON and back, and what is refused on the way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import OrderError
from kefu.orders.commands import (
    COMMANDS,
    CancelOrder,
    ChangeItem,
    DelayShipment,
    RequestRefund,
    from_wire,
    name,
    tidy,
    to_wire,
)
from tests.orders.quoting.strategies import usual_commands

NO = "2026111512348346"


def test_the_names_on_the_wire() -> None:
    assert set(COMMANDS) == {
        "cancel_order",
        "change_address",
        "change_item",
        "delay_shipment",
        "extend_receipt",
        "confirm_receipt",
        "request_refund",
        "request_exchange",
        "report_problem",
        "request_compensation",
        "withdraw_case",
        "return_sent",
        "request_invoice",
    }


@pytest.mark.parametrize("command", usual_commands(), ids=str)
def test_there_and_back(command: Any) -> None:
    assert from_wire(name(command), to_wire(command)) == command


def test_days_and_tuples_are_plain_json() -> None:
    assert to_wire(DelayShipment(NO, date(2026, 11, 25))) == {
        "order_no": NO,
        "until": "2026-11-25",
    }
    assert to_wire(RequestRefund(NO, "不喜欢", ("a",), False)) == {
        "order_no": NO,
        "reason": "不喜欢",
        "skus": ["a"],
        "received": False,
        "evidence": [],
    }


def test_what_may_be_left_out() -> None:
    assert from_wire("request_refund", {"order_no": NO, "reason": ""}) == RequestRefund(NO, "")


@pytest.mark.parametrize(
    ("command", "change", "told"),
    [
        ("cancel_order", {"order_no": 2026}, "order_no: str type"),
        ("cancel_order", {"order_no": "1\n"}, "order_no: "),
        ("cancel_order", {"order_no": ""}, "order_no: "),
        ("cancel_order", {"order_no": "１２３４"}, "order_no: "),
        ("cancel_order", {"order_no": "1' OR '1'='1"}, "order_no: "),
        ("cancel_order", {"reason": "长" * 501}, "reason: "),
        ("cancel_order", {"reason": None}, "reason: "),
        ("cancel_order", {"customer_id": "buyer-0002"}, "customer_id: extra fields"),
        ("change_item", {"sku": "a", "new_quantity": 0}, "new_quantity: "),
        ("change_item", {"sku": "a", "new_quantity": -1}, "new_quantity: "),
        ("change_item", {"sku": "a", "new_quantity": True}, "new_quantity: "),
        ("change_item", {"sku": "a", "new_quantity": 1.0}, "new_quantity: "),
        ("change_item", {"sku": "a", "new_quantity": "1"}, "new_quantity: "),
        ("change_item", {}, "sku: field required"),
        ("delay_shipment", {"until": 1_763_000_000}, "until: write the day"),
        ("delay_shipment", {"until": "2026-13-01"}, "until: "),
        ("delay_shipment", {"until": "2026-11-25T00:00"}, "until: write the day"),
        ("request_refund", {"received": "yes"}, "received: "),
        ("request_refund", {"received": 1}, "received: "),
        ("request_refund", {"skus": "abc"}, "skus: "),
        ("request_refund", {"skus": ["a"] * 51}, "skus: "),
        ("request_refund", {"skus": [["a"]]}, "skus.0: "),
        ("request_refund", {"evidence": ["x"] * 10}, "evidence: "),
        ("report_problem", {"problem": "theft", "wish": "refund"}, "problem: "),
        ("request_compensation", {"ground": "anger"}, "ground: "),
    ],
)
def test_what_the_wire_refuses(command: str, change: dict[str, Any], told: str) -> None:
    data = {"order_no": NO, "reason": "不喜欢"}
    kept = {
        field: value for field, value in data.items() if field in COMMANDS[command].__annotations__
    }
    with pytest.raises(OrderError, match=f"{command}: {told}"):
        from_wire(command, kept | change)


def test_a_command_that_does_not_exist() -> None:
    with pytest.raises(OrderError, match="no command 'drop_table'"):
        from_wire("drop_table", {})


@given(
    st.sampled_from(sorted(COMMANDS)),
    st.dictionaries(
        st.sampled_from(["order_no", "case_no", "sku", "reason", "until", "skus", "title"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
    ),
)
def test_whatever_comes_is_a_command_or_an_order_error(name_: str, data: dict[str, Any]) -> None:
    try:
        command = from_wire(name_, data)
    except OrderError:
        return
    assert to_wire(command).items() >= data.items()


def test_tidying_cuts_texts_and_drops_what_databases_refuse() -> None:
    untidy = RequestRefund(NO, " 坏\x00了\ud800 ", evidence=("", " a\x07 ", *["x" * 600] * 12))
    tidied = tidy(untidy)
    assert isinstance(tidied, RequestRefund)
    assert tidied.reason == "坏了"
    assert tidied.evidence[0] == "a"
    assert len(tidied.evidence) == 9
    assert max(map(len, tidied.evidence)) == 500
    assert from_wire("request_refund", to_wire(tidied)) == tidied
    assert len(tidy(CancelOrder(NO, "长" * 10_000)).reason) == 500  # type: ignore[union-attr]
    assert tidy(ChangeItem(NO, "a")) == ChangeItem(NO, "a")
