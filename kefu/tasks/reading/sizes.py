"""Sizes as shops write them and buyers say them: L, XXL, 39码, 1米8, 150x200, 五斤, 大一号."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kefu.orders.said_days import number

_LETTERS = ("XS", "S", "M", "L", "XL", "2XL", "3XL", "4XL", "5XL")
_LETTER = re.compile(r"(?<![A-Z0-9])(?:\d?X{0,4}[SML])(?![A-Z])")
_WORDS = (("加大", "XL"), ("特大", "XL"), ("大", "L"), ("中", "M"), ("小", "S"))
_UNITS = {
    "公分": "CM",
    "厘米": "CM",
    "毫升": "ML",
    "公斤": "KG",
    "千克": "KG",
    "克": "G",
    "瓦": "W",
}
_MEASURE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s*([A-Z]+|[一-龥]?)")
_TWO = re.compile(r"(\d+(?:\.\d+)?)\s*(?:米|CM)?\s*[X×*乘]\s*(\d+(?:\.\d+)?)")
_ANY_UNIT = ("", "码", "号", "的", "吧", "发")
_CHINESE = re.compile(
    r"[一二两三四五六七八九十]{1,3}(?=个?(?:[斤升米寸码号包枝件片双条套盒袋瓶份箱只支本张床台罐桶把块点个]))"
    r"|(?<=米)[一二三四五六七八九]"
)
_HALVES = re.compile(r"(\d)米(\d)(?!\d|米)")
_RELATIVE = re.compile(
    r"(?P<way>[大小长短粗细厚薄高低])(?:(?P<some>\d)个?(?:码|号|寸|档|款)|1?点)|(?:再)(?P<bare>[大小])(?:些|的)"
)
_EXTREME = re.compile(r"最(?P<way>[大小])(?:的|码|号|那)?")
_UP = "大长粗厚高"


def plain(text: str) -> str:
    """Full-width letters as ASCII, capitals, Chinese numbers before a unit as digits."""
    told = unicodedata.normalize("NFKC", text).upper()
    told = _CHINESE.sub(lambda said: str(number(said.group())), told)
    return _HALVES.sub(r"\1.\2米", told)


def sizes_named(text: str, sold: Sequence[str]) -> set[str]:
    """Those of the sizes sold that a `plain` text names."""
    lettered = [size for size in sold if _letter(plain(size))]
    said = {_canonical(found) for found in _LETTER.findall(text)}
    named = {size for size in lettered if _letter(plain(size)) in said}
    if lettered and not named and not _RELATIVE.search(text):
        for word, letter in _WORDS:
            if re.search(rf"{word}(?:[码号]|的)", text):
                named = {size for size in lettered if _letter(plain(size)) == letter}
                break
    return named | {size for size in sold if size and size not in lettered and _says(text, size)}


def size_towards(text: str, present: str, sold: Sequence[str]) -> str | None:
    """The size that is so many steps from the present one; None where none is meant or sold."""
    ladder = sorted({size for size in sold if size}, key=_rank)
    extreme = _EXTREME.search(text)
    if extreme and ladder:
        return ladder[-1] if extreme["way"] == "大" else ladder[0]
    found = _RELATIVE.search(text)
    if found is None or present not in ladder:
        return None
    steps = int(found["some"] or 1)
    way = found["way"] or found["bare"]
    place = ladder.index(present) + (steps if way in _UP else -steps)
    return ladder[place] if 0 <= place < len(ladder) else None


def speaks_of_size(text: str) -> bool:
    """Whether a `plain` text says a size, whatever is sold."""
    return bool(
        _RELATIVE.search(text)
        or _EXTREME.search(text)
        or _LETTER.search(text)
        or _TWO.search(text)
        or re.search(
            r"\d(?:\.\d+)?\s*(?:码|号(?!楼|院|单)|寸|米|升|斤|CM|MM|ML|KG|G|公分|厘米|毫升|克|寸)",
            text,
        )
        or re.search(r"[大中小]号|[大中小]码", text)
    )


def _letter(size: str) -> str | None:
    found = _LETTER.fullmatch(size.removesuffix("码").removesuffix("号").strip())
    return _canonical(found.group()) if found else None


def _canonical(letters: str) -> str:
    count = letters.count("X")
    return f"{count}X{letters[-1]}" if count > 1 else letters.removeprefix("1")


def _measures(text: str) -> list[tuple[float, str]]:
    return [
        (float(value), _UNITS.get(unit, unit)) for value, unit in _MEASURE.findall(_units(text))
    ]


def _units(text: str) -> str:
    for said, unit in _UNITS.items():
        text = text.replace(said, unit)
    return text


def _says(text: str, size: str) -> bool:
    label = plain(size)
    both = _TWO.search(label)
    if both:
        pairs = [tuple(map(float, pair)) for pair in _TWO.findall(text)]
        return tuple(map(float, both.groups())) in pairs
    measures = _measures(label)
    if not measures:
        stem = label.rstrip("号码枕床装盆")
        return label in text or bool(
            re.search(rf"{re.escape(stem)}(?:号|码|的|款|{label[-1]})", text)
        )
    value, unit = measures[0]
    return any(
        said == value and (said_unit in _ANY_UNIT or not unit or said_unit[:1] == unit[:1])
        for said, said_unit in _measures(text)
    )


def _rank(size: str) -> tuple[float, str]:
    told = plain(size)
    letter = _letter(told)
    if letter in _LETTERS:
        return _LETTERS.index(letter), told
    measures = _measures(told)
    if measures:
        return measures[0][0], told
    return next((place for place, word in enumerate("小低中高大") if word in told), 9), told
