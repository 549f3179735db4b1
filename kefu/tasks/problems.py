"""Goods that came faulty, wrong or incomplete, and what the buyer wants for them."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import cast

from kefu.orders.commands import Command, Problem, Receipt, ReportProblem, Wish
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.evidence import EvidenceStep, shown
from kefu.tasks.steps.goods import ALL, GoodsStep
from kefu.tasks.steps.order import OrderStep
from kefu.tasks.steps.problem import DescribedStep, ProblemStep
from kefu.tasks.steps.wish import NO_STOCK, WishStep
from kefu.tasks.task import Task


class ProblemTask(Task):
    """A report that a person of the shop looks at, with what the buyer wants for it."""

    name = "problem"
    label = "申请售后"
    intents = ("report_defect", "report_wrong_item")
    # After the days for money back the same anew may still be had, without stock money only.
    mends = types.MappingProxyType(
        {
            "problem.exchange_instead": "wish",
            NO_STOCK: "wish",
            "order.item_unknown": "goods",
        }
    )

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order, what of it, what is wrong with it, what for; what shows it."""
        problem = cast(Problem, situation.answers.get("problem", "defect"))
        return (
            OrderStep("办售后", "request_exchange", strict=False),
            GoodsStep("处理", all_at_once=True),
            ProblemStep(),
            DescribedStep(),
            WishStep(report),
            EvidenceStep(problem, self.command),
        )

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With all but evidence."""
        if not {"order", "goods", "problem", "reason", "wish"} <= answers.keys():
            return None
        return report(answers, cast(Wish, answers["wish"]))

    def done(self, receipt: Receipt) -> str:
        """What to tell the buyer once it was carried out."""
        return super().done(receipt).removeprefix("申请")


def report(answers: Mapping[str, str], wish: Wish) -> ReportProblem:
    """The command of these answers."""
    return ReportProblem(
        order_no=answers["order"],
        problem=cast(Problem, answers["problem"]),
        wish=wish,
        skus=() if answers["goods"] == ALL else (answers["goods"],),
        description=answers["reason"],
        evidence=shown(answers),
    )
