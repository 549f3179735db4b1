"""A buyer and the shop at the same moment: one of them wins, and the other is told so."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from kefu.errors import MoveRefusedError, OrderError, RefusedError
from kefu.orders import commands as c
from kefu.orders.builtin import BuiltinCommands, CaseMove, OrderMove, ShopDesk
from kefu.orders.builtin.sweeps import close_unpaid, complete_due, expire_due
from kefu.orders.status import OrderStatus
from kefu.orders.tables import case_events, cases, orders, payments, product_variants
from tests.orders.ledger import everything, rows
from tests.orders.shop import ALICE, DAY, NOW, Shop

ROUNDS = 15
LATER = NOW + 30 * DAY


def at_once(*asks: Callable[[], Any]) -> list[Any]:
    """What each says; those who are refused say why."""
    gate = Barrier(len(asks))

    def run(ask: Callable[[], Any]) -> Any:
        gate.wait(30)
        try:
            return ask()
        except (RefusedError, MoveRefusedError) as refused:
            return refused

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


@pytest.fixture
def buyer(engine: Engine) -> BuiltinCommands:
    return BuiltinCommands(engine, clock=lambda: NOW)


@pytest.fixture
def desk(engine: Engine) -> ShopDesk:
    return ShopDesk(engine, clock=lambda: NOW)


@pytest.fixture
def later(engine: Engine) -> ShopDesk:
    return ShopDesk(engine, clock=lambda: LATER)


def faulty(shop: Shop, buyer: BuiltinCommands, key: str) -> str:
    wish = c.ReportProblem(shop.order(OrderStatus.DELIVERED), "defect", "refund", (), "裂了")
    return buyer.execute(ALICE, wish, key).number


def returned(shop: Shop, buyer: BuiltinCommands, key: str) -> str:
    wish = c.RequestRefund(shop.order(OrderStatus.DELIVERED), "不喜欢")
    return buyer.execute(ALICE, wish, key).number


def test_of_a_withdrawal_and_an_approval_only_one_wins(
    engine: Engine, shop: Shop, buyer: BuiltinCommands, desk: ShopDesk
) -> None:
    for number in range(ROUNDS):
        case_no = faulty(shop, buyer, f"open-{number}")
        withdraw = c.WithdrawCase(case_no)
        grant = CaseMove(case_no, "approve_without_return")
        answers = at_once(
            lambda withdraw=withdraw, number=number: buyer.execute(  # type: ignore[misc]
                ALICE, withdraw, f"withdraw-{number}"
            ),
            lambda grant=grant, number=number: desk.move(grant, by="x", key=f"grant-{number}"),  # type: ignore[misc]
        )
        lost = [answer for answer in answers if isinstance(answer, OrderError)]
        assert len(lost) == 1, answers
        case = next(row for row in rows(engine, cases) if row.case_no == case_no)
        assert case.status == ("paying" if isinstance(lost[0], RefusedError) else "withdrawn")
        events = [row.event for row in rows(engine, case_events) if row.case_id == case.id]
        assert len(events) == 2
        order = next(row for row in rows(engine, orders) if row.id == case.order_id)
        assert order.status == ("refunding" if case.status == "paying" else "delivered")


def test_ten_clerks_pay_once(
    engine: Engine, shop: Shop, buyer: BuiltinCommands, desk: ShopDesk
) -> None:
    case_no = faulty(shop, buyer, "open")
    desk.move(CaseMove(case_no, "approve_without_return"), by="x", key="grant")
    pay = CaseMove(case_no, "pay")
    asks = [lambda n=n: desk.move(pay, by="x", key=f"pay-{n}") for n in range(10)]  # type: ignore[misc]
    answers = at_once(*asks)
    assert sum(isinstance(answer, MoveRefusedError) for answer in answers) == 9
    assert [row.kind for row in rows(engine, payments)] == ["payment", "refund"]


def test_ten_deliveries_of_one_event_pay_once_and_hear_the_same(
    engine: Engine, shop: Shop, buyer: BuiltinCommands, desk: ShopDesk
) -> None:
    case_no = faulty(shop, buyer, "open")
    desk.move(CaseMove(case_no, "approve_without_return"), by="x", key="grant")
    pay = CaseMove(case_no, "pay")
    answers = at_once(*[lambda: desk.move(pay, by="x", key="pay") for _ in range(10)])
    assert len(set(answers)) == 1
    assert len(rows(engine, payments)) == 2


class TestSweeps:
    def test_what_was_not_sent_back_in_time_expires_in_any_batches(
        self, engine: Engine, shop: Shop, buyer: BuiltinCommands, later: ShopDesk
    ) -> None:
        due = [returned(shop, buyer, f"r-{number}") for number in range(5)]
        sent, reviewed = returned(shop, buyer, "sent"), faulty(shop, buyer, "reviewed")
        buyer.execute(ALICE, c.ReturnSent(sent, "顺丰", "SF1234567890123"), "tracking")
        expired = list(expire_due(engine, later, LATER, batch=2))
        assert [moved.case_no for moved in expired] == due
        states = {row.case_no: row.status for row in rows(engine, cases)}
        assert (states[sent], states[reviewed]) == ("returning", "reviewing")
        before = everything(engine)
        assert list(expire_due(engine, later, LATER, batch=2)) == []
        assert everything(engine) == before

    def test_a_case_lives_to_the_end_of_its_last_day(
        self, engine: Engine, shop: Shop, buyer: BuiltinCommands
    ) -> None:
        returned(shop, buyer, "open")  # until 27 November
        for hours, expected in ((7 * 24 + 11, 0), (7 * 24 + 12, 1)):  # noon in Shanghai is NOW
            now = NOW + hours * DAY / 24
            desk = ShopDesk(engine, clock=lambda now=now: now)  # type: ignore[misc]
            assert len(list(expire_due(engine, desk, now))) == expected

    def test_two_sweeps_at_once_expire_each_case_once(
        self, engine: Engine, shop: Shop, buyer: BuiltinCommands, later: ShopDesk
    ) -> None:
        for number in range(6):
            returned(shop, buyer, f"r-{number}")
        at_once(*[lambda: list(expire_due(engine, later, LATER)) for _ in range(2)])
        events = [row.event for row in rows(engine, case_events)]
        assert events.count("expire") == 6

    def test_receipts_confirm_themselves(
        self, engine: Engine, shop: Shop, buyer: BuiltinCommands, later: ShopDesk
    ) -> None:
        known, unknown, open_refund = (shop.order(OrderStatus.DELIVERED) for _ in range(3))
        shop.order(OrderStatus.SHIPPED)
        shop.set(known, receipt_deadline=NOW + DAY)
        buyer.execute(ALICE, c.RequestRefund(open_refund, "不喜欢"), "refund")
        assert list(complete_due(engine, ShopDesk(engine, clock=lambda: NOW), NOW)) == []
        completed = list(complete_due(engine, later, LATER, batch=1))
        assert [moved.order_no for moved in completed] == [known, unknown]
        assert list(complete_due(engine, later, LATER)) == []

    def test_orders_that_nobody_pays_are_closed_and_their_goods_sold_again(
        self, engine: Engine, shop: Shop
    ) -> None:
        old, new = (
            shop.order(OrderStatus.PENDING_PAYMENT, placed_at=NOW - hours * DAY / 24)
            for hours in (24, 23)
        )
        paid = shop.order(OrderStatus.PAID)
        stock = {row.sku: row.stock for row in rows(engine, product_variants)}
        desk = ShopDesk(engine, clock=lambda: NOW)
        assert [moved.order_no for moved in close_unpaid(engine, desk, NOW, batch=1)] == [old]
        assert list(close_unpaid(engine, desk, NOW)) == []
        states = {row.order_no: row.status for row in rows(engine, orders)}
        assert [states[number] for number in (old, new, paid)] == [
            "cancelled",
            "pending_payment",
            "paid",
        ]
        back = {row.sku: row.stock - stock[row.sku] for row in rows(engine, product_variants)}
        assert sum(back.values()) == 1
        with pytest.raises(MoveRefusedError, match="is cancelled"):
            desk.move(OrderMove(old, "pay", method="wechat"), by="x", key="late")

    def test_of_a_payment_and_a_sweep_only_one_wins(self, engine: Engine, shop: Shop) -> None:
        desk = ShopDesk(engine, clock=lambda: LATER)
        for number in range(ROUNDS):
            order_no = shop.order(OrderStatus.PENDING_PAYMENT)
            pay = OrderMove(order_no, "pay", method="wechat")
            paid, closed = at_once(
                lambda pay=pay, number=number: desk.move(pay, by="x", key=f"pay-{number}"),  # type: ignore[misc]
                lambda: list(close_unpaid(engine, desk, LATER)),
            )
            status = next(row.status for row in rows(engine, orders) if row.order_no == order_no)
            if isinstance(paid, MoveRefusedError):
                assert (status, len(closed)) == ("cancelled", 1)
            else:
                assert (status, closed) == ("paid", [])
