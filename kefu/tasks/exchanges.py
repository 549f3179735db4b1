"""Other goods of the same kind for those that came: another size or colour, or the same anew."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping

from kefu.orders.commands import Command, RequestExchange
from kefu.orders.quoting import kind_of_fault, reports_fault
from kefu.tasks.problems import report
from kefu.tasks.reading.variants import besides_wanted
from kefu.tasks.said import Said
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.besides import OrderBesides
from kefu.tasks.steps.evidence import EvidenceStep, shown
from kefu.tasks.steps.problem import fault_in
from kefu.tasks.steps.reason import ReasonStep
from kefu.tasks.steps.stock import short_of
from kefu.tasks.steps.variant import ThisLineStep, VariantStep, WantedStep, chosen
from kefu.tasks.task import Task

ANEW = "="

_WISH = re.compile(
    r"(?:我|要|想|申请|办理?|帮我|给我|麻烦|把|这[单个件]|能|可以)*换(?:货|一下|一个|一件|个|掉)?[吧了啊呀哦]?[。！!]?"
)


class ExchangeTask(Task):
    """Another variant without a reason, or the same anew where the goods are faulty."""

    name = "exchange"
    label = "换货"
    intents = ("request_exchange",)
    wish = _WISH
    verb = "换(?:货|了)?"
    # The first two ask what is broken.
    mends = types.MappingProxyType(
        {
            "exchange.excluded": "reason",
            "exchange.too_late": "reason",
            "exchange.same": "change",
            "exchange.unknown_variant": "change",
            "exchange.other_goods": "change",
            "exchange.other_price": "change",
            "exchange.no_stock": "change",
            "order.item_unknown": "goods",
        }
    )

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order, which of its goods, why, what instead; what shows a fault."""
        reason = situation.answers.get("reason", "")
        faulty = reports_fault(reason, situation.rules)
        asked: tuple[Step, ...] = (
            OrderBesides("换货", "request_exchange", besides=besides_wanted),
            ThisLineStep("换"),
            WantedStep(),
            _WhyStep("为什么想换呢？", "尺码不合适", "颜色款式不喜欢", "收到是坏的", "发错了"),
            _AnewStep("换成", anew=True) if faulty else VariantStep("换成"),
        )
        return (*asked, EvidenceStep(kind_of_fault(reason), self.command)) if faulty else asked

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With all but evidence."""
        if not {"order", "goods", "reason", "change"} <= answers.keys():
            return None
        if answers["change"] == ANEW:
            return report({**answers, "problem": kind_of_fault(answers["reason"])}, "exchange")
        new_sku, _ = chosen(answers["change"])
        return RequestExchange(
            order_no=answers["order"],
            sku=answers["goods"],
            new_sku=new_sku or answers["goods"],
            reason=answers["reason"],
            evidence=shown(answers),
        )


class _WhyStep(ReasonStep):
    """Not asked of who has said already what it shall be instead."""

    about = ("goods",)

    def find(self, said: Said, situation: Situation) -> str | None:
        """A reason, or what the shop's rules call a fault."""
        return super().find(said, situation) or fault_in(said.text, situation.rules)

    def only(self, situation: Situation) -> str | None:
        """The words for the other variant."""
        wanted = situation.answers.get(WantedStep.name)
        return None if wanted is None or wanted == WantedStep().only(situation) else wanted


class _AnewStep(VariantStep):
    """For faulty goods the same will do, ANEW, unless another variant was named."""

    about = (*VariantStep.about, "reason")

    def read(self, said: Said, situation: Situation) -> str | None:
        """As for other goods; the same variant is ANEW."""
        value = super().read(said, situation)
        return ANEW if value == situation.answers["goods"] else value

    def only(self, situation: Situation) -> str | None:
        """What was named; the same where nothing was and it is in stock."""
        if situation.answers.get(WantedStep.name) == WantedStep().only(situation):
            return ANEW if short_of(situation) is None else None
        return super().only(situation)
