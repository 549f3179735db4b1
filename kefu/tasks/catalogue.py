"""All tasks, and which intent begins which."""

from __future__ import annotations

from kefu.tasks.cases import ReturnSentTask, WithdrawTask
from kefu.tasks.changes import ChangeAddressTask, ChangeItemTask, DelayTask
from kefu.tasks.compensation import CompensationTask
from kefu.tasks.exchanges import ExchangeTask
from kefu.tasks.invoices import InvoiceTask
from kefu.tasks.problems import ProblemTask
from kefu.tasks.receipts import ConfirmReceiptTask, ExtendReceiptTask
from kefu.tasks.refunds import CancelTask, RefundTask
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


def task_of(intent: str | None) -> Task | None:
    """The task that an intent begins; None where it begins none."""
    return None if intent is None else _BY_INTENT.get(intent)
