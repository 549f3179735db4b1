"""However many ask at once, an order is refunded once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import insert, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from kefu.errors import RefusedError
from kefu.orders.commands import RequestRefund
from kefu.orders.database import writing
from kefu.orders.service import OrderService
from kefu.orders.status import OrderStatus
from kefu.orders.tables import cases, orders
from tests.orders.shop import ALICE, NOW, Shop

THREADS = 20


def at_once(ask: Callable[[int], str]) -> list[str]:
    """What `ask` says to each of the threads, all let go at the same moment."""
    gate = Barrier(THREADS)

    def run(number: int) -> str:
        gate.wait(30)
        return ask(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_of_many_requests_with_their_own_keys_one_wins(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()

    def ask(number: int) -> str:
        try:
            return service.carry_out(
                ALICE, RequestRefund(order_no, "不要了"), f"key-{number}"
            ).number
        except RefusedError as refused:
            return refused.reason

    answers = at_once(ask)
    (case_no,) = (answer for answer in answers if answer.startswith("R"))
    assert sum(case_no in answer for answer in answers) == THREADS
    assert shop.cases() == 1
    assert service.order(ALICE, order_no).status is OrderStatus.REFUNDING


def test_many_deliveries_of_one_request_get_one_case(shop: Shop, service: OrderService) -> None:
    order_no = shop.order()
    command = RequestRefund(order_no, "不要了")
    answers = at_once(lambda number: service.carry_out(ALICE, command, "key").number)
    assert len(set(answers)) == 1
    assert shop.cases() == 1


def test_a_refund_waits_for_the_warehouse_that_ships(
    shop: Shop, service: OrderService, engine: Engine
) -> None:
    order_no = shop.order()
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as warehouse:
            warehouse.execute(
                update(orders).where(orders.c.order_no == order_no).values(status="shipped")
            )
            command = RequestRefund(order_no, "不要了")
            refund = pool.submit(service.carry_out, ALICE, command, "key")
        with pytest.raises(RefusedError, match="已经发货"):
            refund.result(30)
    assert shop.cases() == 0


def test_the_table_itself_allows_one_open_case_per_order(shop: Shop, engine: Engine) -> None:
    shop.order()

    def row(number: int, **others: object) -> dict[str, object]:
        return {
            "case_no": f"R{number}",
            "order_id": 1,
            "customer_id": ALICE,
            "kind": "refund_only",
            "status": "reviewing",
            "amount_cents": 1,
            "reason": "",
            "created_at": NOW,
            "automatic": True,
            "idempotency_key": f"key-{number}",
        } | others

    with engine.begin() as connection:
        connection.execute(insert(cases).values(row(1)))
        connection.execute(insert(cases).values(row(2, status="withdrawn", closed_at=NOW)))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(cases).values(row(3)))
