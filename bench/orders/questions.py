"""What buyers ask most, through the code that answers them, and of which orders they ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import Engine

from bench.orders.drafts import DAY, NOW
from kefu.errors import DatabaseError
from kefu.orders import repository
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.commands import RequestRefund
from kefu.orders.database import reading
from kefu.orders.service import OrderService
from kefu.orders.status import OrderStatus

RECENT = 5
"""Orders that the actions look at, as `OrderService` has it."""

_ON_THE_WAY = str(OrderStatus.SHIPPED)


class Key(NamedTuple):
    """Whose order it is, and which."""

    buyer: str
    order_no: str


class Desk:
    """What the action server asks, on one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.service = OrderService(engine, clock=lambda: NOW)
        self.commands = BuiltinCommands(engine, clock=lambda: NOW)


def newest(desk: Desk, key: Key) -> bool:
    """The buyer's newest orders, with goods and parcels."""
    return len(desk.service.recent_orders(key.buyer, RECENT)) > 0


def by_number(desk: Desk, key: Key) -> bool:
    """One order by its 16 digits."""
    return desk.service.order(key.buyer, key.order_no).order_no == key.order_no


def by_last_digits(desk: Desk, key: Key) -> bool:
    """One order by its last four digits."""
    return desk.service.order(key.buyer, key.order_no[-4:]).order_no == key.order_no


def tracking(desk: Desk, key: Key) -> bool:
    """Parcels, with their histories, of those of the newest orders that are on the way."""
    with reading(desk.engine) as connection:
        rows = repository.newest_orders(connection, key.buyer, RECENT)
        numbers = [row.order_no for row in rows if row.status == _ON_THE_WAY]
        return len(repository.parcels_of(connection, key.buyer, numbers)) > 0


def progress(desk: Desk, key: Key) -> bool:
    """The buyer's newest cases of any kind, as refund progress asks for them."""
    return len(desk.service.cases(key.buyer, RECENT)) > 0


def refund(desk: Desk, key: Key) -> bool:
    """Quote and carry out the refund of a whole order that nobody has touched."""
    command = RequestRefund(key.order_no, "不想要了")
    quote = desk.commands.quote(key.buyer, command)
    receipt = desk.commands.execute(key.buyer, command, f"bench-{key.order_no}")
    return receipt.amount_cents == quote.amount_cents > 0


@dataclass(frozen=True)
class Question:
    """Something to measure.

    Attributes:
        title: for people.
        ask: does it; False where the answer is not what it must be.
        keys: SQL for orders `o` to ask about.
        once: an order can be asked about only once.
    """

    title: str
    ask: Callable[[Desk, Key], bool]
    keys: str = "TRUE"
    once: bool = False


QUESTIONS = {
    "newest": Question("newest orders", newest),
    "number": Question("one order, whole number", by_number),
    # The service asks back where several of the buyer's orders end alike.
    "digits": Question(
        "one order, last four digits",
        by_last_digits,
        "NOT EXISTS (SELECT FROM orders AS other WHERE other.customer_id = o.customer_id "
        "AND other.id <> o.id AND right(other.order_no, 4) = right(o.order_no, 4))",
    ),
    "tracking": Question(
        "parcels on the way",
        tracking,
        "o.status = 'shipped' AND (SELECT count(*) FROM orders AS newer WHERE newer.customer_id = "
        f"o.customer_id AND newer.placed_at > o.placed_at) < {RECENT}",
    ),
    "progress": Question(
        "cases", progress, "EXISTS (SELECT FROM cases AS c WHERE c.order_id = o.id)"
    ),
    "refund": Question(
        "refund, quoted and carried out",
        refund,
        "(o.status = 'paid' OR o.status = 'delivered' AND o.delivered_at > :since) "
        "AND NOT EXISTS (SELECT FROM cases AS c WHERE c.order_id = o.id)",
        once=True,
    ),
}


def draw(engine: Engine, name: str, count: int) -> list[Key]:
    """Orders to ask about, scattered over the whole table, the same ones each time.

    Raises:
        DatabaseError: there are none, or too few of what can be asked about only once.
    """
    question = QUESTIONS[name]
    statement = (
        f"SELECT o.customer_id, o.order_no FROM orders AS o WHERE {question.keys} "
        f"ORDER BY md5(o.order_no || :name) LIMIT :count"
    )
    values = {"name": name, "count": count, "since": NOW - 6 * DAY}
    with engine.connect() as connection:
        rows = connection.execute(text(statement), values).all()
    keys = [Key(*row) for row in rows]
    if not keys or (question.once and len(keys) < count):
        raise DatabaseError(
            f"Only {len(keys)} orders are left for “{question.title}”, which needs {count}: "
            "measure with more --orders, or with fewer --calls and --writes."
        )
    return [keys[place % len(keys)] for place in range(count)]
