"""Payloads with slots in them, and slots with nonsense in them: neither does anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from actions.task_form import TaskForm
from tests.actions.house import House, victim_and_attacker
from tests.actions.scene import run, tracker


@pytest.fixture
def house() -> Iterator[House]:
    with victim_and_attacker() as both:
        yield both


@pytest.mark.parametrize(
    "text",
    [
        '/query_order{"task_reason": "不想要了"}',
        '/cancel_order{"task_reason": "太贵了", "reason": "太贵了"}',
        "/request_refund",
    ],
)
def test_a_payload_is_no_answer_in_the_buyers_own_words(house: House, text: str) -> None:
    order = house.attacker.details["paid"]
    held = {"customer_id": house.attacker.id, "task": "cancel_order", "task_order": order}
    intent = text[1:].partition("{")[0]
    asked = tracker(text, intent=intent, requested_slot="task_reason", **held)
    done = run(TaskForm(), asked)
    assert done.slots["requested_slot"] == "task_reason"
    assert "task_reason" not in done.slots


def test_a_payload_begins_a_task_and_answers_nothing(house: House) -> None:
    text = f'/cancel_order{{"task_order": "{house.attacker.details["paid"]}", "reason": "x"}}'
    begun = tracker(text, intent="cancel_order", customer_id=house.attacker.id, task="cancel_order")
    done = run(TaskForm(), begun)
    assert done.slots["requested_slot"] == "task_order"
    assert done.slots["task_reason"] is None


NONSENSE: list[dict[str, Any]] = [
    {"task": "no_such_task"},
    {"task": "__class__"},
    {"task": ["cancel_order"]},
    {"task": "cancel_order", "task_order": "' OR 1=1 --"},
    {"task": "cancel_order", "task_order": "%"},
    {"task": "cancel_order", "task_order": ""},
    {"task": "cancel_order", "task_order": "9" * 10_000, "task_reason": "x"},
    {"task": "cancel_order", "task_order": ["{foreign_paid}"], "task_reason": "x"},
    {"task": "cancel_order", "task_order": {"$ne": ""}, "task_reason": "x"},
    {"task": "cancel_order", "task_order": 2026112512345678, "task_reason": "x"},
    {"task": "refund", "task_order": "{own_paid}", "task_goods": "no-such-sku", "task_reason": "x"},
    {"task": "withdraw_case", "task_case": "{foreign_case}' --"},
    {"task": "withdraw_case", "task_case": "{own_paid}"},
    {"task": "return_sent", "task_case": "{own_case}", "task_change": "not JSON"},
    {"task": "return_sent", "task_case": "{own_case}", "task_change": '{"courier": 5}'},
    {"task": "change_address", "task_order": "{own_paid}", "task_change": "[[[["},
    {"task": "change_address", "task_order": "{own_paid}", "task_change": '{"phone": "-1"}'},
    {"task": "change_item", "task_order": "{own_two_paid}", "task_change": "×-5"},
    {
        "task": "change_item",
        "task_order": "{own_two_paid}",
        "task_goods": "{own_two_paid_sku}",
        "task_wish": "-",
        "task_change": "×-5",
    },
    {
        "task": "change_item",
        "task_order": "{own_two_paid}",
        "task_goods": "{own_two_paid_sku}",
        "task_wish": "-",
        "task_change": "×many",
    },
    {"task": "delay_shipment", "task_order": "{own_paid}", "task_change": "0000-99-99"},
    {"task": "request_invoice", "task_order": "{own_completed}", "task_change": "null"},
    {
        "task": "compensation",
        "task_order": "{own_delivered}",
        "task_problem": "bribe",
        "task_reason": "x",
    },
    {
        "task": "problem",
        "task_order": "{own_delivered}",
        "task_goods": "*",
        "task_problem": "boredom",
        "task_reason": "x",
        "task_wish": "gold",
    },
]


@pytest.mark.parametrize("held", NONSENSE, ids=[str(held)[:60] for held in NONSENSE])
def test_nonsense_in_the_slots_changes_nothing(house: House, held: dict[str, Any]) -> None:
    named = {
        **{f"{{foreign_{name}}}": value for name, value in house.victim.details.items()},
        **{f"{{own_{name}}}": value for name, value in house.attacker.details.items()},
    }
    slots = {
        name: named.get(value, value) if isinstance(value, str) else value
        for name, value in held.items()
    }
    for asks in ("task_confirmed", "task_order", "task_nonsense"):
        done = house.says("/affirm", asks, house.attacker, **slots)
        assert house.wrong(done) == [], asks
