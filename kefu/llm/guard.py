"""A guard against invented facts: numbers and addresses that stand in no source.

A language model writes a wrong "10 天内到账" as fluently as a right one, and a buyer takes it for
the shop's promise. So an answer may name an amount of money, a percentage or discount, a span of
time, a phone or other long number, or a web or mail address only where the passages or the
question name the same one. `七天`, `7天` and `７ 天` are the same, and so are `八五折` and `8.5折`;
`48小时` and `两天` are not: the guard does not calculate. Where it errs, it errs on the strict
side, which costs an answer and not the truth.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

Fact = tuple[str, str]
"""A kind (a unit, `number` or `address`) and its value, both normalised for comparison."""

_UNITS = {
    "元": "元",
    "块钱": "元",
    "块": "元",
    "圆": "元",
    "毛": "角",
    "角": "角",
    "分钱": "分",
    "%": "%",
    "折": "折",
    "个工作日": "工作日",
    "工作日": "工作日",
    "个自然日": "天",
    "自然日": "天",
    "天": "天",
    "日": "天",
    "个小时": "小时",
    "小时": "小时",
    "分钟": "分钟",
    "个星期": "周",
    "星期": "周",
    "周": "周",
    "个月": "月",
    "月": "月",
    "年": "年",
}
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10000}

_NUMBER = r"\d+(?:\.\d+)?万?|[零〇一二两三四五六七八九十百千万]+|半"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?:({_NUMBER})\s*({_UNIT})?\s*(?:[-~—–至到]|或者?)\s*)?({_NUMBER})\s*({_UNIT})"
)
_PRICE = re.compile(r"[¥$]\s*(\d+(?:\.\d+)?万?)")
_PERCENT = re.compile(rf"百分之({_NUMBER})")
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){4,}")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[\w./?=&%#~:+-]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:[a-z0-9-]+\.)+(?:com|cn|net|org|shop|store|top|vip|cc|io|me)\b(?:/[\w./?=&%#-]*)?",
    re.ASCII,
)


def invented(answer: str, sources: Iterable[str]) -> list[Fact]:
    """Facts of `answer` that none of `sources` states, in no particular order but a stable one."""
    known: set[Fact] = set()
    for source in sources:
        known |= facts(source)
    return sorted(facts(answer) - known)


def facts(text: str) -> set[Fact]:
    """Every quantity, long number and address in `text`, normalised."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    found: set[Fact] = {("address", hit.rstrip(".")) for hit in _ADDRESS.findall(text)}
    found |= {("number", re.sub(r"\D", "", hit)) for hit in _LONG_NUMBER.findall(text)}
    found |= {("元", _value(hit)) for hit in _PRICE.findall(text)}
    found |= {("%", _value(hit)) for hit in _PERCENT.findall(text)}
    for lower, lower_unit, upper, unit in _QUANTITY.findall(text):
        found.add(_quantity(upper, unit))
        if lower:
            found.add(_quantity(lower, lower_unit or unit))
    return found


def _quantity(number: str, unit: str) -> Fact:
    kind = _UNITS[unit]
    return kind, _discount(number) if kind == "折" else _value(number)


def _value(number: str) -> str:
    """A number in one form: digits, no trailing zeros. `一百二十` is 120, `半` is 0.5."""
    if number == "半":
        return "0.5"
    if number[0].isdigit():
        if number.endswith("万"):
            return _plain(Decimal(number[:-1]) * 10000)
        return _plain(Decimal(number))
    if not any(sign in _POWERS for sign in number):
        return str(int("".join(str(_DIGITS[sign]) for sign in number)))
    total = section = digit = 0
    for sign in number:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign == "万":
            total, section, digit = total + (section + digit) * 10000, 0, 0
        else:
            section, digit = section + (digit or 1) * _POWERS[sign], 0
    return str(total + section + digit)


def _discount(number: str) -> str:
    """`八五` and `85` 折 are 8.5."""
    value = Decimal(_value(number))
    return _plain(value / 10 if value > 10 else value)


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))
