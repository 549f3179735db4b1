"""Where after-sales cases stand."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.base import BuyerAction
from kefu.orders.money import format_money
from kefu.orders.next_steps import case_step
from kefu.orders.shop_rules import ShopRules
from kefu.orders.views import CaseView
from kefu.tasks.steps.case import KINDS

NEWEST = 3


class RefundProgress(BuyerAction):
    """Where the buyer's cases stand, of whatever kind."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_refund_progress"

    def answer_buyer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, customer_id: str
    ) -> Sequence[EventType]:
        """Tells the newest cases and their next steps."""
        service = services.orders()
        cases = service.cases(customer_id, limit=NEWEST)
        if not cases:
            dispatcher.utter_message(
                text="您目前没有进行中的退款或售后申请。想退货退款，直接跟我说“我要退款”就行。"
            )
            return []
        dispatcher.utter_message(text="\n".join(told(case, service.rules) for case in cases))
        return []


def told(case: CaseView, rules: ShopRules) -> str:
    """One line: which case, where it stands, what comes next."""
    step = case_step(
        case.kind,
        case.status,
        case.amount_cents,
        rules,
        tender=case.tender,
        until=case.return_by,
    )
    amount = f"，金额{format_money(case.amount_cents)}" if case.amount_cents else ""
    return (
        f"{KINDS[case.kind]}售后单 {case.case_no}（订单 {case.order_no}）："
        f"{case.status.label}{amount}。{step}"
    )
