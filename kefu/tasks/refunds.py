"""Money back: calling an order off, and returning what has come."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping

from kefu.errors import RefusedError
from kefu.orders.commands import CancelOrder, Command, RequestRefund
from kefu.orders.lifecycle import order_transition
from kefu.orders.quoting import kind_of_fault, reports_fault
from kefu.orders.reasons import is_question
from kefu.orders.status import OrderStatus
from kefu.tasks.said import Said
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.evidence import EvidenceStep, shown
from kefu.tasks.steps.goods import ALL, GoodsStep
from kefu.tasks.steps.order import OrderStep
from kefu.tasks.steps.reason import ReasonStep
from kefu.tasks.task import Task

_WISH = re.compile(
    r"(?:我|要|想|申请|办理?|帮我|给我|麻烦|把|[这那]?[单个笔]"
    r"|订单号?|单号|尾号|(?<!\d)\d{4,16}(?!\d)|的|\s)*"
    r"(?:退款|退货|退钱|退了?|取消)(?:订单|掉|一下)?[吧了啊呀哦]?[。！!]?"
)
_NOT_RECEIVED = re.compile(
    r"(?:没有?|未|还没有?)(?:收到|拿到|到货|送到)|(?:包裹|快递|件)(?:丢|不见)"
)


class CancelTask(Task):
    """Calls off an order that has not been shipped."""

    name = "cancel_order"
    label = "取消订单"
    intents = ("cancel_order",)
    wish = _WISH
    verb = "取消(?:订单|掉)?"

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order, and why."""
        return (
            OrderStep("取消", "cancel_order"),
            ReasonStep("取消的原因是什么？", "不想要了", "拍错了", "重新下单", "发货太慢"),
        )

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With both answers."""
        if not {"order", "reason"} <= answers.keys():
            return None
        return CancelOrder(answers["order"], answers["reason"])


class RefundTask(Task):
    """Money back at any stage, with the goods going back where they have come."""

    name = "refund"
    label = "退款"
    intents = ("request_refund",)
    wish = _WISH
    verb = "(?:申请)?退(?:款|货|钱|掉)?"
    # The refusals ask what is broken, or which of the goods.
    mends = types.MappingProxyType(
        {
            "refund.excluded": "reason",
            "refund.too_late": "reason",
            "order.item_unknown": "goods",
        }
    )

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order, what of it, why; what shows a fault."""
        order = _OrderStep("退款", "request_refund", "report_not_received")
        asked: tuple[Step, ...] = (
            order,
            GoodsStep("退", all_at_once=True),
            _WhyStep(
                "退款的原因是什么？",
                "尺码或规格不合适",
                "不喜欢，不想要了",
                "拍错了",
                "商品有质量问题",
                "没有收到货",
            ),
        )
        reason = situation.answers.get("reason", "")
        if "order" in situation.answers and reports_fault(reason, situation.rules):
            arrived = situation.order().status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
            return (*asked, EvidenceStep(kind_of_fault(reason), self.command)) if arrived else asked
        return asked

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With all but evidence."""
        if not {"order", "goods", "reason"} <= answers.keys():
            return None
        return RequestRefund(
            order_no=answers["order"],
            reason=answers["reason"],
            skus=() if answers["goods"] == ALL else (answers["goods"],),
            received=False if _NOT_RECEIVED.search(answers["reason"]) else None,
            evidence=shown(answers),
        )


class _OrderStep(OrderStep):
    """One that is on its way gives nothing back, unless the parcel is lost."""

    def check(self, situation: Situation) -> None:
        """Nobody is asked why, or which of the goods, only to hear that it has to wait.

        Raises:
            RefusedError: as `OrderStep`; or the goods are on their way.
        """
        super().check(situation)
        order, reason = situation.order(), situation.answers.get("reason")
        if order.status is not OrderStatus.SHIPPED:
            return
        if reason is None or _NOT_RECEIVED.search(reason):
            lost = RequestRefund(order.order_no, reason or "", received=False)
            try:
                situation.service.quote(situation.buyer, lost)
            except RefusedError:
                if reason is not None:
                    raise
            else:
                return
        order_transition(order.status, "request_refund", "buyer", before=order.status)


class _WhyStep(ReasonStep):
    """That nothing has come is a reason too."""

    def find(self, said: Said, situation: Situation) -> str | None:
        """A reason, or the clause that says so."""
        return super().find(said, situation) or _not_received(said.text)

    def read(self, said: Said, situation: Situation) -> str | None:
        """The whole message, where it says so: NLU may take it for a question after the parcel."""
        told = super().read(said, situation)
        if told is None and not is_question(said.text) and _not_received(said.text):
            return said.text.strip()
        return told


def _not_received(text: str) -> str | None:
    clauses = re.split(r"[，。！；,!;\n]+", text)
    return next((clause.strip() for clause in clauses if _NOT_RECEIVED.search(clause)), None)
