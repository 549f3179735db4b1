"""Kefu broken on purpose, each time in one place, to see that the machine notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection, Engine

from kefu.orders.builtin import (
    BuiltinCommands,
    case_moves,
    commands,
    journal,
    rows,
    shop_journal,
    shop_rows,
)
from kefu.orders.commands import Command, Quote
from kefu.orders.tables import audit_log, cases, orders, outbox
from tests.orders.machine.sabotage import KilledError


def forget_keys(patch: pytest.MonkeyPatch) -> None:
    """A message that comes twice is carried out twice."""
    patch.setattr(journal, "replay", lambda *_: None)


def forget_what_a_key_was_for(patch: pytest.MonkeyPatch) -> None:
    """A key tells its receipt, whatever is asked with it."""
    patch.setattr(journal, "digest", lambda _: "")
    patch.setattr(journal, "name", lambda _: "anything")


def keep_stock(patch: pytest.MonkeyPatch) -> None:
    """Goods that come back are never for sale again."""
    move = rows.move_stock

    def take_only(connection: Connection, pieces: dict[str, int]) -> str | None:
        return move(connection, {sku: change for sku, change in pieces.items() if change < 0})

    patch.setattr(rows, "move_stock", take_only)


def trust_everybody(patch: pytest.MonkeyPatch) -> None:
    """Whoever names an order owns it."""
    find = commands.find_order

    def find_any(connection: Connection, buyer: str, command: Command, *, lock: bool) -> Any:
        number = getattr(command, "order_no", None)
        owner = select(orders.c.customer_id).where(orders.c.order_no == number)
        if number is None:
            case_no = getattr(command, "case_no", None)
            owner = select(cases.c.customer_id).where(cases.c.case_no == case_no)
        return find(connection, connection.execute(owner).scalar() or buyer, command, lock=lock)

    patch.setattr(commands, "find_order", find_any)


def round_up(patch: pytest.MonkeyPatch) -> None:
    """A cent comes from nowhere."""
    quote = BuiltinCommands._quote

    def generous(self: BuiltinCommands, *rest: Any) -> Quote:
        quoted = quote(self, *rest)
        return replace(quoted, amount_cents=quoted.amount_cents + (quoted.amount_cents > 0))

    patch.setattr(BuiltinCommands, "_quote", generous)


def tell_nobody(patch: pytest.MonkeyPatch) -> None:
    """The shop's own systems do not hear of address changes."""
    _after_write(patch, outbox, "change_address")


def leave_no_trace(patch: pytest.MonkeyPatch) -> None:
    """Withdrawn cases stand in no audit row."""
    _after_write(patch, audit_log, "withdraw_case")


def commit_halves(patch: pytest.MonkeyPatch) -> None:
    """What was written before a crash stays."""

    @contextmanager
    def careless(engine: Engine) -> Iterator[Connection]:
        with engine.connect() as connection, connection.begin() as transaction:
            try:
                yield connection
            except KilledError:
                transaction.commit()
                raise

    patch.setattr(commands, "writing", careless)


def book_nothing(patch: pytest.MonkeyPatch) -> None:
    """Refunds are called paid, and no payment says so."""
    patch.setattr(shop_rows, "book", lambda *_, **to: None)


def pay_again(patch: pytest.MonkeyPatch) -> None:
    """A clerk's move that comes twice is made twice, or refused."""
    patch.setattr(shop_journal, "replay", lambda *_: None)


def forget_the_order(patch: pytest.MonkeyPatch) -> None:
    """A case that ends leaves its order refunding."""
    patch.setattr(case_moves, "_order_state", lambda facts, *_: facts.status)


def keep_what_was_kept(patch: pytest.MonkeyPatch) -> None:
    """What a refused exchange was to have is never for sale again."""
    patch.setattr(case_moves, "_give_back", lambda *_: None)


def _after_write(patch: pytest.MonkeyPatch, table: Any, action: str) -> None:
    write = journal.write

    def forgetful(
        connection: Connection, buyer: str, command: Command, *rest: Any, **to: Any
    ) -> None:
        write(connection, buyer, command, *rest, **to)
        if journal.name(command) == action:
            newest = select(func.max(table.c.id)).scalar_subquery()
            connection.execute(delete(table).where(table.c.id == newest))

    patch.setattr(journal, "write", forgetful)


BREAKAGES: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (
    forget_keys,
    forget_what_a_key_was_for,
    keep_stock,
    trust_everybody,
    round_up,
    tell_nobody,
    leave_no_trace,
    commit_halves,
    book_nothing,
    pay_again,
    forget_the_order,
    keep_what_was_kept,
)
