"""Which variant of the same goods, or how many of them, a buyer wants instead.

换大一码, L码, 红色的, 大一号 are relative to the line as ordered; 要两件, 少一件 are about its
pieces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kefu.orders.views import ItemView, VariantView
from kefu.tasks.reading.sizes import plain, size_towards, sizes_named, speaks_of_size

LONGEST = 200  # letters
MOST_PIECES = 999  # as the commands allow

_BASIC = "红橙黄绿青蓝紫黑白灰棕粉银金米咖杏"
_STOP = r"[^,，。;；!！?？\n]"
_CHANGE = re.compile(
    r"[换換](?:成|为|个|发|回)?|改(?:成|为|发|个|回|要)?(?!天|日|主意)|要(?!是|不|求)|发(?!货|票|错|走|了|过)|[选拿来](?=[^了过错])"
)
_CHANGE_TO = re.compile(rf"(?:[换換改]成|[换換改]为|改发|换发){_STOP}{{1,14}}")
_NOT = re.compile(
    rf"(?:不想?要|别[发要]?|不是|不喜欢){_STOP}*?(?=[换換改要发]|[,，。;；!！?？\n\s]|$)"
)
_WHY = re.compile(
    r"[^,，。;；!！\s换換改要发]*?(?:[拍买选填下]错|[拍买选]的?[大小]|太[大小]|[大小]了)"
    rf"{_STOP}*?(?=[,，。;；!！\n\s]|[换換改要发]|$)"
)
_VALUE = (
    rf"(?:[一-龥]{{0,4}}[色味](?:的|款)?|[{_BASIC}](?:的|款)|\d?X{{0,4}}[SMLsml]码?(?:的)?"
    r"|\d+(?:\.\d+)?(?:码|号(?!楼)|寸|米|升|斤|[a-zA-Z]{1,2})(?:的)?|[大小][一两]?[个]?[码号]|[大小]一?点的?)"
)
_WANTED_VALUE = re.compile(
    rf"(?:[换換改要发选]|不要|别发)(?:个|件|双|条|下)?{_VALUE}(?!码?的?[那这])"
)
# 要绿的, 换绿色: but the 绿 of 薄荷绿 is another colour.
_ITSELF = r"(?:(?<![一-龥])|(?<=[要换換改成发是选个来拍件条只就那给我想买挑用了的和跟还]))"
_COUNTED = "件个双条套盒袋瓶份包箱只支本张床台罐桶把块"
_SET = re.compile(
    rf"(?:数量|[改减加换]到|[改减换]成|改为|[只就]要|[只就]?留|要|发|寄|拍)(?:是|改|成|为|到|下|一下|总共)*(\d{{1,4}})(?![\d.])[{_COUNTED}]?"
    rf"|(?:^|[,，。\s])(\d{{1,3}})[{_COUNTED}](?:就行|就够|够了|就好|吧|$)"
)
_LESS = re.compile(
    rf"(?:少|减|去掉?|退掉?|扣掉|拿掉)(?:要|发|掉|去|一下)?(\d{{1,3}})[{_COUNTED}]?(?!\d|[码号])"
)
_MORE = re.compile(
    rf"(?:加|多|再[来添要拍加发]|添|补)(?:要|发|拍|上|个)?(\d{{1,3}})[{_COUNTED}](?!码)"
)
_ELSEWHERE = re.compile(
    r"地址|电话|手机|收件|收货|名字|姓名|主意|时间|日期|第[一二三四五\d]|订单|那单|这单|尾号|发票|刻|卡片|备注|银行|金额|付款"
)


def variants_meant(text: str, line: ItemView, sold: Sequence[VariantView]) -> list[VariantView]:
    """The variants that a text may mean: one where it is clear, none where it names none.

    Colour alone keeps the line's size, size alone its colour, where that is sold.
    """
    for said in _spans(text):
        named = _named(said, line, sold)
        if named:
            return named
    return []


def pieces_meant(text: str, line: ItemView, sizes: Sequence[str]) -> int | None:
    """How many pieces a text wants; None where it does not say, or fewer than one."""
    told = plain(text[:LONGEST])
    less, more = _LESS.search(told), _MORE.search(told)
    if less:
        wanted = line.quantity - int(less[1])
    elif more:
        wanted = line.quantity + int(more[1])
    else:
        every = [found for found in _SET.finditer(told) if _counts(found, told, sizes)]
        if not every:
            return None
        wanted = int(every[-1][1] or every[-1][2])
    return wanted if 1 <= wanted <= MOST_PIECES else None


def speaks_of_variant(text: str) -> bool:
    """Whether a text surely wants another variant or number of pieces, whatever is sold."""
    told = plain(_NOT.sub(" ", text[:LONGEST]))
    if _ELSEWHERE.search(told):
        return False
    if re.fullmatch(
        rf"(?:那|还是|就|选|我?要|来)*{_VALUE}(?:吧|的|哈|呗|那种|那款)?", told.strip(" 。.!！~～")
    ):
        return True
    for verb in _CHANGE.finditer(told):
        rest = told[verb.end() : verb.end() + 16]
        if speaks_of_size(rest) or re.match(rf"{_VALUE}|[一-龥]{{0,3}}[{_BASIC}]", rest):
            return True
        if re.match(r"[换換改][成为]|改发|换发", verb.group()) and re.match(r"\s*\w", rest):
            return True
    return bool(
        _LESS.search(told)
        or _MORE.search(told)
        or re.search(rf"[只就]?要\d+[{_COUNTED}]|数量", told)
    )


def besides_wanted(text: str) -> str:
    """What else a message says: an order may be pointed at there, and not by the colour wanted."""
    rest = _CHANGE_TO.sub("，", text[:LONGEST])
    return _WANTED_VALUE.sub("，", rest)


def _spans(text: str) -> list[str]:
    """Where to look, what is most surely wanted first: 黑 before 白 in 白的换成黑的."""
    told = plain(text[:LONGEST])
    positive = _NOT.sub(" ", told)
    without_why = _WHY.sub(" ", positive)
    spans = [without_why[verb.end() :] for verb in _CHANGE.finditer(without_why)]
    return [*reversed(spans), without_why, positive]


def _named(text: str, line: ItemView, sold: Sequence[VariantView]) -> list[VariantView]:
    sizes = sizes_named(text, list({variant.size for variant in sold}))
    towards = size_towards(text, line.size, [variant.size for variant in sold])
    if towards is not None:
        sizes = {towards}
    colors = _colors(text, {variant.color for variant in sold if variant.color})
    if not sizes and not colors:
        return []
    fitting = [
        variant
        for variant in sold
        if (not sizes or variant.size in sizes) and (not colors or variant.color in colors)
    ]
    alike = [
        variant
        for variant in fitting
        if (sizes or variant.size == line.size) and (colors or variant.color == line.color)
    ]
    return alike or fitting


def _colors(text: str, sold: set[str]) -> set[str]:
    """Whole names, else names without 色 or 味, else one letter of them: 红的 for 酒红."""
    whole = {color for color in sold if plain(color) in text}
    if whole:
        return {one for one in whole if not any(one != two and one in two for two in whole)}
    stems = {color: plain(color).rstrip("色味") for color in sold}
    named = {color for color, stem in stems.items() if len(stem) > 1 and stem in text}
    if named:
        return named
    exact = {
        color
        for color, stem in stems.items()
        if len(stem) == 1 and re.search(rf"{_ITSELF}{stem}", text)
    }
    letters = {
        color
        for color, stem in stems.items()
        for letter in stem
        if re.search(
            rf"{_ITSELF}{re.escape(letter)}{'' if letter in _BASIC else '[色的味款]'}", text
        )
    }
    return exact or letters


def _counts(found: re.Match[str], text: str, sizes: Sequence[str]) -> bool:
    """Whether the number is one of pieces and not a size: 改成38 is 38码."""
    said = re.search(rf"\d+[{_COUNTED}]?", found.group())
    if said is None or said.group() in [plain(size) for size in sizes]:
        return False
    after = text[found.end() : found.end() + 1]
    is_size = after != "" and after in "码号米升斤寸"
    return said.group()[-1] in _COUNTED or (found.group().startswith("数量") and not is_size)
