"""From which day on to dispatch."""

from __future__ import annotations

from datetime import timedelta

from kefu.orders.periods import said_day
from kefu.tasks.reading.days import coming_day
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import Situation, Step

_OFFERED = (("三天后", 3), ("一周后", 7), ("十天后", 10))


class DayStep(Step):
    """A coming day in the shop's zone; the answer is `2026-12-05`."""

    name = "change"
    about = ("order",)
    unclear = "没有看明白是哪一天，要在今天以后。"

    def ask(self, situation: Situation) -> Reply:
        """Offers some days; any may be said."""
        days = [(title, situation.today + timedelta(days=ahead)) for title, ahead in _OFFERED]
        return Reply(
            "想从哪天起发货？点选，或者说“下周三”“12月5号”“月底”都可以。",
            tuple(Button(f"{title}（{said_day(day)}）", day.isoformat()) for title, day in days),
        )

    def find(self, said: Said, situation: Situation) -> str | None:
        """The one coming day that the message names."""
        day = coming_day(said.text, situation.today)
        return day.isoformat() if day else None
