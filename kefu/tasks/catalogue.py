"""All tasks, and which intent begins which."""

from __future__ import annotations

import re

from kefu.tasks.cases import ReturnSentTask, WithdrawTask
from kefu.tasks.changes import ChangeAddressTask, ChangeItemTask, DelayTask
from kefu.tasks.compensation import CompensationTask
from kefu.tasks.exchanges import ExchangeTask
from kefu.tasks.invoices import InvoiceTask
from kefu.tasks.problems import ProblemTask
from kefu.tasks.receipts import ConfirmReceiptTask, ExtendReceiptTask
from kefu.tasks.refunds import CancelTask, RefundTask
from kefu.tasks.said import Said
from kefu.tasks.task import Task

_ALL: tuple[Task, ...] = (
    CancelTask(),
    RefundTask(),
    ExchangeTask(),
    ProblemTask(),
    CompensationTask(),
    WithdrawTask(),
    ReturnSentTask(),
    ChangeAddressTask(),
    ChangeItemTask(),
    DelayTask(),
    ExtendReceiptTask(),
    ConfirmReceiptTask(),
    InvoiceTask(),
)
TASKS: dict[str, Task] = {task.name: task for task in _ALL}
_BY_INTENT = {intent: task for task in TASKS.values() for intent in task.intents}


# What stands on a parcel's label and is no name of goods.
_ON_A_LABEL = re.compile(r"手机号|电话(?!手表)|收[件货]人|姓名|地址|门牌")
_OF_GOODS = ("color", "size", "quantity")


def task_meant(said: Said) -> Task | None:
    """The task that a message begins; None where it begins none.

    手机号填错了 想改 is about the label, also where NLU takes it for a change of the goods.
    """
    intent = said.intent
    label = _ON_A_LABEL.search(said.text) and not any(map(said.entities.get, _OF_GOODS))
    if intent == "change_item" and label:
        intent = "change_address"
    return None if intent is None else _BY_INTENT.get(intent)
