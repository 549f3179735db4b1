"""Which order, looked for in what a message says besides the answer to another question.

广州市龙井路8号 points at no tea, and the digits of a phone or a tax number are no order's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kefu.tasks.said import Said
from kefu.tasks.step import Situation
from kefu.tasks.steps.order import OrderStep


class OrderBesides(OrderStep):
    """Which of the buyer's orders; `besides` gives the rest of a message."""

    def __init__(self, label: str, *events: str, besides: Callable[[str], str]) -> None:
        super().__init__(label, *events)
        self._besides = besides

    def find(self, said: Said, situation: Situation) -> str | None:
        """An order that the rest of the message points at."""
        return super().find(self._rest(said), situation)

    def read(self, said: Said, situation: Situation) -> str | None:
        """The same, for a reply to the question."""
        return super().read(self._rest(said), situation)

    def _rest(self, said: Said) -> Said:
        return replace(said, text=self._besides(said.text))
