"""One question of a task: how it is asked, and which messages answer it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kefu.orders.service import OrderService
from kefu.orders.shop_rules import ShopRules
from kefu.orders.views import OrderView
from kefu.tasks.said import Button, Reply, Said

RECENT = 5


@dataclass(frozen=True)
class Situation:
    """What a step may look at: one buyer's orders, and the answers given so far.

    Attributes:
        buyer: from a verified token.
        service: reads and writes the buyer's orders.
        answers: values by the names of the steps.
        now: aware.
        zone: the shop's.
        rules: the shop's.
    """

    buyer: str
    service: OrderService
    answers: Mapping[str, str]
    now: datetime
    zone: ZoneInfo
    rules: ShopRules

    @property
    def today(self) -> date:
        """The day in the shop's zone."""
        return self.now.astimezone(self.zone).date()

    def recent(self) -> list[OrderView]:
        """The buyer's last orders, newest first."""
        return self.service.recent_orders(self.buyer, RECENT)

    def order(self) -> OrderView:
        """The order that was chosen."""
        return self.service.order(self.buyer, self.answers["order"])


class NothingToDo(Exception):  # noqa: N818  an outcome that the buyer is told, not a fault
    """A question has no possible answer: no order, no case; `text` tells the buyer so.

    `buttons` say what can be had instead.
    """

    def __init__(self, text: str, *buttons: Button) -> None:
        super().__init__(text)
        self.text = text
        self.buttons = buttons


class Step(ABC):
    """A question. Its answer is a string under `name`, in Rasa the slot `task_<name>`.

    Attributes:
        name: of the answer.
        about: names of earlier answers; when one of them is corrected, this one is asked anew.
        unclear: said before the question is asked again.
        own_words: any words answer it, unless they are a question or another matter.
    """

    name: str
    about: tuple[str, ...] = ()
    unclear: str = "抱歉，没有看明白。"
    own_words: bool = False

    @abstractmethod
    def ask(self, situation: Situation) -> Reply:
        """The question.

        Raises:
            NothingToDo: it has no possible answer.
        """

    def only(self, situation: Situation) -> str | None:
        """The answer where there is no choice: then nobody is asked."""
        return None

    def check(self, situation: Situation) -> None:  # noqa: B027  most answers always do
        """Looks at the answer before more is asked.

        Raises:
            RefusedError: it will not do, whatever else is answered.
        """

    def told(self, situation: Situation) -> str:
        """The answer in the summary to confirm; empty where the quote's own words say it."""
        return ""

    def find(self, said: Said, situation: Situation) -> str | None:
        """The answer that a message surely holds, whatever was asked.

        For the message that begins a task, and for corrections later.
        """
        return None

    def read(self, said: Said, situation: Situation) -> str | None:
        """The answer in a reply to the question; None where it is not recognised."""
        return self.find(said, situation)
