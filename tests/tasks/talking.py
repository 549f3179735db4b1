"""The demo shop at a fixed moment, and a buyer who talks with one task until it is carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Engine, Row
from sqlalchemy.schema import Table

from kefu.errors import RefusedError
from kefu.orders import tables
from kefu.orders.commands import Receipt
from kefu.orders.database import reading, writing
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.service import OrderService
from kefu.orders.status import OrderStatus
from kefu.orders.views import OrderView
from kefu.tasks import TASKS, Button, Said, Situation, Task, TaskConversation, Turn

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)  # Friday noon in Shanghai
BUYER = "buyer-0001"
INTENTS = {
    "/affirm": "affirm",
    "好的": "affirm",
    "确认": "affirm",
    "/deny": "deny",
    "不用了": "deny",
}


class DemoShop:
    """What the tables of the demo shop hold; its clock stands at NOW."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.service = OrderService(engine, clock=lambda: NOW)

    def order(self, *statuses: OrderStatus, buyer: str | None = None, lines: int = 0) -> OrderView:
        """An order in one of the states among the recent ones of a buyer, with so many lines.

        Any buyer's, where none is named: `owner` says whose it is.
        """
        buyers = [buyer] if buyer else [f"buyer-{number:04d}" for number in range(1, 201)]
        return next(
            order
            for one in buyers
            for order in self.service.recent_orders(one, 5)
            if order.status in statuses and lines in (0, len(order.items))
        )

    def owner(self, order: OrderView) -> str:
        """Whose order it is."""
        return str(self.row(tables.orders, order_no=order.order_no).customer_id)

    def someone_but(self, order: OrderView) -> str:
        """Another buyer, who has orders too."""
        return next(
            buyer
            for buyer in (f"buyer-{number:04d}" for number in range(1, 201))
            if buyer != self.owner(order) and len(self.service.recent_orders(buyer, 2)) > 1
        )

    def set(self, order: OrderView, **values: Any) -> None:
        """Change columns of an order behind the service's back."""
        held = tables.orders.c.order_no == order.order_no
        with writing(self.engine) as connection:
            connection.execute(update(tables.orders).where(held).values(values))

    def row(self, table: Table, **where: Any) -> Row:
        """The one row, with sealed columns in clear."""
        return self.rows(table, **where)[0]

    def rows(self, table: Table, **where: Any) -> Sequence[Row]:
        """The rows with these values."""
        wanted = [table.c[name] == value for name, value in where.items()]
        with reading(self.engine) as connection:
            return list(connection.execute(select(table).where(*wanted)))

    def count(self, table: Table) -> int:
        """How many rows a table has."""
        with reading(self.engine) as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@dataclass
class Talk:
    """A conversation about one task: keeps what the form's slots keep, writes on a yes.

    Attributes:
        asks: the step that waits; None before the first message and after the end.
        replies: what was said to the last message, one text a line.
        buttons: under these replies.
        receipt: of what a yes has carried out.
        heard: how many messages so far.
    """

    shop: DemoShop
    task: Task
    buyer: str
    answers: Mapping[str, str] = field(default_factory=dict)
    asks: str | None = None
    understood: bool = True
    replies: str = ""
    buttons: tuple[Button, ...] = ()
    receipt: Receipt | None = None
    heard: int = 0

    @classmethod
    def about(cls, shop: DemoShop, task_name: str, buyer: str) -> Talk:
        """With a task of the catalogue."""
        return cls(shop, TASKS[task_name], buyer)

    def situation(self) -> Situation:
        """What the steps look at now."""
        return Situation(
            buyer=self.buyer,
            service=self.shop.service,
            answers=self.answers,
            now=NOW,
            zone=SHOP_ZONE,
            rules=self.shop.service.rules,
        )

    def says(self, text: str, intent: str | None = None, **entities: str) -> str:
        """Hears the buyer, carries out on a yes, and gives what is said back.

        The first message has the task's intent unless another one is given, a plain yes or no its
        own.
        """
        conversation = TaskConversation(self.task, self.situation())
        said = Said(
            "" if text.startswith("/") else text,  # a button has no words
            intent or INTENTS.get(text) or (None if self.asks else self.task.intents[0]),
            {name: (value,) for name, value in entities.items()},
        )
        heard = conversation.hear(self.asks, said) if self.asks else conversation.begin(said)
        self.receipt, self.heard = None, self.heard + 1
        self._note(heard)
        if heard.agreed:
            try:
                self.receipt = self.shop.service.carry_out(
                    self.buyer, conversation.command(), f"{self.buyer}:{self.heard}"
                )
                self.replies = self.task.done(self.receipt)
            except RefusedError as refusal:
                self.replies = refusal.reason
        return self.replies

    def presses(self, title: str) -> str:
        """The button with that title."""
        return self.says(next(one.payload for one in self.buttons if one.title == title))

    def _note(self, turn: Turn) -> None:
        self.answers, self.asks, self.understood = turn.answers, turn.asks, turn.understood
        self.replies = "\n".join(reply.text for reply in turn.replies)
        self.buttons = tuple(button for reply in turn.replies for button in reply.buttons)
