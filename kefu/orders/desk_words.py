"""How cases look on the command line, and how amounts are given there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from kefu.errors import OrderError
from kefu.orders.builtin import Moved
from kefu.orders.builtin.casebook import CaseLine, CaseSheet
from kefu.orders.money import format_money

_YUAN = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?", re.ASCII)


def cents_of(yuan: str) -> int:
    """`12.5` → 1250.

    Raises:
        OrderError: it is no amount.
    """
    found = _YUAN.fullmatch(yuan.strip().removeprefix("¥"))
    if found is None:
        raise OrderError(f"{yuan[:20]!r} is no amount: give yuan, such as 12.50.")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def line_words(line: CaseLine, zone: ZoneInfo) -> str:
    """One line of the list."""
    back = f"  back by {line.return_by}" if line.return_by else ""
    return (
        f"{line.case_no}  {line.status:<15}  {line.kind:<17}  {format_money(line.amount_cents):>10}"
        f"  order {line.order_no}  {line.created_at.astimezone(zone):%Y-%m-%d %H:%M}"
        f"  {line.ground}{back}"
    )


def sheet_words(sheet: CaseSheet, zone: ZoneInfo) -> Iterator[str]:
    """The lines of one case."""
    line = sheet.line
    yield f"case      {line.case_no}  {line.kind}  {line.status}  {line.ground}"
    yield f"order     {line.order_no}  {sheet.order_status}"
    yield f"buyer     {sheet.buyer}  {sheet.recipient} {sheet.phone}"
    paid = sheet.paid_back_cents
    booked = "" if paid is None else f"  {format_money(paid)} paid back"
    yield f"amount    {format_money(line.amount_cents)}{booked}"
    for sku, name, pieces, cents in sheet.goods:
        yield f"goods     {sku}  {name}  x{pieces}  {format_money(cents)}"
    for name, text in (
        ("wants", sheet.new_sku),
        ("reason", sheet.reason),
        ("evidence", "  ".join(sheet.evidence)),
        ("back by", line.return_by),
        ("returns", sheet.tracking),
    ):
        if text:
            yield f"{name:<8}  {text}"
    for at, actor, event, status in sheet.events:
        yield f"{at.astimezone(zone):%m-%d %H:%M}  {actor}: {event}, then {status}"
    yield f"possible  {', '.join(sheet.possible) or 'nothing'}"


def moved_words(moved: Moved) -> str:
    """What has happened."""
    pays = f", pay {format_money(moved.pay_cents)} now" if moved.pay_cents else ""
    back = f", goods back by {moved.until}" if moved.until else ""
    return (
        f"case {moved.case_no} is {moved.status}, {format_money(moved.amount_cents)}{pays}{back}; "
        f"order {moved.order_no} is {moved.order_status}"
    )
