"""Actions that start or follow a refund."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.base import NOT_SIGNED_IN, PERSON_BUTTONS, BuyerAction, SafeAction
from actions.conversation import entity, message_key, message_text, verified_buyer
from actions.orders import NO_ORDERS, goods
from kefu.errors import RefusedError
from kefu.orders.money import format_money
from kefu.orders.pointing import pointed_at
from kefu.orders.reasons import reason_in

USUAL_REASONS = ("尺码或规格不合适", "不喜欢，不想要了", "拍错了", "商品有质量问题")
REFUND_SLOTS = ("refund_order", "refund_reason", "refund_confirmed")


def forget_refund() -> list[EventType]:
    """Empties the form's slots."""
    return [SlotSet(name, None) for name in REFUND_SLOTS]


class BeginRefund(SafeAction):
    """Takes from the first message what the form would ask for: the order, the reason."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_begin_refund"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Says nothing: the form asks for the rest, and checks what is taken here."""
        customer_id, text = verified_buyer(tracker), message_text(tracker)
        if customer_id is None:
            return forget_refund()
        recent = services.orders().recent_orders(customer_id)
        number = entity(tracker, "order_id")
        pointed = pointed_at(number or text, recent)
        return [
            SlotSet("refund_order", pointed.order_no if pointed else number),
            SlotSet("refund_reason", reason_in(text)),
            SlotSet("refund_confirmed", None),
        ]


class AskRefundOrder(SafeAction):
    """Offers the recent orders as buttons; ends the form where there is nobody or nothing."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_ask_refund_order"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Asks which order."""
        customer_id = verified_buyer(tracker)
        if customer_id is None:
            dispatcher.utter_message(text=NOT_SIGNED_IN)
            return [ActiveLoop(None), SlotSet("requested_slot", None)]
        recent = services.orders().recent_orders(customer_id)
        if not recent:
            dispatcher.utter_message(text=NO_ORDERS)
            return [ActiveLoop(None), SlotSet("requested_slot", None)]
        lines = [
            f"{place}. {goods(order)}（{order.status.label}，{format_money(order.total_cents)}）"
            for place, order in enumerate(recent, start=1)
        ]
        dispatcher.utter_message(
            text="请问是哪一笔订单？可以点选，也可以说“第二个”、商品名或订单号后四位。\n"
            + "\n".join(lines),
            buttons=[
                {"title": f"{goods(order)} 尾号{order.order_no[-4:]}", "payload": order.order_no}
                for order in recent
            ],
        )
        return []


class AskRefundReason(SafeAction):
    """Offers the usual reasons; own words will do."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_ask_refund_reason"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Asks why."""
        dispatcher.utter_message(
            text="请问退款的原因是什么？点选或者用自己的话说都可以。",
            buttons=[{"title": reason, "payload": reason} for reason in USUAL_REASONS],
        )
        return []


class AskRefundConfirmed(BuyerAction):
    """Sums up what will happen and what it costs."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_ask_refund_confirmed"

    def answer_buyer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, customer_id: str
    ) -> Sequence[EventType]:
        """Asks for a yes; ends the form where the reason or a change since forbids a refund."""
        number, reason = str(tracker.get_slot("refund_order")), tracker.get_slot("refund_reason")
        order = services.orders().order(customer_id, number)
        try:
            quote = services.orders().quote_refund(customer_id, number, str(reason))
        except RefusedError as refusal:
            dispatcher.utter_message(text=refusal.reason)
            end = [ActiveLoop(None), SlotSet("requested_slot", None)]
            return [*end, *forget_refund(), SlotSet("offer", "person")]
        dispatcher.utter_message(
            text=f"请确认一下：\n订单 {order.order_no}（{goods(order)}）\n{quote.summary}\n"
            f"退款原因：{reason}\n确认提交退款申请吗？",
            buttons=[
                {"title": "确认提交", "payload": "/affirm"},
                {"title": "先不退了", "payload": "/deny"},
            ],
        )
        return []


class SubmitRefund(SafeAction):
    """Writes the case, once, after a yes."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_submit_refund"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Says the case number and the next step."""
        number, reason = tracker.get_slot("refund_order"), tracker.get_slot("refund_reason")
        customer_id = verified_buyer(tracker)
        if customer_id is None or not number or not reason:
            # The form ended early and has said why; what it offered stands.
            return [*forget_refund(), SlotSet("offer", tracker.get_slot("offer"))]
        if tracker.get_slot("refund_confirmed") is not True:
            dispatcher.utter_message(text="好的，没有提交退款申请。需要的时候再叫我。")
            return forget_refund()
        try:
            case = services.orders().request_refund(
                customer_id, number, reason, message_key(tracker)
            )
        except RefusedError as refusal:
            dispatcher.utter_message(text=refusal.reason, buttons=PERSON_BUTTONS)
            return [*forget_refund(), SlotSet("offer", "person")]
        dispatcher.utter_message(
            text=f"退款申请已提交，售后单号 {case.case_no}，"
            f"金额{format_money(case.amount_cents)}。{case.next_step}"
        )
        return forget_refund()


class ResetRefund(SafeAction):
    """Forgets a form that the buyer left."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_reset_refund"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        """Says nothing; another action does."""
        return forget_refund()


class RefundProgress(BuyerAction):
    """Where the buyer's cases stand."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_refund_progress"

    def answer_buyer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, customer_id: str
    ) -> Sequence[EventType]:
        """Tells the newest cases and their next steps."""
        cases = services.orders().refunds(customer_id, limit=3)
        if not cases:
            dispatcher.utter_message(
                text="您目前没有进行中的退款或售后申请。想退货退款，直接跟我说“我要退款”就行。"
            )
            return []
        lines = [
            f"售后单 {case.case_no}（订单 {case.order_no}）：{case.status.label}，"
            f"退款金额{format_money(case.amount_cents)}。{case.next_step}"
            for case in cases
        ]
        dispatcher.utter_message(text="\n".join(lines))
        return []
