"""What a buyer wants for goods that came faulty, wrong or incomplete."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kefu.errors import RefusedError
from kefu.orders.commands import Command, Wish
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.stock import short_of

NO_STOCK = "problem.no_stock"

_LABELS: dict[Wish, str] = {
    "refund": "退货退款",
    "exchange": "换新的",
    "compensation": "留着，补偿一点",
}
_MISSING_LABELS: dict[Wish, str] = {
    "refund": "退少的那部分",
    "exchange": "补发",
    "compensation": "不用补，补偿一点",
}

# 不换, 不用补了, 懒得退: what is not wanted.
_NOT_WANTED = re.compile(
    r"(?:不想?|别|不用|不要|不需要|懒得|没法|不是要|没说要)(?:再|给我|你们?)*(?:寄回|[退换补赔])[货款发寄]?了?"
    r"|(?:补发|换货?)(?:来|的|过|又|给我)"
)
# From the surest on: 退一部分 is no return, 换不了就退 is both.
_COMPENSATION = re.compile(
    r"补偿|赔|折现|便宜点|[退返补](?:我|给我)*(?:一?点|一?些|一?部分|一半|[三四五]分之|\d+[块元])"
    r"|留着(?!.*[退换])|(?<!补)差[价额]"
)
_EXCHANGE = re.compile(
    r"换(?:货|新|一|个|成|掉|双|件|只|条|套|台|好的|同款|吧|了吧|掉吧)|[想要给帮调更]换|[补重再]发|补寄|补给|补上|补一|寄新的|发新的"
)
_REFUND = re.compile(
    r"退款|退货|退钱|退掉|退了吧|退吧|[想要能全给]退|给我?退|退给?我|退\S{0,5}钱|不要了"
)
_SHORT = {
    "refund": re.compile(r"退|第?[一1]个?|钱"),
    "exchange": re.compile(r"换|补[发寄]?|新|第?[二2]个?"),
    "compensation": re.compile(r"赔|补偿|留|第?[三3]个?"),
}


class WishStep(Step):
    """Money back, the same anew, or a part of the money. The answer is the command's `wish`.

    Args:
        command: what the answers so far come to with a wish.
    """

    name = "wish"
    unclear = "没有认出您想怎么处理。"

    def __init__(self, command: Callable[[Mapping[str, str], Wish], Command]) -> None:
        self._command = command

    def ask(self, situation: Situation) -> Reply:
        """Offers what the rules allow.

        Raises:
            RefusedError: they allow nothing.
        """
        missing = situation.answers.get("problem") == "missing"
        labels = _MISSING_LABELS if missing else _LABELS
        possible = [labels[wish] for wish in self._possible(situation)]
        return Reply(
            "非常抱歉给您添麻烦了。您希望怎么处理？",
            tuple(Button(label, label) for label in possible),
        )

    def find(self, said: Said, situation: Situation) -> str | None:
        """The one wish that the message names."""
        text = _NOT_WANTED.sub("", said.text)
        if _COMPENSATION.search(text):
            return "compensation"
        named = [
            wish
            for wish, pattern in (("exchange", _EXCHANGE), ("refund", _REFUND))
            if pattern.search(text)
        ]
        return named[0] if len(named) == 1 else None

    def read(self, said: Said, situation: Situation) -> str | None:
        """A button, a place in the list, or a single word: 退, 换."""
        text = said.text.strip()
        for labels in (_LABELS, _MISSING_LABELS):
            for wish, label in labels.items():
                if text == label:
                    return wish
        found = self.find(said, situation)
        if found is not None:
            return found
        rest = _NOT_WANTED.sub("", text)
        near = [wish for wish, pattern in _SHORT.items() if pattern.search(rest)]
        return near[0] if len(near) == 1 else None

    def check(self, situation: Situation) -> None:
        """Nobody is promised goods that are not there.

        Raises:
            RefusedError: the same cannot be had anew.
        """
        if situation.answers[self.name] == "exchange":
            _check_stock(situation)

    def _possible(self, situation: Situation) -> list[Wish]:
        possible: list[Wish] = []
        refusals: list[RefusedError] = []
        for wish in _LABELS:
            command = self._command(situation.answers, wish)
            try:
                situation.service.quote(situation.buyer, command)
                if wish == "exchange":
                    _check_stock(situation)
            except RefusedError as refusal:
                refusals.append(refusal)
            else:
                possible.append(wish)
        if not possible:
            # 可以换新的 is no help where there is nothing to send.
            stock = (each for each in refusals if each.code == NO_STOCK)
            raise next(stock, refusals[0])
        return possible


def _check_stock(situation: Situation) -> None:
    gone = short_of(situation)
    if gone is not None:
        cannot = "补发不了" if situation.answers.get("problem") == "missing" else "换不了新的"
        told = f"实在抱歉，“{gone.name}”现在没有货了，暂时{cannot}。"
        raise RefusedError(told, code=NO_STOCK)
