"""Many at once, and whoever dies in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Engine

from kefu.errors import OrderError, RefusedError
from kefu.orders import commands as c
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.builtin import commands as builtin_module
from kefu.orders.database import reading, writing
from kefu.orders.status import OrderStatus
from kefu.orders.tables import audit_log, cases, idempotency_keys, outbox
from tests.orders.shop import ALICE, NOW, Shop

AT_ONCE = 50


class CrashError(Exception):
    """The action server was killed."""


def count(engine: Engine, *tables: object) -> list[int]:
    with reading(engine) as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables
        ]


@pytest.fixture
def built(engine: Engine) -> BuiltinCommands:
    return BuiltinCommands(engine, clock=lambda: NOW)


def at_once(engine: Engine, built: BuiltinCommands, asked: list[tuple[c.Command, str]]) -> list:
    gate = Barrier(len(asked))

    def ask(command: c.Command, key: str) -> c.Receipt | OrderError:
        gate.wait(60)
        try:
            return built.execute(ALICE, command, key)
        except OrderError as error:
            return error

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(lambda one: ask(*one), asked))


def test_fifty_refunds_of_one_order_are_one_case(
    shop: Shop, engine: Engine, built: BuiltinCommands
) -> None:
    command = c.RequestRefund(shop.order(OrderStatus.DELIVERED), "不喜欢")
    answers = at_once(engine, built, [(command, f"key-{n}") for n in range(AT_ONCE)])
    (receipt,) = (answer for answer in answers if isinstance(answer, c.Receipt))
    refused = [answer for answer in answers if isinstance(answer, RefusedError)]
    assert len(refused) == AT_ONCE - 1
    assert all(receipt.number in answer.reason for answer in refused)
    assert count(engine, cases, outbox, audit_log, idempotency_keys) == [1, 1, 1, 1]


def test_fifty_deliveries_of_one_request_get_one_receipt(
    shop: Shop, engine: Engine, built: BuiltinCommands
) -> None:
    command = c.RequestRefund(shop.order(OrderStatus.DELIVERED), "不喜欢")
    answers = at_once(engine, built, [(command, "key")] * AT_ONCE)
    assert len(set(answers)) == 1
    assert count(engine, cases, outbox, audit_log, idempotency_keys) == [1, 1, 1, 1]


def test_one_key_for_many_orders_at_once_serves_one(
    shop: Shop, engine: Engine, built: BuiltinCommands
) -> None:
    asked: list[tuple[c.Command, str]] = [
        (c.RequestRefund(shop.order(OrderStatus.DELIVERED), "不喜欢"), "key") for _ in range(8)
    ]
    answers = at_once(engine, built, asked)
    assert sum(isinstance(answer, c.Receipt) for answer in answers) == 1
    assert sum("key belongs to another" in str(answer) for answer in answers) == 7
    assert count(engine, cases, outbox, audit_log, idempotency_keys) == [1, 1, 1, 1]


def test_the_last_piece_is_exchanged_for_one(
    shop: Shop, engine: Engine, built: BuiltinCommands
) -> None:
    shop.variant("sku-1b", product=1, stock=1)
    asked: list[tuple[c.Command, str]] = [
        (c.RequestExchange(shop.order(OrderStatus.DELIVERED), "sku-1", "sku-1b", "小了"), f"k{n}")
        for n in range(8)
    ]
    answers = at_once(engine, built, asked)
    assert sum(isinstance(answer, c.Receipt) for answer in answers) == 1
    assert sum("没有货" in getattr(answer, "reason", "") for answer in answers) == 7
    assert count(engine, cases, outbox) == [1, 1]


@pytest.mark.parametrize("committed", [True, False])
def test_after_a_crash_the_same_key_tells_the_same(
    shop: Shop,
    engine: Engine,
    built: BuiltinCommands,
    monkeypatch: pytest.MonkeyPatch,
    committed: bool,
) -> None:
    command = c.RequestRefund(shop.order(OrderStatus.DELIVERED), "不喜欢")

    @contextmanager
    def dying(engine: Engine) -> Iterator[Connection]:
        with writing(engine) as connection:
            yield connection
            if not committed:
                raise CrashError
        raise CrashError

    monkeypatch.setattr(builtin_module, "writing", dying)
    with pytest.raises(CrashError):
        built.execute(ALICE, command, "key")
    monkeypatch.undo()
    assert count(engine, cases) == [int(committed)]
    first = built.execute(ALICE, command, "key")
    assert built.execute(ALICE, command, "key") == first
    assert count(engine, cases, outbox, audit_log, idempotency_keys) == [1, 1, 1, 1]
    with reading(engine) as connection:
        assert connection.execute(select(cases.c.case_no)).scalar_one() == first.number
