"""What a buyer wants compensation for: known from the words mostly, else asked."""

from __future__ import annotations

import re

from kefu.orders.commands import Ground, Problem
from kefu.orders.quoting import kind_of_fault, reports_fault
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps import problem

LABELS: dict[Ground | Problem, str] = {
    "price_drop": "降价了，退差价",
    "freight": "垫付了运费",
    "late": "发货太慢",
    "defect": "商品有问题",
    "other": "其他原因",
}
# Also of what is no button.
NAMES: dict[str, str] = dict([*LABELS.items(), *problem.LABELS.items()])
# In this order: of 质量问题退货，运费是我垫的 the freight is what is to be paid.
_WORDS: tuple[tuple[Ground, re.Pattern[str]], ...] = (
    (
        "price_drop",
        re.compile(
            r"[降跌掉]价|差[价價额額架]|买贵|[价保]保|保价|价格保护|便宜了|更便宜|更低|补差|退差|差的"
            r"|[降跌掉]了(?=\D{0,2}[\d一二三四五六七八九十])|才.{0,6}[就又]降|一降"
        ),
    ),
    ("freight", re.compile(r"[运邮郵]费|快[递弟]费|路费|到付|垫[付了的]")),
    (
        "late",
        re.compile(
            r"(?:发货|出货|送货|快递|物流|等得?|到得?)(?:也|都|太|这么|那么|实在|有点)*[慢晚久]|超时|[迟晚]发"
            r"|没(?:有)?按时|没(?:有)?准时|[晚迟]到|拖(?:了|这么|到)|延(?:迟|误)|不发货|[还都]没发"
        ),
    ),
)


class GroundStep(Step):
    """Why money is due. The answer is a `ground`, or a `problem` where the goods are at fault."""

    name = "problem"
    unclear = "没有认出是哪种原因。"

    def ask(self, situation: Situation) -> Reply:
        """Offers the usual grounds."""
        return Reply(
            "是因为什么想申请补偿？", tuple(Button(label, label) for label in LABELS.values())
        )

    def find(self, said: Said, situation: Situation) -> str | None:
        """By words; the rules of the shop say which ones tell of a fault."""
        for ground, words in _WORDS:
            if words.search(said.text):
                return ground
        if reports_fault(said.text, situation.rules):
            return kind_of_fault(said.text)
        return None

    def read(self, said: Said, situation: Situation) -> str | None:
        """A button, or words."""
        text = said.text.strip()
        for ground, label in LABELS.items():
            if text == label:
                return ground
        if text in ("其他", "其它", "别的", "别的原因"):
            return "other"
        return self.find(said, situation)
