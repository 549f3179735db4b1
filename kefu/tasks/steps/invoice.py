"""What an invoice is made out to: title, tax number, mailbox, in one question."""

from __future__ import annotations

from dataclasses import replace

from kefu.errors import RefusedError
from kefu.orders.commands import RequestInvoice
from kefu.orders.quoting.invoices import checked
from kefu.orders.shop_rules import ShopRules
from kefu.tasks.reading.names import is_full_name
from kefu.tasks.reading.titles import PERSONAL, title_in
from kefu.tasks.said import Reply, Said
from kefu.tasks.step import Situation
from kefu.tasks.steps.parts import Parts, PartsStep, given

NO_TITLE = "还差发票抬头：个人写姓名，公司写营业执照上的全称，请发给我。"


class InvoiceStep(PartsStep):
    """Title, tax number and mailbox; the answer is JSON with those that were given."""

    unclear = "没有看明白发票信息。"

    def __init__(self, rules: ShopRules) -> None:
        self._rules = rules

    def ask(self, situation: Situation) -> Reply:
        """One question for all three."""
        characters = self._rules.invoice.tax_number_characters
        return Reply(
            f"请把发票信息发给我：个人的写“个人 姓名”，公司的写全称和{characters}位税号；"
            "要发到邮箱的，把邮箱也写上。"
        )

    def parts(self, said: Said, situation: Situation, *, asked: bool) -> Parts:
        """Those that the message names; a name alone takes the place of 个人."""
        found = title_in(said.text, said.entities, asked=asked)
        name = said.text.strip()
        if not found and given(situation.answers).get("title") == PERSONAL and is_full_name(name):
            return {"title": name}
        return found

    def lacking(self, parts: Parts) -> tuple[str, ...]:
        """The refusals of `kefu.orders.quoting.invoices`."""
        any_person = RequestInvoice("-", PERSONAL)
        number, email = parts.get("tax_number"), parts.get("email")
        each = [replace(any_person, tax_number=number), replace(any_person, email=email)]
        if "title" in parts:
            # The length of the number is its own matter.
            good = number if self._reason(each[0]) is None else "0" * self._digits
            each.insert(0, RequestInvoice("-", parts["title"], good if number else None))
        reasons = [self._reason(one) for one in each]
        return tuple(filter(None, (None if "title" in parts else NO_TITLE, *reasons)))

    def told(self, situation: Situation) -> str:
        """That a name would do too; the quote says the rest, the tax number masked."""
        if given(situation.answers).get("title") == PERSONAL:
            return "抬头先写“个人”，想写姓名的话直接把姓名发给我。"
        return ""

    @property
    def _digits(self) -> int:
        return self._rules.invoice.tax_number_characters

    def _reason(self, command: RequestInvoice) -> str | None:
        try:
            checked(command, self._rules)
        except RefusedError as refusal:
            return refusal.reason
        return None
