"""Electronic invoices: for a person, or for a company with its tax number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from kefu.orders.commands import Quote, RequestInvoice
from kefu.orders.masking import mask_tax_number
from kefu.orders.money import format_money
from kefu.orders.periods import said_day
from kefu.orders.quoting.money import left_cents
from kefu.orders.quoting.receipts import receipt_deadline
from kefu.orders.quoting.scene import Scene
from kefu.orders.sentences import refuse, say
from kefu.orders.shop_rules import ShopRules
from kefu.orders.status import OrderStatus
from kefu.orders.written_text import clean

TITLE_MAX_CHARACTERS = 100

_COMPANY = re.compile(
    r"公司|企业|集团|工厂|学校|大学|医院|银行|合作社|事务所|工作室|中心|协会|委员会|政府|部队|[厂店局]$"
)
_TITLE = re.compile(r"[^\W_][\w ()&·.,、\-]*")
# The local part and the domain of RFC 5322's dot-atom, without comments and quoted strings.
_EMAIL = re.compile(r"[A-Za-z0-9_.+\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+", re.ASCII)


def request_invoice(command: RequestInvoice, scene: Scene) -> Quote:
    """One invoice an order, over what was paid and not paid back."""
    scene.check("request_invoice")
    _check_time(scene)
    if scene.facts.invoices:
        raise refuse(
            "invoice.again",
            title=scene.facts.invoices[0].title,
            correction=scene.rules.invoice.correction,
        )
    amount = left_cents(scene.facts)
    if amount == 0:
        raise refuse("invoice.nothing")
    tidied = checked(command, scene.rules)
    return Quote(
        command=tidied,
        order_no=scene.facts.order_no,
        summary=say(
            "invoice.request",
            title=tidied.title,
            tax=say("invoice.tax", value=mask_tax_number(tidied.tax_number))
            if tidied.tax_number
            else "",
            email=say("invoice.email", value=tidied.email) if tidied.email else "",
            money=format_money(amount),
            days=scene.rules.invoice.working_days,
        ),
        amount_cents=amount,
        freight_paid_by=None,
        automatic=True,
        kind="request_invoice",
        event="request_invoice",
    )


def _check_time(scene: Scene) -> None:
    facts, rules = scene.facts, scene.rules.invoice
    if facts.status is not OrderStatus.COMPLETED:
        return
    completed_at = facts.receipt_deadline or receipt_deadline(
        scene.delivered_at(), scene.zone, scene.rules
    )
    if rules.period.over(completed_at, scene.now, scene.zone):
        last_day = said_day(rules.period.last_day(completed_at, scene.zone))
        raise refuse("invoice.too_late", period=rules.period, last_day=last_day)


def checked(command: RequestInvoice, rules: ShopRules) -> RequestInvoice:
    """The same with title, tax number and mailbox tidied; refuses what will not do."""
    title = clean(unicodedata.normalize("NFKC", command.title), TITLE_MAX_CHARACTERS + 1)
    if len(title) > TITLE_MAX_CHARACTERS or not _TITLE.fullmatch(title):
        raise refuse("invoice.bad_title")
    characters = rules.invoice.tax_number_characters
    number = re.sub(r"\s+", "", unicodedata.normalize("NFKC", command.tax_number or "")).upper()
    if number and not re.fullmatch(rf"[0-9A-Z]{{{characters}}}", number):
        raise refuse("invoice.bad_tax_number", characters=characters)
    if not number and _COMPANY.search(title):
        raise refuse("invoice.company_without_tax_number", characters=characters)
    email = unicodedata.normalize("NFKC", command.email or "").strip()
    if email and not (len(email) <= 254 and _EMAIL.fullmatch(email)):
        raise refuse("invoice.bad_email")
    return replace(command, title=title, tax_number=number or None, email=email or None)
