"""An electronic invoice over an order."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping

from kefu.orders.commands import Command, RequestInvoice
from kefu.orders.reasons import is_question
from kefu.tasks.reading.titles import PERSONAL, besides_title, title_in
from kefu.tasks.said import Said
from kefu.tasks.step import Situation, Step
from kefu.tasks.steps.besides import OrderBesides
from kefu.tasks.steps.invoice import InvoiceStep
from kefu.tasks.steps.parts import given, steps_of
from kefu.tasks.task import Task

# A special invoice takes a licence and a look by the shop's accountant: the articles say how.
_SPECIAL = re.compile(r"专票|专用发?票|增值税专|抵扣|进项")
_LATER = re.compile(
    r"开错|重开|换开|红冲|冲红|作废|打不开|下载|丢了|没收到|没有?章|开了(?:没|吗)|还没(?:开|给)|什么时候|啥时候|几天|几时"
    r"|纸质|邮寄|寄给|入口|品名|名目|明细|税点|含税|合在?一张|合并|分开开|开两张|填错|改不?了"
)
_ASKS = re.compile(
    r"[么不没吧]\s*$|能不能|可以.{0,8}(?:么|不|嘛)|要不要|给不给|有没有|是不是|带不带|咋|多少"
)


class InvoiceTask(Task):
    """One invoice, for a person or for a company."""

    name = "request_invoice"
    label = "申请发票"
    intents = ("request_invoice",)
    verb = "(?:申请|开)(?:发?票)?"
    mends = types.MappingProxyType(
        {
            "invoice.bad_title": "change",
            "invoice.bad_tax_number": "change",
            "invoice.company_without_tax_number": "change",
            "invoice.bad_email": "change",
        }
    )

    def steps(self, situation: Situation) -> tuple[Step, ...]:
        """Which order, and what the invoice is made out to; what is missing in that."""
        order = OrderBesides("开发票", "request_invoice", besides=besides_title)
        return (order, *steps_of(InvoiceStep(situation.rules), situation))

    def command(self, answers: Mapping[str, str]) -> Command | None:
        """With an order and a title."""
        parts = given(answers)
        if "order" not in answers or "title" not in parts:
            return None
        return RequestInvoice(
            answers["order"], parts["title"], parts.get("tax_number"), parts.get("email")
        )

    def is_question(self, said: Said) -> bool:
        """能开发票吗, 可以开专票吗, 发票开错了; not where the message says the title."""
        if _SPECIAL.search(said.text) or _LATER.search(said.text):
            return True
        asks = is_question(said.text) or _ASKS.search(said.text) is not None
        told = title_in(said.text, said.entities, asked=False)
        return asks and told in ({}, {"title": PERSONAL})

    def hint(self, said: Said) -> str:
        """How to have one."""
        if _SPECIAL.search(said.text):
            return "专票要在订单详情里自己申请；要普通发票的话，把发票抬头发给我就行。"
        return "要开的话，把发票抬头发给我就行。"
