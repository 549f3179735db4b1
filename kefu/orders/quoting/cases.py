"""What a buyer does with a case that is open: take it back, or tell that the goods are sent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from kefu.errors import OrderNotFoundError
from kefu.orders.commands import Quote, ReturnSent, WithdrawCase
from kefu.orders.facts import REFUND_KINDS, CaseFacts
from kefu.orders.lifecycle import case_transition, standing
from kefu.orders.masking import mask_text
from kefu.orders.quoting.scene import Scene
from kefu.orders.sentences import refuse, say
from kefu.orders.status import OrderStatus
from kefu.orders.written_text import clean

COURIER_MAX_CHARACTERS = 32

_FILLING = re.compile(r"[\s\-:：]+")
_TRACKING = re.compile(r"[0-9A-Z]{6,30}")


def withdraw_case(command: WithdrawCase, scene: Scene) -> Quote:
    """The order goes on as before; another request counts as one more."""
    case = _case(command.case_no, scene)
    case_transition(case.kind, case.status, "withdraw_case", "buyer")
    refunding = case.kind in REFUND_KINDS and scene.facts.status is OrderStatus.REFUNDING
    if refunding:
        scene.check("withdraw_case")
    return Quote(
        command=command,
        order_no=scene.facts.order_no,
        summary=say(
            "case.withdraw" if refunding else "case.withdraw_other",
            case_no=case.case_no,
            status=standing(scene.facts, scene.now).label,
            times=scene.rules.no_reason.requests_per_order,
        ),
        amount_cents=0,
        freight_paid_by=None,
        automatic=True,
        kind="withdraw_case",
        event="withdraw_case" if refunding else "",
    )


def return_sent(command: ReturnSent, scene: Scene) -> Quote:
    """The courier and the number of the parcel that goes back."""
    case = _case(command.case_no, scene)
    case_transition(case.kind, case.status, "return_sent", "buyer")
    tidied = replace(
        command,
        courier=_courier(command.courier),
        tracking_number=_tracking_number(command.tracking_number),
    )
    exchange = case.kind == "exchange"
    return Quote(
        command=tidied,
        order_no=scene.facts.order_no,
        summary=say(
            "case.exchange_sent" if exchange else "case.return_sent",
            case_no=case.case_no,
            courier=tidied.courier,
            tracking=tidied.tracking_number,
            inspection=scene.rules.returns.inspection_working_days,
            working_days=scene.rules.waiting.payment_working_days,
            resend=scene.rules.exchange.resend_within,
        ),
        amount_cents=0,
        freight_paid_by=None,
        automatic=True,
        kind="return_sent",
    )


def _case(case_no: str, scene: Scene) -> CaseFacts:
    case = scene.facts.case(case_no)
    if case is None:
        raise OrderNotFoundError("This buyer has no such case: ask which order it is about.")
    return case


def _courier(text: str) -> str:
    courier = clean(unicodedata.normalize("NFKC", text), 200)
    if not courier or len(courier) > COURIER_MAX_CHARACTERS or "\n" in courier:
        raise refuse("case.bad_courier")
    return mask_text(courier)  # 顺丰，寄件人13800138000


def _tracking_number(text: str) -> str:
    number = _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not _TRACKING.fullmatch(number) or not any(letter.isdigit() for letter in number):
        raise refuse("case.bad_tracking")
    return number
