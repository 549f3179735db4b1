"""Which days in the past a buyer means: 昨天, 上周三, 11月15号, 三天前, 双十一."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

Span = tuple[date, date]  # first and last day

_VALUES = {letter: value for value, letter in enumerate("零一二三四五六七八九")} | {"两": 2}
NUMBER = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
WEEK = r"(?:周|星期|礼拜)"
WEEKDAYS = {letter: place for place, letter in enumerate("一二三四五六日")} | {"天": 6}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SaidDays:
    """Days that a text names from `start` to `end`: what is meant first, then what may be."""

    start: int
    end: int
    spans: tuple[Span, ...]


def said_days(text: str, today: date) -> tuple[SaidDays, ...]:
    """The days named in a text, from left to right; today is the last day that can be meant."""
    named: list[SaidDays] = []
    for pattern, read in _READERS:
        for found in pattern.finditer(text):
            if all(found.end() <= other.start or other.end <= found.start() for other in named):
                named.append(SaidDays(found.start(), found.end(), read(found, today)))
    past = (said for said in named if said.spans)
    return tuple(sorted(past, key=lambda said: said.start))


def number(said: str) -> int:
    """`12`, `十二`, `二十一`, `两` as numbers up to 99."""
    if said.isascii():
        return int(said)
    tens, ten, ones = said.rpartition("十")
    if not ten:
        return int("".join(str(_VALUES[letter]) for letter in said))
    return (number(tens) if tens else 1) * 10 + (number(ones) if ones else 0)


def _one(day: date) -> tuple[Span, ...]:
    return ((day, day),)


def _ahead(found: re.Match[str], today: date) -> tuple[Span, ...]:
    return ()


def _near(found: re.Match[str], today: date) -> tuple[Span, ...]:
    return _one(today - {"今": 0, "昨": 1, "前": 2, "大前": 3}[found["near"]] * _DAY)


def _days_ago(found: re.Match[str], today: date) -> tuple[Span, ...]:
    return _one(today - number(found["ago"]) * _DAY)


def _some_days_ago(found: re.Match[str], today: date) -> tuple[Span, ...]:
    if found["some"] == "几":
        return ((today - 7 * _DAY, today - 2 * _DAY),)
    return (*_one(today - 2 * _DAY), (today - 3 * _DAY, today - _DAY))


def _week(found: re.Match[str], today: date) -> tuple[Span, ...]:
    monday = today - today.weekday() * _DAY - len(found["back"] or "") * 7 * _DAY
    said = found["weekday"]
    if said is None:
        return ((monday, min(today, monday + 6 * _DAY)),)
    if said == "末":
        saturday = monday + 5 * _DAY
        return ((saturday, saturday + _DAY),) if saturday <= today else ()
    day = monday + WEEKDAYS[said] * _DAY
    return _one(day) if day <= today else ()


def _weekday(found: re.Match[str], today: date) -> tuple[Span, ...]:
    """A day of the week alone: the last one, today included."""
    said = found["weekday"]
    if said == "末":
        saturday = today - (today.weekday() - 5) % 7 * _DAY
        return ((saturday, saturday + _DAY),)
    return _one(today - (today.weekday() - WEEKDAYS[said]) % 7 * _DAY)


def _month(found: re.Match[str], today: date) -> tuple[Span, ...]:
    """A month, or a day of it."""
    back = len(found["back"] or "")
    year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
    if found["day"] is not None:
        return _past(year, month + 1, number(found["day"]), today)
    first = date(year, month + 1, 1)
    last = (first + 31 * _DAY).replace(day=1) - _DAY
    return ((first, min(last, today)),)


def _date(found: re.Match[str], today: date) -> tuple[Span, ...]:
    month, day = number(found["month"]), number(found["day"])
    return _past(today.year, month, day, today) or _past(today.year - 1, month, day, today)


def _day_of_month(found: re.Match[str], today: date) -> tuple[Span, ...]:
    day, first = number(found["day"]), today.replace(day=1)
    before = first - _DAY
    return _past(first.year, first.month, day, today) or _past(
        before.year, before.month, day, today
    )


def _festival(found: re.Match[str], today: date) -> tuple[Span, ...]:
    """The day itself, else the days of the sale or the holidays."""
    month, day, first, last = next(
        days for pattern, *days in FESTIVALS if re.fullmatch(pattern, found["festival"])
    )
    year = today.year - (1 if found["last_year"] else 0)
    if not found["last_year"] and date(year, month, first) > today:
        year -= 1
    day_itself = date(year, month, day)
    around = (date(year, month, first), min(date(year, month, last), today))
    return (*(_one(day_itself) if day_itself <= today else ()), around)


def _past(year: int, month: int, day: int, today: date) -> tuple[Span, ...]:
    try:
        meant = date(year, month, day)
    except ValueError:
        return ()
    return _one(meant) if meant <= today else ()


# (words, month, day, first and last day around it)
FESTIVALS = (
    (r"双十一|双11", 11, 11, 1, 11),
    (r"双十二|双12", 12, 12, 1, 12),
    (r"618|六一八", 6, 18, 1, 18),
    (r"国庆(?:节)?", 10, 1, 1, 7),
    (r"五一", 5, 1, 1, 5),
    (r"元旦", 1, 1, 1, 3),
    (r"情人节", 2, 14, 14, 14),
    (r"圣诞(?:节)?", 12, 25, 24, 25),
)
_Reader = Callable[[re.Match[str], date], tuple[Span, ...]]
# What comes first takes its letters away from what comes later: neither 上周三 nor 下周三 is 周三.
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"下+个?(?:{WEEK}[一二三四五六日天末]?|月(?:(?:{NUMBER})[号日])?)", _ahead),
        (
            rf"(?P<last_year>去年)?(?P<festival>{'|'.join(words for words, *_ in FESTIVALS)})",
            _festival,
        ),
        (r"(?P<near>大前|前|昨|今)(?:天|日|晚|早)", _near),
        (rf"(?P<ago>{NUMBER})天(?:以|之)?前", _days_ago),
        (r"前(?P<some>几|两)天", _some_days_ago),
        (rf"(?:(?P<back>上{{1,2}})个?|这个?|本){WEEK}(?P<weekday>[一二三四五六日天末])?", _week),
        (rf"{WEEK}(?P<weekday>[一二三四五六日天末])", _weekday),
        (rf"(?:(?P<back>上{{1,2}})个?|这个?|本)月(?:(?P<day>{NUMBER})[号日])?", _month),
        (rf"(?<!\d)(?P<month>{NUMBER})月(?P<day>{NUMBER})[号日]?(?!\d)", _date),
        (rf"(?<!\d)(?P<day>{NUMBER})[号日]", _day_of_month),
    )
)
