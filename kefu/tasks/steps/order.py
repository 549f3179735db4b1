"""Which order: the recent ones as buttons; a place in the list, a day, goods or digits will do."""

from __future__ import annotations

from kefu.errors import OrderNotFoundError, RefusedError
from kefu.orders.lifecycle import order_transition
from kefu.orders.money import format_money
from kefu.orders.pointing import pointed_at
from kefu.orders.status import OrderStatus
from kefu.orders.views import OrderView
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import NothingToDo, Situation, Step

NO_ORDERS = "您的账号下还没有订单。如果是用别的账号买的，请换那个账号来问我。"
_CASES = 20
_HOW = "可以点选，也可以说“第二个”、商品名或订单号后四位。"


def goods(order: OrderView) -> str:
    """The goods of an order in a few words."""
    first = order.items[0]
    more = f" 等{len(order.items)}种商品" if len(order.items) > 1 else f" ×{first.quantity}"
    return f"{first.name}{more}"


class OrderStep(Step):
    """Which of the buyer's orders. The answer is its whole number."""

    name = "order"
    unclear = "没有认出是哪一笔订单。"

    def __init__(self, label: str, *events: str, strict: bool = True) -> None:
        """`events` of `lifecycle`: an order fits where one of them may happen to it.

        Not `strict`: the quote knows better what to say of one that does not fit.
        """
        self._label = label
        self._events = events
        self._strict = strict

    def ask(self, situation: Situation) -> Reply:
        """Offers the recent orders that the task may be about."""
        fitting = self._offered(situation)
        lines = [
            f"{place}. {goods(order)}（{order.status.label}，{format_money(order.total_cents)}）"
            for place, order in enumerate(fitting, start=1)
        ]
        return Reply(
            f"请问是哪一笔订单要{self._label}？{_HOW}\n" + "\n".join(lines),
            tuple(
                Button(f"{goods(order)} 尾号{order.order_no[-4:]}", order.order_no)
                for order in fitting
            ),
        )

    def only(self, situation: Situation) -> str | None:
        """The one recent order that fits; the summary names it."""
        fitting = self._offered(situation)
        return fitting[0].order_no if len(fitting) == 1 else None

    def find(self, said: Said, situation: Situation) -> str | None:
        """An order that the message points at, of any state: the quote says why it will not do."""
        number = said.entity("order_id")
        recent = situation.recent()
        pointed = pointed_at(number or said.text, recent, situation.now, situation.zone)
        return pointed.order_no if pointed else self._older(number, situation)

    def read(self, said: Said, situation: Situation) -> str | None:
        """A place in the list means the list that was offered."""
        offered = self._offered(situation)
        pointed = pointed_at(said.text, offered, situation.now, situation.zone)
        if pointed is not None:
            return pointed.order_no
        return self.find(said, situation) or self._older(said.text, situation)

    def check(self, situation: Situation) -> None:
        """Whoever has chosen an order that will not do is told so before the next question.

        Raises:
            RefusedError: in its state none of the events may happen to it.
        """
        order = situation.order()
        if self._strict and not self._fits(order.status):
            cases = situation.service.cases(situation.buyer, _CASES)
            numbers = (case.case_no for case in cases if case.order_no == order.order_no)
            event, case_no = self._events[0], next(numbers, "")
            order_transition(order.status, event, "buyer", before=order.status, case_no=case_no)

    def told(self, situation: Situation) -> str:
        """The number and the goods."""
        order = situation.order()
        return f"订单 {order.order_no}（{goods(order)}）"

    def _offered(self, situation: Situation) -> list[OrderView]:
        recent = situation.recent()
        if not recent:
            raise NothingToDo(NO_ORDERS)
        fitting = [order for order in recent if self._fits(order.status)]
        if not fitting:
            raise NothingToDo(self._none_fits(recent))
        return fitting

    def _fits(self, status: OrderStatus) -> bool:
        return any(_refusal(event, status) is None for event in self._events)

    def _none_fits(self, recent: list[OrderView]) -> str:
        newest = recent[0]
        why = _refusal(self._events[0], newest.status)
        return (
            f"最近的订单里没有可以{self._label}的。最新的一笔是{goods(newest)}"
            f"（尾号{newest.order_no[-4:]}，{newest.status.label}）：{why}"
            "更早的订单，把订单号发给我就行。"
        )

    @staticmethod
    def _older(number: str | None, situation: Situation) -> str | None:
        """An order that is not among the recent ones, by its number."""
        if number is None:
            return None
        try:
            return situation.service.order(situation.buyer, number).order_no
        except OrderNotFoundError:
            return None


def _refusal(event: str, status: OrderStatus) -> str | None:
    """Why the event may not happen to an order in that state; None where it may."""
    try:
        order_transition(status, event, "buyer", before=status)
    except RefusedError as refusal:
        return refusal.reason
    return None
