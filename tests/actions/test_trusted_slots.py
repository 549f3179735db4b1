"""Whatever stands in the slots, a buyer reaches nothing but their own orders and cases.

Nobody can put it there by talking (tests/test_domain.py); these rows say what happens if somebody
could.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from actions.base import NOT_SIGNED_IN
from actions.orders import QueryOrder
from actions.session import SessionStart
from kefu.tasks import TASKS
from tests.actions.house import House, victim_and_attacker
from tests.actions.scene import run, tracker
from tests.e2e.attacks.people import VICTIM

Slots = Mapping[str, Any]
_Of = Callable[[Mapping[str, str]], Slots]

IN_SOME_DAYS = (datetime.now(timezone.utc) + timedelta(days=4)).date().isoformat()
ADDRESS = json.dumps({"address": "江西省赣州市章贡区试验路8号"}, ensure_ascii=False)
PARCEL = json.dumps({"courier": "顺丰", "tracking_number": "SF1234567890123"}, ensure_ascii=False)
TITLE = json.dumps({"title": "个人"}, ensure_ascii=False)
WHY = {"task_reason": "不想要了"}
BROKEN = {"task_reason": "收到是坏的", "task_evidence": "https://example.com/1.jpg"}

# What the slots hold when a task waits for a yes: `of` are the details of whose order it is.
READY: dict[str, _Of] = {
    "cancel_order": lambda of: {"task_order": of["paid"], **WHY},
    "refund": lambda of: {"task_order": of["paid"], "task_goods": "*", **WHY},
    "exchange": lambda of: {
        "task_order": of["two_delivered"],
        "task_goods": of["two_delivered_sku"],
        "task_wish": "-",
        "task_change": of["two_delivered_sku"],
        **BROKEN,
    },
    "problem": lambda of: {
        "task_order": of["two_delivered"],
        "task_goods": "*",
        "task_problem": "defect",
        "task_wish": "refund",
        **BROKEN,
    },
    "compensation": lambda of: {
        "task_order": of["two_delivered"],
        "task_problem": "other",
        **BROKEN,
    },
    "withdraw_case": lambda of: {"task_case": of["case"]},
    "return_sent": lambda of: {"task_case": of["case"], "task_change": PARCEL},
    "change_address": lambda of: {"task_order": of["paid"], "task_change": ADDRESS},
    "change_item": lambda of: {
        "task_order": of["two_paid"],
        "task_goods": of["two_paid_sku"],
        "task_wish": "-",
        "task_change": "×1",
    },
    "delay_shipment": lambda of: {"task_order": of["paid"], "task_change": IN_SOME_DAYS},
    "extend_receipt": lambda of: {"task_order": of["delivered"]},
    "confirm_receipt": lambda of: {"task_order": of["shipped"]},
    "request_invoice": lambda of: {"task_order": of["two_delivered"], "task_change": TITLE},
}


@pytest.fixture
def house() -> Iterator[House]:
    with victim_and_attacker() as both:
        yield both


def test_every_task_is_tried() -> None:
    assert READY.keys() == TASKS.keys()
    assert VICTIM == 0


@pytest.mark.parametrize("task", READY)
def test_the_owner_has_it_done(house: House, task: str) -> None:
    """Without this the next test would prove nothing."""
    ready = READY[task](house.victim.details)
    done = house.says("/affirm", "task_confirmed", house.victim, task=task, **ready)
    assert house.ledger.changes(), done.text


@pytest.mark.parametrize("task", READY)
def test_a_yes_to_the_order_or_case_of_another_does_nothing(house: House, task: str) -> None:
    ready = READY[task](house.victim.details)
    done = house.says("/affirm", "task_confirmed", house.attacker, task=task, **ready)
    assert house.wrong(done) == []
    assert "没有" in done.text


@pytest.mark.parametrize("task", READY)
def test_no_question_about_the_order_of_another_is_asked(house: House, task: str) -> None:
    ready, own = READY[task](house.victim.details), house.attacker.details
    for asks in ready:
        before = {name: value for name, value in ready.items() if name != asks}
        for text in ("第一个", "全部", "为什么", own["order"], own["case"], "/affirm"):
            done = house.says(text, asks, house.attacker, task=task, **before)
            assert house.wrong(done) == [], (asks, text)


@pytest.mark.parametrize("task", READY)
def test_a_correction_does_not_reach_the_order_of_another(house: House, task: str) -> None:
    ready = READY[task](house.attacker.details)
    for number in (house.victim.details["order"], house.victim.details["case"]):
        done = house.says(f"不对，是{number}", "task_confirmed", house.attacker, task=task, **ready)
        assert house.wrong(done) == []
        assert number not in (done.slots.get("task_order"), done.slots.get("task_case"))


def test_the_key_of_another_conversation_is_no_key_to_it(house: House) -> None:
    key = f"{house.victim.id}:message-1"
    theirs = {**READY["cancel_order"](house.victim.details), "task": "cancel_order"}
    first = house.says("/affirm", "task_confirmed", house.victim, task_key=key, **theirs)
    assert "申请已提交" in first.text
    house.ledger.changes()

    again = house.says("/affirm", "task_confirmed", house.attacker, task_key=key, **theirs)
    assert house.wrong(again) == []
    mine = {**READY["cancel_order"](house.attacker.details), "task": "cancel_order"}
    own = house.says("/affirm", "task_confirmed", house.attacker, task_key=key, **mine)
    assert "申请已提交" in own.text
    assert house.wrong(own, own_rows_change=True) == []


def test_who_speaks_is_what_the_session_began_with(house: House) -> None:
    other = {"customer_id": house.victim.id}
    held = {"customer_id": house.attacker.id}
    asked = tracker("查一下我的订单", sender=house.attacker.id, metadata=other, **held)
    assert house.wrong(run(QueryOrder(), asked)) == []


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("forged", [None, "", 5, ["{victim}"], {"id": "{victim}"}])
def test_in_production_nobody_is_somebody_by_name(house: House, forged: Any) -> None:
    metadata = {"customer_id": forged, "sender_id": house.victim.id, "sub": house.victim.id}
    asked = tracker("查一下我的订单", sender=house.victim.id, metadata=metadata)
    done = run(QueryOrder(), asked)
    assert done.text == NOT_SIGNED_IN
    begun = tracker("/session_start", sender=house.victim.id, session_started_metadata=metadata)
    assert run(SessionStart(), begun).slots["customer_id"] is None
