"""Money while the goods stay: a price that fell, freight, late dispatch, a fault, goodwill."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import cast, get_args

from kefu.orders.commands import Command, Ground, Problem, Receipt, RequestCompensation
from kefu.tasks.problems import report
from kefu.tasks.said import Said
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.evidence import EvidenceStep, shown
from kefu.tasks.steps.goods import GoodsStep
from kefu.tasks.steps.ground import NAMES, GroundStep
from kefu.tasks.steps.order import OrderStep
from kefu.tasks.steps.problem import fault_in
from kefu.tasks.steps.reason import ReasonStep
from kefu.tasks.task import Task

_FAULTS = get_args(Problem)


class CompensationTask(Task):
    """What the rules compute is paid without a word; the rest needs one, and what shows it."""

    name = "compensation"
    label = "申请补偿"
    intents = ("request_compensation",)
    mends = types.MappingProxyType({"order.item_unknown": "goods"})

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order and why; of which goods, and what shows it, where a person decides."""
        ground = situation.answers.get("problem")
        asked: tuple[Step, ...] = (OrderStep("申请补偿", "request_compensation"), GroundStep())
        if ground in _FAULTS:
            asked = (*asked, GoodsStep("处理", all_at_once=True))
        asked = (*asked, _WhyStep("具体是什么情况？", "赠品没有收到", "服务不满意"))
        if ground in (*_FAULTS, "freight", "other"):
            return (*asked, EvidenceStep(cast(Ground | Problem, ground), self.command))
        return asked

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With all but evidence."""
        ground = answers.get("problem")
        needed = {"order", "problem", "reason"} | ({"goods"} if ground in _FAULTS else set())
        if not needed <= answers.keys():
            return None
        if ground in _FAULTS:
            return report(answers, "compensation")
        return RequestCompensation(
            order_no=answers["order"],
            ground=cast(Ground, ground),
            description=answers["reason"],
            evidence=shown(answers),
        )

    def done(self, receipt: Receipt) -> str:
        """What to tell the buyer once it was carried out."""
        return super().done(receipt).removeprefix("申请")


class _WhyStep(ReasonStep):
    """Asked only where no ground of the shop's own says it."""

    def find(self, said: Said, situation: Situation) -> str | None:
        """A reason, or what the shop's rules call a fault."""
        return super().find(said, situation) or fault_in(said.text, situation.rules)

    def only(self, situation: Situation) -> str | None:
        """The ground's name."""
        ground = situation.answers.get("problem", "other")
        return None if ground == "other" else NAMES.get(ground)
