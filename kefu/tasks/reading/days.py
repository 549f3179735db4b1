"""Which coming day a buyer means: 下周三, 12月5号, 三天后, 周末, 月底, 国庆后, 2026-12-05.

The future cousin of `kefu.orders.said_days`, whose numbers, weekdays and festivals it shares.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from kefu.orders.said_days import FESTIVALS, NUMBER, WEEK, WEEKDAYS, number

LONGEST = 200  # letters; what follows names no day of dispatch

_DAY = timedelta(days=1)
_LAST_DAYS_AHEAD = 366  # who says 900天后 has mistyped
_NEAR = {"明": 1, "后": 2, "大后": 3}
_PARTS = {"初": 1, "上旬": 1, "中旬": 11, "中": 15, "下旬": 21}
# What has happened, what is not wanted, or is the last day and not the first: 25号前到.
_OTHER_DAY_AFTER = re.compile(
    r"(?:那天|那会儿?|刚|才)?[^,，。;；\s]{0,2}?(?:要发的|下的?单|拍的|买的|订的|付的|付款|到账|的订单)"
    r"|\s*(?:先|都|还|就)*(?:别|不要|不用|不能|甭)(?:再|先)?[发寄送]"
    r"|(?:号|日)?(?:之|以)?前(?!后)(?![^,，。;；]{0,6}(?:别|不要|先别|没人|不在|没空))"
)
_NOT_BEFORE = re.compile(r"(?:别|不要|甭|不是|不)(?:在|给我|急着|等)?$")
_PAST_IT = re.compile(r"(?:过了|过完|出了)$")
_AFTER_IT = re.compile(r"(?:节|假)?(?:过后|(?:之|以)?后|结束|完)")
_DISPATCHED = re.compile(r"[^,，。;；!！]{0,6}?(?:[发寄送]|出货|出库|安排|走|再|后)")

_Reader = Callable[[re.Match[str], date], date | None]


def coming_day(text: str, today: date) -> date | None:
    """The day from which to dispatch; None where no day is named, or several and none stands out.

    A day without a year or month is the next such day after today. The rules of the shop say
    whether it is too late.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    named: list[tuple[re.Match[str], date]] = []
    taken: list[tuple[int, int]] = []
    for pattern, read in _READERS:
        for found in pattern.finditer(plain):
            if any(found.start() < end and start < found.end() for start, end in taken):
                continue
            taken.append(found.span())
            day = None if _is_other(found, plain) else _read(read, found, today)
            if day is not None:
                named.append((found, _moved(day, found, plain)))
    days = {day for _, day in named}
    if len(days) > 1:
        days = {day for found, day in named if _DISPATCHED.match(plain[found.end() :])}
    return days.pop() if len(days) == 1 else None


def _is_other(found: re.Match[str], text: str) -> bool:
    before, after = text[: found.start()], text[found.end() :]
    return bool(_OTHER_DAY_AFTER.match(after) or _NOT_BEFORE.search(before))


def _moved(day: date, found: re.Match[str], text: str) -> date:
    """过了20号 is the 21st; 20号以后 begins with the 20th."""
    if "festival" in found.groupdict() or not _PAST_IT.search(text[: found.start()]):
        return day
    return day + _DAY


def _read(read: _Reader, found: re.Match[str], today: date) -> date | None:
    """None where the calendar has no such day."""
    try:
        return read(found, today)
    except (ValueError, OverflowError):
        return None


def _whole(found: re.Match[str], today: date) -> date:
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


def _near(found: re.Match[str], today: date) -> date:
    return today + _NEAR[found["near"]] * _DAY


def _later(found: re.Match[str], today: date) -> date | None:
    said = found["some"]
    days = number(said) * (1 if found["unit"] == "天" else 7)
    return today + days * _DAY if 0 < days <= _LAST_DAYS_AHEAD else None


def _months_later(found: re.Match[str], today: date) -> date:
    if found["some"] == "半":
        return today + 15 * _DAY
    year, month = _month_after(today, number(found["some"]))
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _week(found: re.Match[str], today: date) -> date:
    """下周三; 下周 begins on Monday; 这周三 may be over, which the rules refuse."""
    ahead = len(found["ahead"] or "")
    monday = today - today.weekday() * _DAY + ahead * 7 * _DAY
    said = found["weekday"]
    if said is None:
        return monday
    return _after_weekend(monday + (5 if said == "末" else WEEKDAYS[said]) * _DAY, found)


def _weekday(found: re.Match[str], today: date) -> date:
    said = found["weekday"]
    wanted = (5, 6) if said == "末" and not _AFTER_IT.match(found["rest"]) else (5,)
    wanted = wanted if said == "末" else (WEEKDAYS[said],)
    ahead = next(days for days in range(1, 8) if (today.weekday() + days) % 7 in wanted)
    return _after_weekend(today + ahead * _DAY, found)


def _after_weekend(day: date, found: re.Match[str]) -> date:
    """周末以后 is Monday."""
    if found["weekday"] == "末" and _AFTER_IT.match(found["rest"]):
        return day + (7 - day.weekday()) * _DAY
    return day


def _month_part(found: re.Match[str], today: date) -> date:
    """月底, 下月初, 12月中旬."""
    if found["month"]:
        year, month = _year_of(number(found["month"]), 31, today), number(found["month"])
        return _part(year, month, found["part"])
    year, month = _month_after(today, len(found["ahead"] or ""))
    day = _part(year, month, found["part"])
    return day if day > today or found["this"] else _part(*_month_after(day, 1), found["part"])


def _part(year: int, month: int, said: str) -> date:
    last = monthrange(year, month)[1]
    return date(year, month, last if said in ("底", "末") else _PARTS[said])


def _next_month(found: re.Match[str], today: date) -> date:
    year, month = _month_after(today, len(found["ahead"]))
    return date(year, month, number(found["day"]) if found["day"] else 1)


def _date(found: re.Match[str], today: date) -> date:
    month, day = number(found["month"]), number(found["day"])
    return date(_year_of(month, day, today), month, day)


def _day_of_month(found: re.Match[str], today: date) -> date:
    day = number(found["day"])
    year, month = (today.year, today.month) if day > today.day else _month_after(today, 1)
    if found["this"]:
        year, month = today.year, today.month
    return date(year, month, day)


def _festival(found: re.Match[str], today: date) -> date:
    """The day itself; the day after its holidays or sale for 国庆后."""
    month, day, _, last = next(
        days for pattern, *days in FESTIVALS if re.fullmatch(pattern, found["festival"])
    )
    after = found["past"] is not None or _AFTER_IT.match(found["rest"])
    for year in (today.year, today.year + 1):
        meant = date(year, month, last) + _DAY if after else date(year, month, day)
        if meant > today:
            return meant
    raise ValueError("A festival comes each year.")


def _month_after(day: date, months: int) -> tuple[int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1


def _year_of(month: int, day: int, today: date) -> int:
    return today.year if (month, day) >= (today.month, today.day) else today.year + 1


_SOME = rf"\d{{1,3}}|{NUMBER}"
_WAIT = r"(?:[过過等晚]|推迟|延[迟后期]?|缓|推|往后[挪放]|压|停|留)个?"
_DAYS = r"\s*个?(?P<unit>天|周|星期|礼拜)"
_REST = r"(?=(?P<rest>.{0,3}))"
_FESTIVAL_WORDS = "|".join(words for words, *_ in FESTIVALS)
# What comes first takes its letters away from what comes later: 下周三 is not 周三.
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.DOTALL), read)
    for pattern, read in (
        (
            r"(?<!\d)(?P<year>20\d\d)\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})"
            r"(?:[日号]|(?!\d))",
            _whole,
        ),
        (rf"(?P<past>过了|过完|等)?(?P<festival>{_FESTIVAL_WORDS}){_REST}", _festival),
        (rf"(?P<some>半|{NUMBER})个?月(?:(?:之|以)?[后後]|再)", _months_later),
        (rf"{_WAIT}(?P<some>半|{NUMBER})个月", _months_later),
        (rf"{_WAIT}(?P<some>{_SOME}){_DAYS}", _later),
        (rf"(?P<some>{_SOME}){_DAYS}(?:(?:之|以)?[后後]|再|左右|吧)", _later),
        (rf"^(?P<some>{_SOME}){_DAYS}$", _later),
        (r"(?P<near>大后|后|明)(?:天|日|儿|早|晚|个)", _near),
        (rf"(?P<ahead>下+)个?{WEEK}(?P<weekday>[一二三四五六日天末])?{_REST}", _week),
        (rf"(?P<ahead>)(?:这个?|本){WEEK}(?P<weekday>[一二三四五六日天末]){_REST}", _week),
        (rf"(?<!上){WEEK}(?P<weekday>[一二三四五六日天末]){_REST}", _weekday),
        (
            rf"(?:(?P<ahead>下+)个?|(?P<this>这个?|本)|(?<!\d)(?P<month>{NUMBER}))?"
            r"月(?:份的?)?(?P<part>底|末|初|上旬|中旬|下旬|中(?!旬))",
            _month_part,
        ),
        (rf"(?P<ahead>下+)个?月(?:(?P<day>{NUMBER})[号日])?", _next_month),
        (rf"(?<!\d)(?P<month>{NUMBER})月(?P<day>{NUMBER})[号日]?(?!\d)", _date),
        (r"(?<![\d./-])(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})(?![\d./-])", _date),
        (rf"(?P<this>这个月|本月)?(?<!\d)(?P<day>{NUMBER})[号日](?!楼|院|门|店)", _day_of_month),
    )
)
