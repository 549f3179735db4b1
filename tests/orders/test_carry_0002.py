"""What a shop of version 0001 finds again in version 0002, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import DateTime, bindparam, select, text
from sqlalchemy.engine import Engine

from kefu.orders import migrate
from kefu.orders.commands import RequestRefund
from kefu.orders.database import altering, reading, upgrade, writing
from kefu.orders.migrate import alembic_config
from kefu.orders.migrations import carry_0002
from kefu.orders.service import OrderService
from kefu.orders.status import CaseStatus, OrderStatus
from kefu.orders.tables import case_events, cases, customers, orders, payments
from tests.orders.shop import ALICE, BOB, DAY, NOW

ADDRESS = "浙江省杭州市西湖区青禾路18号3单元502"


def sql(engine: Engine, statement: str, **values: Any) -> list[Any]:
    """Plain SQL, with no idea of sealed columns."""
    times = [
        bindparam(name, type_=DateTime(timezone=True))
        for name, value in values.items()
        if isinstance(value, datetime)
    ]
    with writing(engine) as connection:
        if connection.dialect.name == "sqlite":
            values = {
                name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
                for name, value in values.items()
            }
        found = connection.execute(text(statement).bindparams(*times), values)
        return list(found.all()) if found.returns_rows else []


def order(engine: Engine, number: int, status: str, customer: str = ALICE, **times: Any) -> None:
    columns = {"paid_at": None, "shipped_at": None, "delivered_at": None} | times
    sql(
        engine,
        "INSERT INTO orders (id, order_no, customer_id, status, placed_at, paid_at, shipped_at, "
        "delivered_at, freight_cents, total_cents, recipient, phone, address) VALUES (:id, "
        ":order_no, :customer, :status, :placed_at, :paid_at, :shipped_at, :delivered_at, 800, "
        "12800, '王小明', '13800000001', :address)",
        id=number,
        order_no=f"202611150000{number:04d}",
        customer=customer,
        status=status,
        placed_at=NOW - 60 * DAY,
        address=ADDRESS,
        **columns,
    )


def refund(engine: Engine, number: int, kind: str, status: str, closed_at: Any = None) -> None:
    sql(
        engine,
        "INSERT INTO refunds (id, case_no, order_id, customer_id, kind, status, amount_cents, "
        "reason, created_at, closed_at, idempotency_key) VALUES (:id, :case_no, :id, :customer, "
        ":kind, :status, 12000, '不喜欢', :created_at, :closed_at, :key)",
        id=number,
        case_no=f"R20261115{number:06d}",
        customer=ALICE,
        kind=kind,
        status=status,
        created_at=NOW - 3 * DAY,
        closed_at=closed_at,
        key=f"key-{number}",
    )


@pytest.fixture
def old(bare_engine: Engine) -> Engine:
    """A shop of version 0001: two buyers, orders in several states, three refunds."""
    upgrade(bare_engine, "0001")
    for customer, name in ((ALICE, "王小明"), (BOB, "李雷")):
        sql(
            bare_engine,
            "INSERT INTO customers VALUES (:id, :name, '13800000001', :at)",
            id=customer,
            name=name,
            at=NOW - 100 * DAY,
        )
    past = {"paid_at": NOW - 59 * DAY, "shipped_at": NOW - 58 * DAY}
    order(bare_engine, 1, "pending_payment")
    order(bare_engine, 2, "refunding", paid_at=NOW - 4 * DAY)
    order(bare_engine, 3, "refunding", **past, delivered_at=NOW - 4 * DAY)
    order(bare_engine, 4, "refunded", **past, delivered_at=NOW - 50 * DAY)
    order(bare_engine, 5, "completed", **past, delivered_at=NOW - 50 * DAY)
    order(bare_engine, 6, "delivered", BOB, **past, delivered_at=NOW - 2 * DAY)
    refund(bare_engine, 2, "refund_only", "paying")
    refund(bare_engine, 3, "return_and_refund", "returning")
    refund(bare_engine, 4, "return_and_refund", "refunded", closed_at=NOW - DAY)
    return bare_engine


@pytest.fixture
def new(old: Engine) -> Engine:
    upgrade(old)
    return old


def all_of(engine: Engine, statement: Any) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(statement))


def test_every_buyer_finds_orders_and_refunds_again(new: Engine) -> None:
    service = OrderService(new, clock=lambda: NOW)
    found = {order.order_no[-1]: order.status for order in service.recent_orders(ALICE)}
    assert found == {
        "1": OrderStatus.PENDING_PAYMENT,
        "2": OrderStatus.REFUNDING,
        "3": OrderStatus.REFUNDING,
        "4": OrderStatus.REFUNDED,
        "5": OrderStatus.COMPLETED,
    }
    assert [(case.case_no[-1], case.status) for case in service.refunds(ALICE)] == [
        ("4", CaseStatus.REFUNDED),
        ("3", CaseStatus.RETURNING),
        ("2", CaseStatus.PAYING),
    ]
    assert service.recent_orders(BOB)[0].address_masked == "浙江省杭州市西湖区****"


def test_personal_data_is_sealed_and_still_the_same(new: Engine) -> None:
    raw = sql(
        new,
        "SELECT name, phone FROM customers UNION ALL SELECT recipient, phone FROM orders "
        "UNION ALL SELECT address, address FROM orders",
    )
    assert len(raw) == 2 + 2 * 6
    assert all(value.startswith("kefu1:") for row in raw for value in row)
    for row in all_of(new, select(orders.c.recipient, orders.c.phone, orders.c.address)):
        assert tuple(row) == ("王小明", "13800000001", ADDRESS)
    names = all_of(new, select(customers.c.name, customers.c.phone).order_by(customers.c.id))
    assert [tuple(row) for row in names] == [("王小明", "13800000001"), ("李雷", "13800000001")]
    indexes = sql(new, "SELECT DISTINCT phone_index FROM orders")
    assert len(indexes) == 1
    assert indexes[0][0]


def test_a_case_has_the_events_that_are_known(new: Engine) -> None:
    statement = select(
        case_events.c.case_id,
        case_events.c.actor,
        case_events.c.from_status,
        case_events.c.to_status,
        case_events.c.at,
    ).order_by(case_events.c.id)
    opened, closed = NOW - 3 * DAY, NOW - DAY
    assert [tuple(row) for row in all_of(new, statement)] == [
        (2, "buyer", None, "paying", opened),
        (3, "buyer", None, "awaiting_return", opened),
        (3, "system", "awaiting_return", "returning", opened),
        (4, "buyer", None, "awaiting_return", opened),
        (4, "system", "awaiting_return", "refunded", closed),
    ]
    freight = all_of(new, select(cases.c.freight_paid_by).order_by(cases.c.id))
    assert [row[0] for row in freight] == [None, "buyer", "buyer"]


def test_money_that_moved_has_its_rows(new: Engine) -> None:
    statement = select(
        payments.c.order_id, payments.c.kind, payments.c.amount_cents, payments.c.case_id
    ).order_by(payments.c.order_id, payments.c.kind)
    assert [tuple(row) for row in all_of(new, statement)] == [
        (2, "payment", 12_800, None),
        (3, "payment", 12_800, None),
        (4, "payment", 12_800, None),
        (4, "refund", 12_000, 4),
        (5, "payment", 12_800, None),
        (6, "payment", 12_800, None),
    ]


def test_receipts_confirm_themselves_ten_days_after_delivery(new: Engine) -> None:
    rows = all_of(new, select(orders.c.id, orders.c.receipt_deadline).order_by(orders.c.id))
    assert [tuple(row) for row in rows] == [
        (1, None),
        (2, None),
        (3, NOW + 6 * DAY),
        (4, NOW - 40 * DAY),
        (5, NOW - 40 * DAY),
        (6, NOW + 8 * DAY),
    ]


def test_the_shop_goes_on(new: Engine) -> None:
    service = OrderService(new, clock=lambda: NOW)
    with writing(new) as connection:
        connection.execute(
            orders.insert().values(
                id=99,
                order_no="2026111900001111",
                customer_id=BOB,
                status="paid",
                placed_at=NOW,
                freight_cents=0,
                total_cents=100,
                recipient="李雷",
                phone="13800000002",
                address=ADDRESS,
            )
        )
        connection.execute(
            payments.insert().values(
                order_id=99, kind="payment", method="wechat", amount_cents=100, at=NOW
            )
        )
    refund = RequestRefund("2026111900001111", "拍错了")
    assert service.carry_out(BOB, refund, "key").amount_cents == 100


def test_the_way_back_gives_plain_text_and_refunds_again(new: Engine) -> None:
    with altering(new) as connection:
        command.downgrade(alembic_config(connection), "0001")
    assert sql(new, "SELECT name, phone FROM customers ORDER BY id") == [
        ("王小明", "13800000001"),
        ("李雷", "13800000001"),
    ]
    assert set(sql(new, "SELECT recipient, phone, address FROM orders")) == {
        ("王小明", "13800000001", ADDRESS)
    }
    assert sql(new, "SELECT case_no, status, idempotency_key FROM refunds ORDER BY id") == [
        ("R20261115000002", "paying", "key-2"),
        ("R20261115000003", "returning", "key-3"),
        ("R20261115000004", "refunded", "key-4"),
    ]
    upgrade(new)
    with reading(new) as connection:
        assert migrate.current(connection) == migrate.head()


def test_more_rows_than_a_batch_are_all_carried(
    old: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry_0002, "BATCH", 2)
    upgrade(old)
    assert len(all_of(old, select(payments.c.id))) == 6
    assert len(all_of(old, select(cases.c.id))) == 3
    raw = sql(old, "SELECT address FROM orders")
    assert all(row[0].startswith("kefu1:") for row in raw)
