"""The shop's desk with what it needs on the command line: settings, names, keys, news to buyers."""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Engine

from kefu.errors import CommandsUnavailableError, SettingsError
from kefu.orders.builtin import CaseMove, Moved, ShopDesk
from kefu.orders.builtin.casebook import Told, moves_of, moves_since
from kefu.orders.builtin.sweeps import close_unpaid, complete_due, expire_due
from kefu.orders.database import check_schema, make_engine
from kefu.orders.masking import mask_text
from kefu.orders.telling import Teller, news_of
from kefu.settings import Settings

# Moves that the shop's own system reported: the buyer heard of them as they came.
_REPORTED = "shop:event:"


@dataclass
class TellReport:
    """How many messages to buyers were said now, before or no more, or not at all, and why."""

    said: int = 0
    known: int = 0
    outdated: int = 0
    missing: int = 0
    problem: str | None = None

    def lines(self) -> Iterator[str]:
        """For the command line."""
        if self.said:
            yield f"{self.said} told to the buyer"
        if self.known:
            yield f"{self.known} told before"
        if self.outdated:
            yield f"{self.outdated} no news any more: the case has gone on"


class DeskRoom:
    """One shop's desk.

    Args:
        settings: of the shop.
        engine: of its order database.
        clock: aware.
    """

    def __init__(self, settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self.zone: ZoneInfo = settings.zone
        self._settings = settings
        self._clock = clock
        self._desk = ShopDesk(engine, clock=clock, zone=settings.zone)

    @classmethod
    def open(cls, settings: Settings) -> DeskRoom:
        """With the machine's clock.

        Raises:
            SettingsError: cases are in a system of the shop's own.
            DatabaseError: the tables are missing or do not answer.
        """
        if settings.shop_commands != "builtin":
            raise SettingsError(
                "KEFU_SHOP_COMMANDS is http: cases are in the shop's own system, decide there."
            )
        engine = make_engine(settings)
        check_schema(engine)
        return cls(settings, engine, lambda: datetime.now(timezone.utc))

    def move(self, move: CaseMove, *, by: str | None, key: str | None) -> tuple[Moved, str]:
        """What came of it, and the words that its buyer may read.

        Raises:
            OrderError, DatabaseError: as `ShopDesk.move`.
        """
        who = by or getpass.getuser()
        moved = self._desk.move(move, by=who, key=key or f"hand:{uuid.uuid4().hex}")
        return moved, mask_text(move.note)

    def expire_due(self) -> Iterator[Moved]:
        """As `sweeps.expire_due`, now."""
        return expire_due(self.engine, self._desk, self._clock(), zone=self.zone)

    def complete_due(self) -> Iterator[Moved]:
        """As `sweeps.complete_due`, now."""
        return complete_due(self.engine, self._desk, self._clock())

    def close_unpaid(self) -> Iterator[Moved]:
        """As `sweeps.close_unpaid`, now."""
        return close_unpaid(self.engine, self._desk, self._clock())

    def untold(self, case_no: str | None, days: int) -> list[tuple[Moved, str]]:
        """Moves by hand and of sweeps, the oldest first: of a case, or of the last days."""
        if case_no is not None:
            found: list[Told] = moves_of(self.engine, case_no)
        else:
            since = self._clock() - timedelta(days=days)
            found = list(moves_since(self.engine, since))[::-1]
        return [(one.moved, one.note) for one in found if not one.key.startswith(_REPORTED)]

    def tell(self, moves: Iterable[tuple[Moved, str]], url: str | None = None) -> TellReport:
        """Tell each buyer, as long as the assistant answers."""
        report, teller = TellReport(), Teller(self._settings, self._clock, url)
        for moved, note in moves:
            event = news_of(moved, note)
            if event is None:
                continue
            if report.problem is None:
                try:
                    outcome = teller.tell(event)
                except CommandsUnavailableError as error:
                    report.problem = f"The buyer was not told. {error} Then run `kefu cases tell`."
                else:
                    setattr(report, outcome, getattr(report, outcome) + 1)
                    continue
            report.missing += 1
        return report
