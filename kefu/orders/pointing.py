"""Which of the orders just offered a buyer points at: 第二个, 最近那单, 咖啡机那单, last digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kefu.orders.order_number import normalise_order_no
from kefu.orders.views import OrderView

_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_ORDINAL = re.compile(r"第\s*([一二两三四五1-5])(?![0-9十百])|^([1-5])$|^([一二两三四五])$")
_LAST = re.compile(r"最后|最下面")
_NEWEST = re.compile(r"最近(?:那|一|的|买|这)|最新|刚刚?(?:买|拍|下单)|上一单|最上面")
_THE_ONLY = re.compile(r"这个|这单|就它|就这")
_DIGITS = re.compile(r"\d{4,}")


def pointed_at(text: str, offered: Sequence[OrderView]) -> OrderView | None:
    """The one order that `text` means among `offered` (newest first); None when unclear.

    Digits come first, then a place in the list, then the name of the goods.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    by_number = _by_number(plain, offered)
    if by_number is not None or _DIGITS.search(plain):
        return by_number
    return _by_place(plain, offered) or _by_goods(plain, offered)


def _by_number(text: str, offered: Sequence[OrderView]) -> OrderView | None:
    candidates = [normalise_order_no(text), *_DIGITS.findall(text.replace(" ", ""))]
    for digits in candidates:
        found = [order for order in offered if digits and order.order_no.endswith(digits)]
        if len(found) == 1:
            return found[0]
    return None


def _by_place(text: str, offered: Sequence[OrderView]) -> OrderView | None:
    ordinal = _ORDINAL.search(text)
    if ordinal:
        said = next(group for group in ordinal.groups() if group)
        place = _NUMERALS.get(said) or int(said)
        return offered[place - 1] if place <= len(offered) else None
    if not offered:
        return None
    if _NEWEST.search(text) or (len(offered) == 1 and _THE_ONLY.search(text)):
        return offered[0]
    return offered[-1] if _LAST.search(text) else None


def _by_goods(text: str, offered: Sequence[OrderView]) -> OrderView | None:
    """The order whose goods share the longest piece of name (two characters or more)."""
    scores = [
        max((_longest_common(text, item.name) for item in order.items), default=0)
        for order in offered
    ]
    best = max(scores, default=0)
    if best < 2 or scores.count(best) > 1:
        return None
    return offered[scores.index(best)]


def _longest_common(one: str, other: str) -> int:
    """Length of the longest common substring."""
    best, row = 0, [0] * (len(other) + 1)
    for letter in one:
        above = row
        row = [0] * (len(other) + 1)
        for place, against in enumerate(other, start=1):
            if letter == against and not letter.isspace():
                row[place] = above[place - 1] + 1
                best = max(best, row[place])
    return best
