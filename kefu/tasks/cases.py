"""What a buyer does with a case that is open: take it back, or tell that the goods are sent."""

from __future__ import annotations

import types
from collections.abc import Mapping

from kefu.orders.commands import Command, Receipt, ReturnSent, WithdrawCase
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.case import CaseStep
from kefu.tasks.steps.parcel import ParcelStep
from kefu.tasks.steps.parts import given, steps_of
from kefu.tasks.task import Task


class _CaseTask(Task):
    """Moves a case and opens none."""

    def done(self, receipt: Receipt) -> str:
        """Names the case."""
        return f"办好了（售后单 {receipt.number}）：{receipt.next_step}"


class WithdrawTask(_CaseTask):
    """Takes a case of any kind back."""

    name = "withdraw_case"
    label = "撤销售后"
    intents = ("cancel_refund",)
    verb = "(?:撤销|撤回|撤掉?|取消)(?:退款|退货|售后|申请)*"

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which case."""
        none_at_all = "没有提交过退款，不用撤销，请放心。"
        return (CaseStep("撤销", "withdraw_case", none_at_all=none_at_all),)

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With the case."""
        return WithdrawCase(answers["case"]) if "case" in answers else None


class ReturnSentTask(_CaseTask):
    """Notes by which parcel the goods go back."""

    name = "return_sent"
    label = "登记退货单号"
    intents = ("return_sent",)
    mends = types.MappingProxyType({"case.bad_courier": "change", "case.bad_tracking": "change"})

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which case, and the parcel."""
        case = CaseStep(
            "登记寄回单号",
            "return_sent",
            none_at_all="还没申请就寄回的，仓库认不出包裹，请回复“转人工”；"
            "还没寄的，先跟我说“我要退货”，申请好了再寄。",
        )
        return (case, *steps_of(ParcelStep(), situation))

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With the case, and both halves of the parcel."""
        parcel = given(answers)
        if "case" not in answers or not {"courier", "tracking_number"} <= parcel.keys():
            return None
        return ReturnSent(answers["case"], parcel["courier"], parcel["tracking_number"])
