"""By which courier and number goods go back: both in one message, or one after the other."""

from __future__ import annotations

import re
import unicodedata

from kefu.tasks.said import Reply, Said
from kefu.tasks.step import Situation
from kefu.tasks.steps.parts import Parts, PartsStep

_COURIER = re.compile(
    r"(?<!不是)(?:顺丰|中通|圆通|申通|韵达|极兔|京东|邮政|EMS|德邦|百世|丹鸟|菜鸟|跨越|天天|宅急送|优速)"
    r"(?:速运|速递|快递|快运|物流)?",
    re.IGNORECASE,
)
# A courier that nobody has heard of, in the reply to the question which one it is.
_SOME_COURIER = re.compile(r"[\w]{1,12}(?:速运|速递|快递|快运|物流)")
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[A-Za-z]{0,4}[ -]?\d(?:[ -]?\d){7,19}(?:CN)?(?![0-9A-Za-z])", re.IGNORECASE
)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_OURS = re.compile(r"R?20\d{12}(?:\d{2})?")  # a case, or an order
# Letters that couriers put before their numbers.
_PREFIXES = {"SF": "顺丰", "YT": "圆通", "JT": "极兔", "JD": "京东", "DPK": "德邦"}


class ParcelStep(PartsStep):
    """Courier and tracking number."""

    unclear = "没有认出快递公司或者单号。"

    def ask(self, situation: Situation) -> Reply:
        """For both."""
        return Reply("请把快递公司和单号发给我，比如“顺丰 SF1234567890123”。")

    def parts(self, said: Said, situation: Situation, *, asked: bool) -> Parts:
        """`courier` and `tracking_number`; the letters before a number may say the courier.

        Numbers of orders and cases are none, nor are phones unless `asked`. A courier that nobody
        has heard of is one where the reply is nothing else.
        """
        number, courier = _number(said, asked=asked), _courier(said)
        unheard = _SOME_COURIER.fullmatch(said.text.strip()) if asked else None
        if courier is None and unheard:
            courier = unheard[0]
        found = {"courier": courier or _named_by(number), "tracking_number": number}
        return {part: value for part, value in found.items() if value}

    def lacking(self, parts: Parts) -> tuple[str, ...]:
        """The half that is missing."""
        if "tracking_number" not in parts:
            return (f"好的，{parts['courier']}。快递单号是多少？快递单或者寄件记录里都有。",)
        if "courier" not in parts:
            return (f"单号 {parts['tracking_number']} 记下了。是哪家快递寄的？",)
        return ()


def _courier(said: Said) -> str | None:
    named = _COURIER.search(unicodedata.normalize("NFKC", said.text))
    return named[0] if named else said.entity("courier")


def _number(said: Said, *, asked: bool) -> str | None:
    """The first tracking number, without blanks, in capitals."""
    marked = said.entities.get("tracking_number", ())
    for text in (*marked, said.text):
        for hit in _NUMBER.finditer(unicodedata.normalize("NFKC", text)):
            number = re.sub(r"[ -]", "", hit[0]).upper()
            if not _OURS.fullmatch(number) and (asked or not _MOBILE.fullmatch(number)):
                return number
    return None


def _named_by(number: str | None) -> str | None:
    letters = re.match(r"[A-Z]+", number or "")
    return _PREFIXES.get(letters[0]) if letters else None
