"""Periods of a shop's rules, and the moments that they end at in the shop's zone."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Extra, conint, root_validator

if TYPE_CHECKING:
    Count = int
else:
    Count = conint(strict=True, ge=1)

_UNITS = ("hours", "days", "months")


class Period(BaseModel):
    """`{hours: 24}`, `{days: 7}` or `{months: 6}`: one of the three.

    Days and months count from the day after the start, in the shop's zone, and end at midnight, as
    网络购买商品七日无理由退货暂行办法 counts the seven days. Hours count from the minute.
    """

    hours: Count | None = None
    days: Count | None = None
    months: Count | None = None

    class Config:
        """Where pydantic looks."""

        extra = Extra.forbid
        frozen = True

    @root_validator(skip_on_failure=True)
    @classmethod
    def _one_unit(cls, values: dict[str, Any]) -> dict[str, Any]:
        if sum(values[unit] is not None for unit in _UNITS) != 1:
            raise ValueError("give one of hours, days, months")
        return values

    def last_day(self, start: datetime, zone: ZoneInfo) -> date:
        """The day in the shop's zone on which the period ends."""
        first = start.astimezone(zone)
        if self.hours is not None:
            return (start + timedelta(hours=self.hours)).astimezone(zone).date()
        if self.days is not None:
            return first.date() + timedelta(days=self.days)
        year, month = divmod(first.year * 12 + first.month - 1 + (self.months or 0), 12)
        return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))

    def end(self, start: datetime, zone: ZoneInfo) -> datetime:
        """The first moment that is outside the period."""
        if self.hours is not None:
            return start + timedelta(hours=self.hours)
        return midnight_after(self.last_day(start, zone), zone)

    def over(self, start: datetime, now: datetime, zone: ZoneInfo) -> bool:
        """Whether `now` is after the period."""
        return now >= self.end(start, zone)

    def __str__(self) -> str:
        """As buyers read it: 24小时, 7天, 6个月, 1年."""
        if self.hours is not None:
            return f"{self.hours}小时"
        if self.days is not None:
            return f"{self.days}天"
        years, rest = divmod(self.months or 0, 12)
        return f"{self.months}个月" if rest else f"{years}年"


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """The moment that a day of the shop ends."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)


def said_day(day: date) -> str:
    """`11月17日`."""
    return f"{day.month}月{day.day}日"


def said_moment(at: datetime, zone: ZoneInfo) -> str:
    """`11月17日 23:59`."""
    local = at.astimezone(zone)
    return f"{said_day(local.date())} {local:%H:%M}"
