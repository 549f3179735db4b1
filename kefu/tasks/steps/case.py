"""Which after-sales case: asked only where several are open."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kefu.errors import RefusedError
from kefu.orders.facts import CaseKind
from kefu.orders.lifecycle import case_transition
from kefu.orders.pointing import LONGEST, pointed_at
from kefu.orders.pointing_marks import by_goods
from kefu.orders.views import CaseView, OrderView
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import NothingToDo, Situation, Step
from kefu.tasks.steps.order import goods

KINDS: dict[CaseKind, str] = {
    "refund_only": "退款",
    "return_and_refund": "退货退款",
    "exchange": "换货",
    "compensation": "补偿",
}
# A buyer has one open case an order at most; older ones are found by their numbers.
RECENT_CASES = 20

_FILLING = re.compile(r"[\s\-]+")
_LAST_DIGITS = re.compile(r"(?<!\d)\d{4,8}(?!\d)")


@dataclass(frozen=True)
class _Offered:
    """A case and the order that it is about."""

    case: CaseView
    order: OrderView

    @property
    def goods(self) -> str:
        return goods(self.order)

    def __str__(self) -> str:
        kind, label = KINDS[self.case.kind], self.case.status.label
        return f"{self.goods}（{kind}，{label}，售后单 {self.case.case_no}）"


class CaseStep(Step):
    """Which of the buyer's cases. The answer is its number."""

    name = "case"
    unclear = "没有认出是哪个售后申请。"

    def __init__(self, label: str, event: str, *, none_at_all: str) -> None:
        """`event` of `lifecycle` must be possible; `none_at_all` helps who has never had a case."""
        self._label = label
        self._event = event
        self._none_at_all = none_at_all

    def ask(self, situation: Situation) -> Reply:
        """Offers the cases that the task may be about."""
        offered = self._offered(situation)
        lines = [f"{place}. {one}" for place, one in enumerate(offered, start=1)]
        return Reply(
            f"您有{len(offered)}个售后申请，要{self._label}哪一个？"
            "可以点选，也可以说“第二个”、商品名或售后单号。\n" + "\n".join(lines),
            tuple(
                Button(f"{one.goods} {KINDS[one.case.kind]}", one.case.case_no) for one in offered
            ),
        )

    def only(self, situation: Situation) -> str | None:
        """The one case that fits; the summary names it."""
        offered = self._offered(situation)
        return offered[0].case.case_no if len(offered) == 1 else None

    def find(self, said: Said, situation: Situation) -> str | None:
        """A case by its number, of any state; a fitting one by its order's number or its goods."""
        by_number = _by_number(said.text, _cases(situation))
        if by_number is not None:
            return by_number
        offered = self._fitting(situation)
        orders = [one.order for one in offered]
        number = said.entity("order_id")
        pointed = pointed_at(number, orders) if number else None
        named = by_goods(said.text[:LONGEST], orders)
        if pointed is None and named and len(named[0]) == 1:
            (pointed,) = named[0]
        return _of(pointed, offered)

    def read(self, said: Said, situation: Situation) -> str | None:
        """The same, a place in the list, or last digits."""
        found = self.find(said, situation)
        if found is not None:
            return found
        offered = self._offered(situation)
        for digits in _LAST_DIGITS.findall(said.text):
            ending = [one.case.case_no for one in offered if one.case.case_no.endswith(digits)]
            if len(ending) == 1:
                return ending[0]
        return _of(pointed_at(said.text, [one.order for one in offered]), offered)

    def told(self, situation: Situation) -> str:
        """The order and its goods; the quote names the case."""
        case_no = situation.answers[self.name]
        case = next((case for case in _cases(situation) if case.case_no == case_no), None)
        if case is None:
            return ""
        order = situation.service.order(situation.buyer, case.order_no)
        return f"订单 {order.order_no}（{goods(order)}）的{KINDS[case.kind]}"

    def _offered(self, situation: Situation) -> list[_Offered]:
        fitting = self._fitting(situation)
        if not fitting:
            raise NothingToDo(self._none_fits(situation))
        return fitting

    def _fitting(self, situation: Situation) -> list[_Offered]:
        return [
            _Offered(case, situation.service.order(situation.buyer, case.order_no))
            for case in _cases(situation)
            if self._refusal(case) is None
        ]

    def _none_fits(self, situation: Situation) -> str:
        cases = _cases(situation)
        if not cases:
            return f"您的账号下没有售后申请。{self._none_at_all}"
        newest = next((case for case in cases if not case.status.closed), cases[0])
        return (
            f"您没有可以{self._label}的售后申请。最近的一个是{KINDS[newest.kind]}"
            f"（售后单 {newest.case_no}，{newest.status.label}）：{self._refusal(newest)}"
        )

    def _refusal(self, case: CaseView) -> str | None:
        """Why the event may not happen to the case; None where it may."""
        try:
            case_transition(case.kind, case.status, self._event, "buyer")
        except RefusedError as refusal:
            return refusal.reason
        return None


def _cases(situation: Situation) -> list[CaseView]:
    return situation.service.cases(situation.buyer, RECENT_CASES)


def _by_number(text: str, cases: list[CaseView]) -> str | None:
    """The case whose whole number stands in the text, however it is spaced and written."""
    plain = _FILLING.sub("", unicodedata.normalize("NFKC", text)).upper()
    return next((case.case_no for case in cases if case.case_no.upper() in plain), None)


def _of(order: OrderView | None, offered: list[_Offered]) -> str | None:
    """The case of that order."""
    return next((one.case.case_no for one in offered if one.order is order), None)
