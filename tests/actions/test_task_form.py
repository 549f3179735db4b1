"""The form of all tasks, over trackers as Rasa sends them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from actions.base import NO_DATABASE, NOT_SIGNED_IN, PERSON_BUTTONS
from actions.task_form import STEPS, BeginTask, FinishTask, ResetTask, TaskForm
from kefu.orders.database import reading
from kefu.orders.status import OrderStatus
from kefu.orders.tables import cases
from kefu.orders.views import OrderView
from tests.actions.conftest import forget
from tests.actions.scene import BUYER, STRANGER, Done, Shop, run, tracker

FORGOTTEN = dict.fromkeys(("task", "task_key", *(f"task_{step}" for step in STEPS)))
_messages = (f"form-{number}" for number in itertools.count(1))
REJECTED = {"event": "action_execution_rejected", "name": "task_form", "timestamp": 1_800_000_001.0}


@dataclass
class Chat:
    """A conversation as Rasa keeps it: slots, the active form, and a new id for each message."""

    buyer: str = BUYER
    slots: dict[str, Any] = field(default_factory=dict)
    message_id: str = ""

    def begins(self, text: str, intent: str, **entities: str) -> Done:
        """A message that begins a task: both actions of the rule."""
        self._hears(text, intent, **entities)
        begun = self._runs(BeginTask())
        asked = self._runs(TaskForm())
        return Done([*begun.messages, *asked.messages], [*begun.events, *asked.events])

    def says(self, text: str, intent: str | None = None, **entities: str) -> Done:
        """A message while the form is active."""
        self._hears(text, intent, **entities)
        return self._runs(TaskForm())

    def again(self, *events: dict[str, Any]) -> Done:
        """The form is run once more for the same message, after these events."""
        return self._runs(TaskForm(), *events)

    def lost(self) -> Done:
        """The action server answers, and nobody gets the answer."""
        kept = dict(self.slots)
        done = self._runs(TaskForm())
        self.slots = kept
        return done

    def _hears(self, text: str, intent: str | None, **entities: str) -> None:
        self.message_id = next(_messages)
        self._message = (text, intent, entities)

    def _runs(self, action: Any, *events: dict[str, Any]) -> Done:
        text, intent, entities = self._message
        who = {"sender": self.buyer, "message_id": self.message_id}
        at = tracker(text, intent=intent, **who, **self.slots)
        at.latest_message["entities"] = [
            {"entity": name, "value": value} for name, value in entities.items()
        ]
        at.events.extend(events)
        at.active_loop = {"name": "task_form"} if isinstance(action, TaskForm) else {}
        done = run(action, at)
        self.slots.update(done.slots)
        return done


@pytest.fixture
def order(shop: Shop) -> OrderView:
    """Paid, not shipped: cancelling it asks nothing but why."""
    return shop.order(OrderStatus.PAID)


@pytest.fixture
def waiting(order: OrderView) -> Chat:
    """Waits for the yes to a cancellation."""
    chat = Chat()
    chat.begins(f"{order.order_no}拍错了，取消", "cancel_order", order_id=order.order_no)
    assert chat.slots["requested_slot"] == "task_confirmed"
    return chat


def case_of(shop: Shop, case_no: str) -> Any:
    with reading(shop.engine) as connection:
        return connection.execute(select(cases).where(cases.c.case_no == case_no)).one()


class TestBeginning:
    def test_the_first_question_is_asked_and_its_slot_waits(self, shop: Shop):
        chat = Chat()
        done = chat.begins("我要退款", "request_refund")
        assert chat.slots["task"] == "refund"
        assert chat.slots["requested_slot"] == "task_order"
        assert "请问是哪一笔订单" in done.text
        own = {order.order_no for order in shop.service.recent_orders(BUYER)}
        assert done.payloads
        assert set(done.payloads) <= own

    def test_what_the_first_message_says_is_filled(self, order: OrderView, waiting: Chat):
        assert waiting.slots["task_order"] == order.order_no
        assert waiting.slots["task_reason"].endswith("拍错了")
        assert waiting.slots["task_goods"] is None

    def test_a_task_begins_afresh(self, order: OrderView):
        chat = Chat(slots={"task_order": order.order_no, "task_reason": "old", "task_key": "old"})
        done = chat.begins("我要退款", "request_refund")
        assert chat.slots["task_order"] is None
        assert chat.slots["task_reason"] is None
        assert "请问是哪一笔订单" in done.text

    def test_without_a_task_the_form_ends_at_once(self):
        done = run(TaskForm(), tracker("好的", intent="affirm"))
        assert (done.messages, done.slots["requested_slot"]) == ([], None)

    @pytest.mark.usefixtures("production")
    def test_a_stranger_is_asked_to_sign_in_and_the_form_ends(self):
        chat = Chat(STRANGER)
        done = chat.begins("我要退款", "request_refund")
        assert done.text == NOT_SIGNED_IN
        assert {name: chat.slots.get(name) for name in FORGOTTEN} == FORGOTTEN
        assert chat.slots["requested_slot"] is None


class TestFilling:
    def test_answers_are_taken_until_the_summary(self, shop: Shop):
        order = shop.order(OrderStatus.DELIVERED)
        chat = Chat()
        chat.begins("我要退款", "request_refund")
        chat.says(order.order_no)
        if chat.slots["requested_slot"] == "task_goods":
            chat.says("全部")
        assert chat.slots["requested_slot"] == "task_reason"
        done = chat.says("不喜欢，不想要了")
        assert chat.slots["requested_slot"] == "task_confirmed"
        assert done.payloads == ["/affirm", "/deny"]
        assert order.order_no in done.text

    def test_a_correction_replaces_and_quotes_anew(self, waiting: Chat):
        key = waiting.slots["task_key"]
        done = waiting.says("说错了，是重复拍了")
        assert waiting.slots["task_reason"] == "是重复拍了"
        assert "重复拍了" in done.text
        # Another command needs another key.
        assert waiting.slots["task_key"] not in (None, key)

    def test_what_is_no_answer_leaves_every_slot_to_rasa(self, waiting: Chat):
        before = dict(waiting.slots)
        done = waiting.says("快递到哪了", "track_shipment")
        assert done.messages == []
        assert done.slots == {"requested_slot": "task_confirmed"}
        assert waiting.slots == before

    def test_after_the_interruption_it_asks_again_with_the_same_key(self, waiting: Chat):
        key = waiting.slots["task_key"]
        waiting.says("快递到哪了", "track_shipment")
        done = waiting.again(REJECTED)
        assert "请确认一下" in done.text
        assert waiting.slots["requested_slot"] == "task_confirmed"
        assert waiting.slots["task_key"] == key

    def test_an_interrupting_yes_is_not_taken_twice(self, shop: Shop, waiting: Chat):
        before = shop.count("cases")
        waiting.says("好的", "thank")
        waiting.again(REJECTED)
        assert shop.count("cases") == before


class TestConfirming:
    def test_a_yes_writes_one_case_and_tells_it(self, shop: Shop, order: OrderView, waiting: Chat):
        before = shop.count("cases")
        done = waiting.says("好的", "affirm")
        assert shop.count("cases") == before + 1
        case = next(c for c in shop.service.cases(BUYER) if c.order_no == order.order_no)
        assert case.case_no in done.text
        assert case_of(shop, case.case_no).customer_id == BUYER
        assert {name: waiting.slots[name] for name in FORGOTTEN} == FORGOTTEN
        assert waiting.slots["requested_slot"] is None
        assert shop.service.order(BUYER, order.order_no).status is OrderStatus.REFUNDING

    def test_a_no_writes_nothing_and_ends(self, shop: Shop, waiting: Chat):
        before = shop.count("cases")
        done = waiting.says("不用了", "deny")
        assert "没有提交" in done.text
        assert shop.count("cases") == before
        assert waiting.slots["requested_slot"] is None

    def test_after_a_lost_reply_the_same_yes_gets_the_same_case(self, shop: Shop, waiting: Chat):
        before = shop.count("cases")
        waiting._hears("好的", "affirm")
        told = waiting.lost().text
        assert waiting.again().text == told
        assert shop.count("cases") == before + 1

    def test_so_does_another_yes_to_the_same_question(self, shop: Shop, waiting: Chat):
        before = shop.count("cases")
        waiting._hears("好的", "affirm")
        told = waiting.lost().text
        assert waiting.says("好的呀", "affirm").text == told
        assert shop.count("cases") == before + 1

    def test_what_the_rules_refuse_by_now_ends_with_a_person(
        self, shop: Shop, order: OrderView, waiting: Chat
    ):
        other = Chat()
        other.begins(f"{order.order_no}不想要了", "cancel_order", order_id=order.order_no)
        other.says("好的", "affirm")
        before = shop.count("cases")
        done = waiting.says("好的", "affirm")
        assert "已经在处理中" in done.text
        assert done.messages[-1]["buttons"] == PERSON_BUTTONS
        assert waiting.slots["offer"] == "person"
        assert waiting.slots["requested_slot"] is None
        assert shop.count("cases") == before

    def test_what_is_none_of_the_buyers_is_not_written(self, shop: Shop):
        theirs = shop.service.recent_orders("buyer-0002")[0]
        held = {"task": "cancel_order", "task_order": theirs.order_no, "task_reason": "不要了"}
        chat = Chat(slots={**held, "task_key": "k", "requested_slot": "task_confirmed"})
        before = shop.count("cases")
        done = chat.says("好的", "affirm")
        assert "没有找到" in done.text
        assert "没有提交" in done.text
        assert shop.count("cases") == before


class TestWithoutADatabase:
    @pytest.fixture
    def gone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
        """Call it, and the shop's tables are back."""
        there = f"sqlite:///{tmp_path / 'kefu.db'}"

        def back() -> None:
            monkeypatch.setenv("KEFU_DATABASE_URL", there)
            forget()

        yield back
        back()

    @pytest.fixture
    def cut(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        """Call it, and they are gone."""

        def away() -> None:
            monkeypatch.setenv("KEFU_DATABASE_URL", f"sqlite:///{tmp_path / 'gone' / 'kefu.db'}")
            forget()

        return away

    def test_the_form_waits_and_the_next_yes_does_it(
        self, waiting: Chat, cut: Callable[[], None], gone: Callable[[], None]
    ):
        held = dict(waiting.slots)
        cut()
        done = waiting.says("好的", "affirm")
        assert done.text == NO_DATABASE
        assert waiting.slots["requested_slot"] == "task_confirmed"
        kept = {name: waiting.slots[name] for name in FORGOTTEN}
        assert kept == {name: held[name] for name in FORGOTTEN}
        gone()
        assert "售后单号" in waiting.says("好的", "affirm").text


class TestAnotherTask:
    def test_it_takes_the_place_of_the_first_and_says_so(self, shop: Shop, waiting: Chat):
        before = shop.count("cases")
        done = waiting.begins("算了我要开发票", "request_invoice")
        assert done.messages[0]["text"] == "好的，先不取消订单了，没有提交。"
        assert waiting.slots["task"] == "request_invoice"
        assert waiting.slots["task_reason"] is None
        assert shop.count("cases") == before

    def test_the_same_one_goes_on(self, waiting: Chat):
        held = dict(waiting.slots)
        waiting._hears("取消订单啊", "cancel_order")
        begun = waiting._runs(BeginTask())
        assert begun.messages[0]["response"] == "utter_task_help"
        assert waiting.slots["task"] == held["task"]
        assert waiting.slots["task_order"] == held["task_order"]


def test_a_task_that_has_ended_is_forgotten_and_its_offer_stands(waiting: Chat):
    done = run(FinishTask(), tracker(**{**waiting.slots, "offer": "person"}))
    assert done.messages == []
    assert done.slots == {**FORGOTTEN, "offer": "person"}


def test_a_task_that_was_left_is_forgotten_silently(waiting: Chat):
    done = run(ResetTask(), tracker(**waiting.slots))
    assert done.messages == []
    assert done.slots == {**FORGOTTEN, "offer": None}
