"""Sends the same to both databases and to the book, and compares the three."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

from kefu.orders.builtin import CaseMove, OrderMove
from kefu.orders.commands import Command, Receipt, name
from tests.orders.machine import laws, shop_moves
from tests.orders.machine.book import Book, Case, Line, Order, ShopWrite, Write
from tests.orders.machine.clerk import Move
from tests.orders.machine.decide import Expected, check_receipt, expect
from tests.orders.machine.goods import DAY, FREIGHT_CENTS
from tests.orders.machine.plan import NoError, follow
from tests.orders.machine.sabotage import Crash
from tests.orders.machine.shop_moves import Decision
from tests.orders.machine.snapshot import of_book
from tests.orders.machine.worlds import (
    Answer,
    World,
    check_journal,
    check_shop_journal,
    moved_of,
)

T = TypeVar("T")


class Desk:
    """One shop in two databases and a book. `tally` counts what happened."""

    def __init__(self, worlds: Sequence[World], tally: Counter[str]) -> None:
        self.worlds = worlds
        self.tally = tally
        self.book = Book()
        self.unanswered: list[tuple[str, Command, str]] = []
        self._keys = 0
        for world in worlds:
            world.now = self.book.now
        self.each(World.open_shop)

    def new_key(self) -> str:
        """A key that was never used."""
        self._keys += 1
        return f"message-{self._keys}"

    def pass_time(self, hours: int) -> None:
        """Nobody does anything for a while."""
        self.book.now += timedelta(hours=hours)
        for world in self.worlds:
            world.now = self.book.now

    def place(self, buyer: str, goods: dict[str, int], coupon: int) -> Order | None:
        """A buyer orders what is on the shelf; None where nothing of it is."""
        lines = [
            Line(sku, pieces, self.book.prices[sku])
            for sku, pieces in goods.items()
            if self.book.stock[sku] >= pieces
        ]
        if not lines:
            return None
        number = f"20261120{(len(self.book.orders) + 1) * 76_543_217 % 10**8:08d}"
        whole = FREIGHT_CENTS + sum(line.pieces * line.unit_cents for line in lines)
        total = max(FREIGHT_CENTS, whole - coupon)
        order = Order(number, buyer, lines, total, FREIGHT_CENTS, self.book.now)
        self.move(shop_moves.place(self.book, order))
        return order

    def order_event(self, order: Order, event: str, crash: Crash | None = None) -> None:
        """What the shop or a courier does with an order, if the book lets it."""
        pays = event == "pay"
        move = OrderMove(
            order.number,
            event,
            method="wechat" if pays else None,
            ship_by=self.book.now + 2 * DAY if pays else None,
            courier="顺丰速运" if event == "ship" else None,
            tracking_number=f"SF{order.number}" if event == "ship" else None,
        )
        self._decide(
            order, None, move, crash, lambda: shop_moves.order_event(self.book, order, event)
        )

    def case_event(
        self, order: Order, case: Case, said: Decision, crash: Crash | None = None
    ) -> None:
        """What a clerk or the bank does with a case, if the book lets it."""
        move = CaseMove(case.number, said.event, amount_cents=said.cents, until=said.until)
        self._decide(
            order, case, move, crash, lambda: shop_moves.case_event(self.book, order, case, said)
        )

    def _decide(
        self,
        order: Order,
        case: Case | None,
        move: CaseMove | OrderMove,
        crash: Crash | None,
        follow_book: Callable[[], None],
    ) -> None:
        """Once, however often it is sent; where it dies the clerk tries again."""
        key = self.new_key()
        answer = self.both(lambda world: world.decide(move, key, crash))
        if answer.kind == "killed":
            assert crash is not None
            self.tally[f"shop killed {crash.when}"] += 1
            answer = self.both(lambda world: world.decide(move, key))
        try:
            follow_book()
        except NoError:
            self.tally[f"shop refused {move.event}"] += 1
            assert answer.kind == "refused", answer
            return
        self.tally[f"shop done {move.event}"] += 1
        assert answer.kind == "done", answer
        write = self._shop_write(order, case, move.event, key)
        self.book.writes.append(write)
        told = answer.told
        assert told == moved_of(write, told.until, told.tender)
        if case is not None:
            assert told.tender == case.tender
            goes_back = case.until.isoformat() if case.until else None
            assert told.until == (goes_back if case.status == "awaiting_return" else None)
        assert self.both(lambda world: world.decide(move, key)) == answer

    def _shop_write(self, order: Order, case: Case | None, event: str, key: str) -> ShopWrite:
        actor = "system" if event in shop_moves.SYSTEM else "shop"
        if case is None:
            return ShopWrite(order.buyer, key, actor, event, order.number, order.status)
        pays = case.status == "paying" and case.tender == "money"
        return ShopWrite(
            order.buyer,
            key,
            actor,
            event,
            order.number,
            order.status,
            case.number,
            case.kind,
            case.status,
            case.cents,
            case.cents if pays else 0,
        )

    def move(self, moves: Iterable[Move]) -> None:
        """What comes from elsewhere; the book knows it already."""
        moves = list(moves)
        self.each(lambda world: world.move(moves))

    def each(self, do: Callable[[World], T]) -> list[T]:
        """What each database says."""
        return [do(world) for world in self.worlds]

    def both(self, ask: Callable[[World], Answer]) -> Answer:
        """The one answer of both databases."""
        first, *others = self.each(ask)
        for other in others:
            assert other == first
        return first

    def send(self, buyer: str, command: Command, key: str, crash: Crash | None = None) -> Answer:
        """A command of a buyer, which ends as the book says."""
        expected = expect(self.book, buyer, command, key)
        answer = self.both(lambda world: world.execute(buyer, command, key, crash))
        if answer.kind == "killed":
            self.unanswered.append((buyer, command, key))
            assert crash is not None
            self.tally[f"killed {crash.when}"] += 1
            if crash.when == "after_commit" and expected.kind == "done":
                (receipt,) = {world.receipt(buyer, key) for world in self.worlds}
                self._written(expected, command, key, receipt)
            return answer
        self.tally[f"{expected.kind} {name(command)}"] += 1
        if expected.kind == "again":
            assert answer == Answer("done", expected.receipt)
            return answer
        assert answer.kind == expected.kind, (expected, answer)
        if expected.kind == "done":
            self._written(expected, command, key, answer.told)
        return answer

    def check(self) -> None:
        """Both databases are as the book says, and lawful."""
        first, *others = self.each(World.snapshot)
        expected = of_book(self.book)
        for state in (first, *others):
            for part, rows in expected.items():
                assert state[part] == rows, part
        laws.check_money(first)
        laws.check_cases(first)
        laws.check_events(first)
        laws.check_stock(first, self.book.supply)

    def audit(self) -> None:
        """At the end: the whole journal, and each receipt as it was given."""
        for world in self.worlds:
            journal = world.journal()
            assert len(journal) == len(self.book.writes)
            for write, (row, news) in zip(self.book.writes, journal, strict=True):
                if not isinstance(write, Write):
                    check_shop_journal(write, row, news)
                    continue
                _, told = self.book.answered[write.buyer, write.key]
                assert world.receipt(write.buyer, write.key) == told
                check_journal(write, row, news, told)

    def _written(
        self, expected: Expected, command: Command, key: str, receipt: Receipt | None
    ) -> None:
        """Book a write, which every database must have put down alike."""
        assert receipt is not None
        check_receipt(expected, receipt)
        assert expected.order is not None
        assert expected.plan is not None
        follow(self.book, expected.order, expected.plan, command, key, receipt)
