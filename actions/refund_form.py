"""Checks what a buyer fills into the refund form."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import services
from actions.base import NO_DATABASE, NOT_SIGNED_IN
from actions.conversation import message_text, verified_buyer
from kefu.errors import (
    CommandsUnavailableError,
    DatabaseError,
    OrderNotFoundError,
    RefusedError,
)
from kefu.orders.pointing import pointed_at
from kefu.orders.reasons import is_question, reason_in
from kefu.orders.views import OrderView

logger = logging.getLogger(__name__)

_UNCLEAR = "没有认出是哪一笔订单。"
_END = {"requested_slot": None, "refund_order": None}


class ValidateRefundForm(FormValidationAction):
    """Only an order of this buyer that can be refunded passes."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "validate_refund_form"

    async def validate_refund_order(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Turns what was said into an order number, or says why not."""
        if value is None:  # nothing was said of it yet
            return {"refund_order": None}
        customer_id = verified_buyer(tracker)
        if customer_id is None:
            dispatcher.utter_message(text=NOT_SIGNED_IN)
            return dict(_END)
        try:
            order = await asyncio.to_thread(_find, customer_id, str(value), message_text(tracker))
            if order is None:
                dispatcher.utter_message(text=_UNCLEAR)
                return {"refund_order": None}
            reason = str(tracker.get_slot("refund_reason") or "")  # told with the request
            await asyncio.to_thread(
                services.orders().quote_refund, customer_id, order.order_no, reason
            )
        except RefusedError as refusal:
            dispatcher.utter_message(text=refusal.reason)
            return {"refund_order": None}
        except (DatabaseError, CommandsUnavailableError) as error:
            logger.error("The refund form could not check an order: %s", error)
            dispatcher.utter_message(text=NO_DATABASE)
            return dict(_END)
        return {"refund_order": order.order_no}

    async def extract_refund_reason(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A reason that NLU took for something else: 不喜欢 as praise, 太贵了 as haggling."""
        text = message_text(tracker)
        asked = tracker.get_slot("requested_slot") == "refund_reason"
        held = tracker.get_slot("refund_reason")
        if not asked or held or is_question(text) or reason_in(text) is None:
            return {}
        return {"refund_reason": text}

    async def validate_refund_reason(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Any words will do; a report of faulty goods is for a person."""
        if value is None:  # nothing was said of it yet
            return {"refund_reason": None}
        customer_id, number = verified_buyer(tracker), tracker.get_slot("refund_order")
        reason = str(value).strip()
        if customer_id is None or not number:
            return {"refund_reason": reason}
        try:
            await asyncio.to_thread(
                services.orders().quote_refund, customer_id, str(number), reason
            )
        except RefusedError as refusal:
            dispatcher.utter_message(text=refusal.reason)
            return {**_END, "refund_reason": None, "offer": "person"}
        except (DatabaseError, CommandsUnavailableError, OrderNotFoundError) as error:
            logger.error("The refund form could not check a reason: %s", error)
            dispatcher.utter_message(text=NO_DATABASE)
            return dict(_END)
        return {"refund_reason": reason}


def _find(customer_id: str, value: str, text: str) -> OrderView | None:
    recent = services.orders().recent_orders(customer_id)
    pointed = pointed_at(value, recent) or pointed_at(text, recent)
    if pointed is not None:
        return pointed
    try:
        return services.orders().order(customer_id, value)
    except OrderNotFoundError:
        return None
