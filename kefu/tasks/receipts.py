"""When a receipt confirms itself: some more days before that, or at once."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kefu.orders.commands import Command, ConfirmReceipt, ExtendReceipt
from kefu.orders.reasons import is_question
from kefu.tasks.said import Said
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.order import OrderStep
from kefu.tasks.task import Task

_LONGEST = 100  # letters; a wish to confirm takes few

_HOW = re.compile(
    r"怎么(?!就|还|这么|都)|点哪|[在去]哪|哪[里儿]?(?:可以)?[点能]|入口|按钮|功能|要多久|多久自动|买之前"
)
_PLEASE = (
    r"(?:帮我?|给我?|替我|麻烦您?|请您?|劳驾|我要|我想|想|申请|可以|能)"
    r"(?:直接|现在|先|手动|帮我?|给我?|来|你们?)*"
)
_DO = r"(?:点|按|办)?(?:一?下)?(?:个)?(?:确认)?(?:一?下)?"
_END = r"(?:吧|呗|一下|谢谢|不|[,，。.!！~～？? ])*$"
# 确认收货 as a wish: alone, with a please, or of an order. 确认收货了 tells that it was done.
_ASKS = re.compile(
    rf"{_PLEASE}(?:把[^,，。]{{0,12}}?)?(?:确认|点|按)(?:一?下)?(?:确认)?(?:一?下)?(?:收货|签收|收到)?(?!了)"
    rf"|^(?:直接|现在|手动)?{_DO}(?:收货|签收|收到){_END}"
    r"|(?:订单|[这那的]单|\d{4,}|第.[单个]).{0,6}?(?<!我)(?:确认|点)(?:一下)?(?:收货|签收)(?!了)"
)
_DONE = re.compile(
    r"(?:我|已经?|刚刚?|自己|都|就)(?:去|来|会|再|就|自己|已经?)*(?:在.{0,6})?把?[点按]?了?确认"
    r"|确认.{0,3}[了过啦咯哦哈]|[别不]要?.{0,6}确认|没.{0,4}确认"
)


_CONFIRMS = re.compile(r"确认|[点按].{0,3}(?:收货|签收)")
_COME = re.compile(r"[收拿领取]到?了|到手|到货了|签收了")
_NOT_COME = re.compile(r"[没未别]|不(?!错|客气)|先|等")
_TO_ME = re.compile(r"(?<=[帮给替])我|我(?=[要想])")


class ExtendReceiptTask(Task):
    """Some more days before the receipt confirms itself."""

    name = "extend_receipt"
    label = "延长收货"
    intents = ("extend_receipt",)
    verb = "延长?(?:收货)?"

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order."""
        return (OrderStep("延长收货", "extend_receipt"),)

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With an order."""
        return ExtendReceipt(answers["order"]) if "order" in answers else None

    def is_question(self, said: Said) -> bool:
        """How, where, how long: 怎么延长确认时间. 能延长吗 is answered by the quote."""
        return _HOW.search(said.text) is not None


class ConfirmReceiptTask(Task):
    """The goods have come, and the order is completed."""

    name = "confirm_receipt"
    label = "完成收货"  # 确认完成收货吗
    intents = ("confirm_receipt",)
    verb = "(?:完成)?收货"

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order."""
        return (OrderStep("确认收货", "confirm_receipt"),)

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With an order."""
        return ConfirmReceipt(answers["order"]) if "order" in answers else None

    def is_question(self, said: Said) -> bool:
        """怎么确认收货; 能帮我确认收货吗 asks for it."""
        return is_question(said.text) and not asks_to_confirm(said.text)

    def is_news(self, said: Said) -> bool:
        """收到了，谢谢: the goods came, and the buyer wants nothing."""
        return not asks_to_confirm(said.text)

    def agrees(self, said: Said) -> bool:
        """Also that the goods have come: 对，已经拿到了."""
        came = _COME.search(said.text) and not _NOT_COME.search(said.text)
        told = said.intent == "confirm_receipt" and came and not is_question(said.text)
        return bool(told) or super().agrees(said)

    def hint(self, said: Said) -> str:
        """How to have it done."""
        return "要我帮您确认收货的话，直接说“确认收货”。"


def asks_to_confirm(text: str) -> bool:
    """Whether the buyer wants the receipt confirmed; most only tell that the goods came."""
    text = text[:_LONGEST]
    if _HOW.search(text) or not _ASKS.search(text):
        return False
    return _CONFIRMS.search(text) is not None and not _DONE.search(_TO_ME.sub("", text))
