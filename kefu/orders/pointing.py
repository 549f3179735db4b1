"""Which of the orders just offered a buyer points at: 第二个, 昨天买的, 咖啡机那单, last digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.order_number import normalise_order_no
from kefu.orders.pointing_marks import by_color, by_days, by_goods, by_state
from kefu.orders.views import ItemView, OrderView

LONGEST = 200  # what follows says no more, and matching names takes time for each letter

_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_ORDINAL = re.compile(r"第\s*([一二两三四五1-5])(?![0-9十百])|^([1-5])$|^([一二两三四五])$")
_LAST = re.compile(r"最后|最下面")
_NEWEST = re.compile(r"最近(?:那|一|的|买|这)|最新|刚刚?(?:买|拍|下单)|上一单|最上面")
_DEAREST = re.compile(r"最贵|最值钱|(?:金额|价格|价钱)最[大高]|(?<!不)贵一?点?的那")
_CHEAPEST = re.compile(r"最便宜|(?:金额|价格|价钱)最[小低少]|便宜一?点?的那")
_THE_ONLY = re.compile(r"这个|这单|就它|就这")
_DIGITS = re.compile(r"\d{4,}")
# What the buyer does not mean, and what the buyer wants instead.
_NOT_MEANT = re.compile(
    r"(?:(?<!是)不是|除了|不包括|别[退换动]|不[退换]的?是)[^，,。；;！!？?\s]{1,12}"
    r"|(?:[换改](?:成|为|个)|要的是|想要)[^，,。；;！!？?\s]{1,12}"
)


def pointed_at(
    text: str,
    offered: Sequence[OrderView],
    now: datetime | None = None,
    zone: ZoneInfo = SHOP_ZONE,
) -> OrderView | None:
    """The one order that `text` means among `offered` (newest first); None when unclear.

    Digits decide, then a place in the list. Else goods, colour, days (only with `now`) and state
    each leave the orders that they fit, and 最贵 or 最近 picks one of these.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    by_number = _by_number(plain, offered)
    if by_number is not None or _DIGITS.search(plain):
        return by_number
    ordinal = _ORDINAL.search(plain)
    if ordinal:
        said = next(group for group in ordinal.groups() if group)
        place = _NUMERALS.get(said) or int(said)
        return offered[place - 1] if place <= len(offered) else None
    if len(offered) == 1 and _THE_ONLY.search(plain):
        return offered[0]
    return _by_marks(_NOT_MEANT.sub("", plain), offered, now, zone)


def item_pointed_at(text: str, order: OrderView) -> ItemView | None:
    """The one line of an order that `text` names by its goods or their colour."""
    plain = _NOT_MEANT.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))
    fitting = alone = [replace(order, items=(item,)) for item in order.items]
    marks = [*by_goods(plain, alone), *by_color(plain, alone)]
    for meant in marks:
        fitting = [one for one in fitting if one in meant]
    return fitting[0].items[0] if marks and len(fitting) == 1 else None


def _by_number(text: str, offered: Sequence[OrderView]) -> OrderView | None:
    candidates = [normalise_order_no(text), *_DIGITS.findall(text.replace(" ", ""))]
    for digits in candidates:
        found = [order for order in offered if digits and order.order_no.endswith(digits)]
        if len(found) == 1:
            return found[0]
    return None


def _by_marks(
    text: str, offered: Sequence[OrderView], now: datetime | None, zone: ZoneInfo
) -> OrderView | None:
    every = list(offered)
    marks = [by_goods(text, every), by_color(text, every)]
    if now is not None:
        marks.append(by_days(text, every, now.astimezone(zone).date(), zone))
    marks.append(by_state(text, every))
    fitting = every
    for alternatives in filter(None, marks):
        both = ([order for order in fitting if order in meant] for meant in alternatives)
        fitting = next(filter(None, both), [])
    if not fitting:
        return None
    if _DEAREST.search(text) or _CHEAPEST.search(text):
        return _extreme(fitting, dearest=_DEAREST.search(text) is not None)
    if _NEWEST.search(text):
        return fitting[0]
    if _LAST.search(text):
        return fitting[-1]
    return fitting[0] if any(marks) and len(fitting) == 1 else None


def _extreme(orders: list[OrderView], *, dearest: bool) -> OrderView | None:
    totals = [order.total_cents for order in orders]
    wanted = max(totals) if dearest else min(totals)
    return orders[totals.index(wanted)] if totals.count(wanted) == 1 else None
