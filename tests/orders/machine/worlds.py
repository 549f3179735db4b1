"""One real database with Kefu on it: what buyers ask, what the shop does, what is there then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from random import Random
from typing import Any, Literal

from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from kefu.errors import MoveRefusedError, OrderError, OrderNotFoundError, RefusedError
from kefu.orders.builtin import BuiltinCommands, CaseMove, Moved, OrderMove, ShopDesk
from kefu.orders.commands import Command, Receipt
from kefu.orders.database import reading, writing
from kefu.orders.service import OrderService
from kefu.orders.tables import audit_log, idempotency_keys, outbox
from tests.orders.machine.book import ShopWrite, Write
from tests.orders.machine.clerk import Clerk, Move
from tests.orders.machine.goods import START
from tests.orders.machine.reader import Reader
from tests.orders.machine.sabotage import Crash, KilledError, crashing
from tests.orders.machine.snapshot import Snapshot

CLERK = "小周"


@dataclass(frozen=True)
class Answer:
    """What came back; `told` is the receipt, quote, view or move, or the code of a refusal."""

    kind: Literal["done", "refused", "missing", "key", "killed"]
    told: Any = None


class World:
    """A database, its commands and its service, all on one clock."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name: str = engine.dialect.name
        self.now = START
        if self.name == "sqlite":
            # Power cuts are not among the crashes here: they would cost an fsync a step.
            @event.listens_for(engine, "connect")
            def _hurry(connection: Any, record: object) -> None:
                connection.execute("PRAGMA synchronous = OFF")

            engine.dispose()
        self._reader = Reader(engine)
        self.open_shop()

    def close(self) -> None:
        """No more questions."""
        self._reader.close()
        self.engine.dispose()

    def open_shop(self) -> None:
        """Begin anew: no orders, no cases, the same goods and the same numbers to be drawn."""
        self.commands = BuiltinCommands(self.engine, clock=self._clock, random=Random(5))
        self.service = OrderService(self.engine, clock=self._clock, commands=self.commands)
        self.desk = ShopDesk(self.engine, clock=self._clock)
        with writing(self.engine) as connection:
            Clerk(connection).open_shop()

    def execute(self, buyer: str, command: Command, key: str, crash: Crash | None = None) -> Answer:
        """The buyer's command, dying where `crash` says."""
        with crashing(self.engine, crash):
            return answer(lambda: self.service.carry_out(buyer, command, key))

    def decide(self, move: CaseMove | OrderMove, key: str, crash: Crash | None = None) -> Answer:
        """What the shop does, dying where `crash` says."""
        with crashing(self.engine, crash):
            return answer(lambda: _without_number(self.desk.move(move, by=CLERK, key=key)))

    def move(self, moves: Iterable[Move]) -> None:
        """What comes from elsewhere, in one transaction."""
        with writing(self.engine) as connection:
            clerk = Clerk(connection, self.now)
            for one in moves:
                one(clerk)

    def snapshot(self) -> Snapshot:
        """All that is there."""
        return self._reader.snapshot()

    def receipt(self, buyer: str, key: str) -> Receipt | None:
        """What was written under a key."""
        keys = idempotency_keys.c
        statement = select(keys.receipt).where(keys.customer_id == buyer, keys.key == key)
        with reading(self.engine) as connection:
            found = connection.execute(statement).scalar()
        return None if found is None else Receipt(**found)

    def journal(self) -> list[tuple[Any, Any]]:
        """Each audit row with the outbox row of the same write."""
        with reading(self.engine) as connection:
            rows, news = (
                connection.execute(select(table).order_by(table.c.id)).mappings().all()
                for table in (audit_log, outbox)
            )
        assert len(rows) == len(news)
        return list(zip(rows, news, strict=True))

    def _clock(self) -> datetime:
        return self.now


def _without_number(moved: Moved) -> Moved:
    """Each database counts the events of cases by itself."""
    assert (moved.number is None) == (moved.case_no is None)
    return replace(moved, number=None)


def answer(ask: Callable[[], Any]) -> Answer:
    """What a call came to."""
    try:
        return Answer("done", ask())
    except OrderNotFoundError:
        return Answer("missing")
    except RefusedError as refused:
        return Answer("refused", refused.code)
    except MoveRefusedError as refused:
        return Answer("refused", str(refused))
    except OrderError:
        return Answer("key")
    except KilledError:
        return Answer("killed")


def check_journal(
    write: Write, row: dict[str, Any], news: dict[str, Any], receipt: Receipt
) -> None:
    """One audit row and one outbox row tell of the write, and so does its receipt."""
    said = (write.buyer, write.order_no, write.case_no)
    assert (row["customer_id"], row["order_no"], row["case_no"]) == said
    assert (row["actor"], row["action"]) == ("buyer", write.command)
    assert news["topic"] == f"order.{write.command}"
    payload = news["payload"]
    assert (payload["customer_id"], payload["order_no"], payload["case_no"]) == said
    told = (write.kind, write.status, write.cents)
    for values in (row["details"], payload, asdict(receipt)):
        assert (values["kind"], values["status"], values["amount_cents"]) == told
    assert payload["pay_cents"] == write.pay_cents
    assert row["at"] == news["created_at"]


def check_shop_journal(write: ShopWrite, row: dict[str, Any], news: dict[str, Any]) -> None:
    """One audit row and one outbox row tell of the move, and who decided it."""
    said = (write.buyer, write.order_no, write.case_no)
    assert (row["customer_id"], row["order_no"], row["case_no"]) == said
    assert (row["actor"], row["action"]) == (write.actor, write.event)
    assert row["details"]["by"] == CLERK
    machine = "order" if write.case_no is None else "case"
    assert news["topic"] == f"{machine}.{write.event}"
    told = Moved(**row["details"]["moved"])
    assert _without_number(told) == moved_of(write, told.until, told.tender)
    payload = news["payload"]
    assert (payload["customer_id"], payload["order_no"], payload["case_no"]) == said
    assert (payload["status"], payload["pay_cents"]) == (write.status, write.pay_cents)
    assert row["at"] == news["created_at"]


def moved_of(write: ShopWrite, until: str | None, tender: str) -> Moved:
    """The answer to a move; day and tender stand elsewhere in the book."""
    return Moved(
        write.buyer,
        write.order_no,
        write.order_status,
        write.event,
        write.actor,  # type: ignore[arg-type]
        write.case_no,
        write.kind,
        write.status,
        write.cents,
        write.pay_cents,
        tender,
        until,
    )
