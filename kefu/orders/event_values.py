"""What may stand in the data of an event from the shop, and how a buyer reads it: masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pydantic.datetime_parse import parse_datetime

from kefu.orders.masking import mask_address, mask_name, mask_phone
from kefu.orders.money import format_money
from kefu.orders.periods import said_day, said_moment
from kefu.orders.written_text import clean

WORDS_MAX_CHARACTERS = 60
MONEY_MAX_CENTS = 10**10

_CODE = re.compile(r"[0-9A-Za-z-]{4,40}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A phone number or longer, also written in groups: nothing of a shop's news needs one in full.
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){9,}[Xx]?")
_PERSONAL_MAX_CHARACTERS = 300


def _words(value: Any, zone: ZoneInfo) -> str:
    if not isinstance(value, str) or len(value) > WORDS_MAX_CHARACTERS:
        raise ValueError(f"must be a text of at most {WORDS_MAX_CHARACTERS} characters")
    line = " ".join(clean(value, WORDS_MAX_CHARACTERS).split())
    if not line:
        raise ValueError("must have a visible character; leave it out where there is nothing")
    return _LONG_NUMBER.sub(lambda number: mask_phone(re.sub("[ -]", "", number[0])), line)


def _code(value: Any, zone: ZoneInfo) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise ValueError("must be 4 to 40 letters, digits or hyphens")
    return value


def _masked(mask: Callable[[str], str]) -> Callable[[Any, ZoneInfo], str]:
    def shown(value: Any, zone: ZoneInfo) -> str:
        if not isinstance(value, str) or len(value) > _PERSONAL_MAX_CHARACTERS:
            raise ValueError(f"must be a text of at most {_PERSONAL_MAX_CHARACTERS} characters")
        masked = mask(" ".join(clean(value, _PERSONAL_MAX_CHARACTERS).split()))
        if not masked:
            raise ValueError("must have a visible character; leave it out where there is nothing")
        return masked

    return shown


def _money(value: Any, zone: ZoneInfo) -> str:
    if type(value) is not int or not 0 <= value <= MONEY_MAX_CENTS:
        raise ValueError("must be a whole number of cents, not negative")
    return format_money(value)


def _time(value: Any, zone: ZoneInfo) -> str:
    try:
        # It takes seconds since 1970 too, which nobody can check by reading.
        if not isinstance(value, str) or not _MOMENT.match(value):
            raise ValueError
        moment = parse_datetime(value)
        if moment.tzinfo is None:
            raise ValueError
        return said_moment(moment, zone)
    except (ValueError, OverflowError):
        raise ValueError("must be a time in ISO 8601 with its zone") from None


def _day(value: Any, zone: ZoneInfo) -> str:
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        return said_day(date.fromisoformat(value))
    except ValueError:
        raise ValueError("must be a day as YYYY-MM-DD") from None


# Each takes a JSON value and the shop's zone, and raises ValueError with what is expected.
KINDS: Mapping[str, Callable[[Any, ZoneInfo], str]] = {
    "words": _words,
    "code": _code,
    "name": _masked(mask_name),
    "phone": _masked(mask_phone),
    "address": _masked(mask_address),
    "money": _money,
    "time": _time,
    "day": _day,
}


def choice(value: Any, codes: Mapping[str, str]) -> str:
    """The Chinese that one of the codes stands for.

    Raises:
        ValueError: it is none of them.
    """
    if not isinstance(value, str) or value not in codes:
        raise ValueError(f"must be one of {', '.join(codes)}")
    return codes[value]
