"""What a text says about an order besides its number and place: days, state, goods, colour.

Each mark gives the orders that it fits, as alternatives: what is meant first, then what may be
meant. No alternative: the text has no such mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from kefu.orders.said_days import Span, said_days
from kefu.orders.status import OrderStatus
from kefu.orders.views import ItemView, OrderView

Orders = list[OrderView]
_Fits = Callable[[ItemView], bool]

WORDS = Path(__file__).with_name("pointing_words.yml")

# What may stand between a day and what happened on it; 今天能发货吗 points at nothing.
_BETWEEN = r"[^该能会要可说没不别前,，。.!！?？;；\s]{0,4}?"
_HAPPENED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "delivered_at",
        re.compile(_BETWEEN + r"(?:收到|签收|到货|送到|拿到|取到|取|到)(?:的|了(?!吗))"),
    ),
    ("shipped_at", re.compile(_BETWEEN + r"(?:发|寄)(?:货|出|走)?(?:的|了(?!吗))")),
    ("placed_at", re.compile(_BETWEEN + r"(?:买|拍|购|订|抢|下单|下的|付款|付的|入手)")),
    ("placed_at", re.compile(r"的?[那这]|的(?:订单|单|东西)?$")),
)
_States = tuple[OrderStatus, ...]
_ARRIVED = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
_STATES: tuple[tuple[re.Pattern[str], tuple[_States, ...]], ...] = tuple(
    (re.compile(pattern), tuple(states))
    for pattern, *states in (
        (r"显示(?:已经?)?(?:签收|送达|收货)", _ARRIVED),
        (r"(?:没有?|未|待|等)(?:付款|给钱|支付|付钱)", (OrderStatus.PENDING_PAYMENT,)),
        (
            r"(?:没有?|未|待|不)(?:给我)?(?:发货|发出|发走|寄出|发(?!票|现|错|漏|少))",
            (OrderStatus.PAID,),
        ),
        (
            r"(?:没有?|未)(?:送到|收到(?!退款|钱|发票|赠品|补偿|短信|消息|回复)|收货|拿到货"
            r"|签收|到(?!账|帐|期|手|.{0,3}天))|路上|运输中|待收货",
            (OrderStatus.SHIPPED,),
            (OrderStatus.PAID,),
        ),
        (r"(?:收到|签收|到货|拿到)了?的(?!退款|钱|发票)", _ARRIVED),
        (r"退[款货]中的?|(?:正|还)在退", (OrderStatus.REFUNDING,)),
        (r"取消(?:了|掉)?的[那这单]", (OrderStatus.CANCELLED,)),
    )
)
_COLOR = re.compile(r"([红橙黄绿青蓝紫黑白灰棕粉银金米咖杏])(?:色|的[那这]|的$)")


def by_days(text: str, orders: Orders, today: date, zone: ZoneInfo) -> list[Orders]:
    """The orders to which something happened on the first days that are said."""
    for said in said_days(text, today):
        rest = text[said.end :]
        happened = [
            (hit.end(), moment) for moment, pattern in _HAPPENED if (hit := pattern.match(rest))
        ]
        if happened:
            moment = min(happened)[1]
            return [[o for o in orders if _on(o, moment, span, zone)] for span in said.spans]
    return []


def by_state(text: str, orders: Orders) -> list[Orders]:
    """The orders in the state that the text speaks of."""
    for pattern, alternatives in _STATES:
        if pattern.search(text):
            return [
                [order for order in orders if order.status in any_of] for any_of in alternatives
            ]
    return []


def by_goods(text: str, orders: Orders) -> list[Orders]:
    """The orders whose goods share the longest piece of name, else a word for their kind."""
    shared = [
        max((_longest_common(text, item.name) for item in order.items), default=0)
        for order in orders
    ]
    best = max(shared, default=0)
    if best >= 2:
        return [[order for order, length in zip(orders, shared, strict=True) if length == best]]
    for kinds in _goods_words():
        meant = [fits for said, fits in kinds if said.search(text)]
        kept = [
            order for order in orders if any(fits(item) for fits in meant for item in order.items)
        ]
        if kept:
            return [kept]
    return []


def by_color(text: str, orders: Orders) -> list[Orders]:
    """The orders with goods in the colour that is said, where there are any."""
    letters = _COLOR.findall(text)

    def said(color: str) -> bool:
        whole = len(color) > 1 and color in text
        return whole or any(letter in color for letter in letters)

    kept = [order for order in orders if any(said(item.color) for item in order.items)]
    return [kept] if kept else []


def _on(order: OrderView, moment: str, span: Span, zone: ZoneInfo) -> bool:
    at: datetime | None = getattr(order, moment)
    return at is not None and span[0] <= at.astimezone(zone).date() <= span[1]


@lru_cache(maxsize=1)
def _goods_words() -> tuple[tuple[tuple[re.Pattern[str], _Fits], ...], ...]:
    """What is said, and the goods that it fits: by their names, then by their categories."""
    words: dict[str, dict[str, Any]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return (
        tuple((re.compile(said), _named(piece)) for said, piece in words["named"].items()),
        tuple((re.compile(said), _of(kinds)) for said, kinds in words["categories"].items()),
    )


def _named(piece: str) -> _Fits:
    pattern = re.compile(piece)
    return lambda item: pattern.search(item.name) is not None


def _of(categories: list[str]) -> _Fits:
    return lambda item: item.category in categories


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
