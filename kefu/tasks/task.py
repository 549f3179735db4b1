"""A task: what a buyer wants done, the questions it takes, and the command that does it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping

from kefu.orders.commands import Command, Receipt
from kefu.orders.money import format_money
from kefu.tasks.said import Said
from kefu.tasks.step import Situation, Step

# Their sentences tell how to begin another task, which asks for the order itself.
_ELSEWHERE = frozenset(
    {
        "refused_order.cancel_order.delivered",
        "refused_order.cancel_order.completed",
        "refused_order.change_item.delivered",
        "refused_order.change_item.completed",
        "refused_order.request_exchange.paid",
    }
)
# Around a verb they make a yes: 确认撤销, 换吧, 退！
_YES = r"(?P<yes>(?:确认|确定|同意|可以|没问题|没错|嗯|好的?|对的?|是的?|行|那|就)*)"
_DO_IT = r"(?P<do_it>了?[吧呗]|[!！])?"
# What the state of an order or a case forbids, another one may allow.
_MENDED_BY = {"refused_order": "order", "refused_case": "case"}


class Task(ABC):
    """One kind of write.

    Attributes:
        name: stable word, in Rasa the value of the slot `task`.
        label: Chinese, a verb: 退款, 修改收货信息.
        intents: that begin it.
        wish: the whole message says nothing but the wish, which is no reason for it.
        verb: what a buyer may say instead of a yes, 确认退款 or 退吧: a pattern.
        mends: for a refusal's code, or the part before its dot, the step whose other answer would
            help; the task ends where there is none.
    """

    name: str
    label: str
    intents: tuple[str, ...]
    wish: re.Pattern[str] | None = None
    verb: str = ""
    mends: Mapping[str, str] = {}

    @abstractmethod
    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """The questions in order; what was answered may bring some along."""

    @abstractmethod
    def command(self, answers: Mapping[str, str]) -> Command | None:
        """What to carry out; None while an answer is missing that it cannot do without."""

    def is_question(self, said: Said) -> bool:
        """Whether a message that begins it only asks about it: 能开发票吗."""
        return False

    def is_news(self, said: Said) -> bool:
        """Whether a message with an intent that begins it wants nothing done: 收到了，谢谢."""
        return False

    def hint(self, said: Said) -> str:
        """What to add to the answer to such a message, or to a question: how to begin the task."""
        return ""

    def only_wishes(self, text: str) -> bool:
        """Whether a message says the wish again and nothing more."""
        return self.wish is not None and self.wish.fullmatch(text.strip()) is not None

    def agrees(self, said: Said) -> bool:
        """Whether a reply to the summary is a yes in the task's own words.

        The bare verb is none: a message that began the task may come twice.
        """
        plain = re.sub(r"[\s,，。~～]+", "", said.text)
        told = re.fullmatch(f"{_YES}(?:{self.verb}){_DO_IT}", plain) if self.verb else None
        return told is not None and bool(told["yes"] or told["do_it"])

    def mended_by(self, code: str) -> str | None:
        """The step to ask again after a refusal with this code."""
        if code in _ELSEWHERE:
            return None
        chapter = code.partition(".")[0]
        return self.mends.get(code) or self.mends.get(chapter) or _MENDED_BY.get(chapter)

    def done(self, receipt: Receipt) -> str:
        """What to tell the buyer once it was carried out."""
        if receipt.number == receipt.order_no:
            return f"办好了（订单 {receipt.order_no}）：{receipt.next_step}"
        amount = f"，金额{format_money(receipt.amount_cents)}" if receipt.amount_cents else ""
        return f"{self.label}申请已提交，售后单号 {receipt.number}{amount}。{receipt.next_step}"
