"""The queries that buyers' questions become: through the views, by index, bound to the buyer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.engine import Engine

from kefu.errors import DatabaseError
from kefu.orders import repository
from kefu.orders.database import make_engine, reading, upgrade, writing
from kefu.orders.demo import seed_demo_shop
from kefu.orders.service import OrderService
from kefu.orders.status import CaseStatus, OrderStatus
from kefu.orders.tables import cases
from kefu.settings import load_settings
from tests.orders.crowd import BUYER, ORDERS_EACH, grow
from tests.orders.plans import plans
from tests.orders.shop import ALICE, BOB, DAY, NOW, Shop
from tests.orders.view_sql import replace_view


def a_case(shop: Shop, order_no: str, customer: str = ALICE, **values: object) -> None:
    with writing(shop.engine) as connection:
        order_id = connection.execute(
            text("SELECT id FROM orders WHERE order_no = :no"), {"no": order_no}
        ).scalar_one()
        connection.execute(
            insert(cases).values(
                **{
                    "case_no": f"R{order_no[-6:]}",
                    "order_id": order_id,
                    "customer_id": customer,
                    "kind": "exchange",
                    "status": "returning",
                    "amount_cents": 0,
                    "reason": "大了",
                    "created_at": NOW,
                    "automatic": True,
                    "idempotency_key": f"key-{order_no}",
                }
                | values
            )
        )


class TestCases:
    def test_a_case_of_any_kind_is_read_whole(self, shop: Shop, engine: Engine) -> None:
        order_no = shop.order(OrderStatus.DELIVERED)
        a_case(
            shop,
            order_no,
            freight_paid_by="shop",
            return_by=date(2026, 11, 27),
            return_courier="顺丰速运",
            return_tracking_number="SF1",
            new_sku="sku-2",
        )
        with reading(engine) as connection:
            (case,) = repository.newest_cases(connection, ALICE, 5)
            assert repository.find_case(connection, ALICE, case.case_no) == case
        assert (case.order_no, case.kind, case.status) == (
            order_no,
            "exchange",
            CaseStatus.RETURNING,
        )
        assert (case.return_courier, case.return_tracking_number) == ("顺丰速运", "SF1")
        assert (case.freight_paid_by, case.new_sku, case.tender) == ("shop", "sku-2", "money")
        assert case.return_by == date(2026, 11, 27)
        assert case.created_at == NOW

    def test_they_come_newest_first_of_all_orders_or_of_one(
        self, shop: Shop, engine: Engine
    ) -> None:
        numbers = [shop.order(OrderStatus.DELIVERED) for _ in range(3)]
        for days, order_no in enumerate(numbers):
            a_case(shop, order_no, created_at=NOW - days * DAY)
        with reading(engine) as connection:
            found = repository.newest_cases(connection, ALICE, 2)
            assert [case.order_no for case in found] == numbers[:2]
            (one,) = repository.newest_cases(connection, ALICE, 2, order_no=numbers[2])
        assert one.order_no == numbers[2]

    def test_another_buyers_case_does_not_exist(self, shop: Shop, engine: Engine) -> None:
        order_no = shop.order(OrderStatus.DELIVERED, customer=BOB)
        a_case(shop, order_no, BOB)
        with reading(engine) as connection:
            assert repository.newest_cases(connection, ALICE, 5) == []
            assert repository.newest_cases(connection, ALICE, 5, order_no=order_no) == []
            assert repository.find_case(connection, ALICE, f"R{order_no[-6:]}") is None
            assert repository.find_case(connection, BOB, f"R{order_no[-6:]}") is not None

    def test_a_case_under_another_buyers_order_is_shown_to_nobody(
        self, shop: Shop, engine: Engine
    ) -> None:
        a_case(shop, shop.order(OrderStatus.DELIVERED, customer=BOB), ALICE)
        with reading(engine) as connection:
            for buyer in (ALICE, BOB):
                assert repository.newest_cases(connection, buyer, 5) == []


class TestOrders:
    def test_what_the_new_columns_say(self, shop: Shop, service: OrderService) -> None:
        order_no = shop.order(OrderStatus.DELIVERED)
        shop.set(
            order_no,
            hold_until=date(2026, 12, 1),
            receipt_deadline=NOW + 3 * DAY,
            receipt_extensions=1,
        )
        order = service.order(ALICE, order_no)
        assert order.hold_until == date(2026, 12, 1)
        assert order.receipt_deadline == NOW + 3 * DAY
        assert (order.receipt_extensions, order.freight_cents) == (1, 800)
        assert order.items[0].category == "bedding"

    def test_personal_data_in_plain_text_is_read_and_masked_too(
        self, shop: Shop, service: OrderService, engine: Engine
    ) -> None:
        order_no = shop.order()
        with writing(engine) as connection:
            connection.execute(
                text("UPDATE orders SET recipient = '赵六', phone = '139****5678', address = ''")
            )
        order = service.order(ALICE, order_no)
        assert (order.recipient_masked, order.phone_masked, order.address_masked) == (
            "赵*",
            "139****5678",
            "",
        )

    def test_a_state_that_is_none_of_ours_is_named(
        self, shop: Shop, service: OrderService, engine: Engine
    ) -> None:
        shop.order()
        replace_view(engine, "shop_orders", "o.status", "'closed' AS status")
        with pytest.raises(DatabaseError, match=r"shop_orders\.status holds 'closed': map it"):
            service.recent_orders(ALICE)


class TestVariants:
    def test_all_of_a_product_are_found_by_one_of_them(self, shop: Shop, engine: Engine) -> None:
        with writing(engine) as connection:
            connection.execute(
                text(
                    "INSERT INTO product_variants (id, product_id, sku, color, size, price_cents, "
                    "stock) VALUES (9, 1, 'sku-9', '灰', '', 100, 0)"
                )
            )
        with reading(engine) as connection:
            found = repository.variants(connection, "sku-9")
            assert repository.variants(connection, "nothing") == []
        assert [(each.sku, each.product, each.stock) for each in found] == [
            ("sku-1", "四件套", 3),
            ("sku-9", "四件套", 0),
        ]
        assert (found[1].color, found[1].size, found[1].price_cents) == ("灰", "", 100)


def parcels(service: OrderService, buyer: str, order_no: str) -> object:
    with reading(service._engine) as connection:
        return repository.parcels_of(connection, buyer, [order_no])


# The five most frequent questions, as the service asks them.
QUESTIONS: dict[str, Callable[[OrderService, str, str], object]] = {
    "newest orders": lambda service, buyer, number: service.recent_orders(buyer),
    "one by number": lambda service, buyer, number: service.order(buyer, number),
    "one by last digits": lambda service, buyer, number: service.order(buyer, number[-6:]),
    "parcels": parcels,
    "cases": lambda service, buyer, number: service.refunds(buyer),
}
# Grows with the number of orders; what is sold does not.
GROWING = {"orders", "order_items", "parcels", "parcel_events", "cases", "customers"}


@pytest.fixture
def crowded(postgres_database: Callable[[], str]) -> Engine:
    engine = make_engine(
        load_settings(database_url=postgres_database(), database_timeout_seconds=60)
    )
    upgrade(engine)
    grow(engine, 2_000)
    return engine


@pytest.mark.integration
def test_no_question_reads_a_whole_table_or_costs_more_in_a_larger_shop(crowded: Engine) -> None:
    service = OrderService(crowded, clock=lambda: NOW)
    number = service.recent_orders(BUYER)[2].order_no

    def asked() -> dict[str, list[int]]:
        pages = {}
        for name, ask in QUESTIONS.items():
            found = plans(crowded, lambda ask=ask: ask(service, BUYER, number))
            for plan in found:
                assert not plan.scanned_whole & GROWING, (name, plan.statement)
                assert plan.indexes & NEEDED, (name, plan.statement)
            pages[name] = [plan.pages for plan in found]
        return pages

    small = asked()
    grow(crowded, 20_000)
    large = asked()
    assert {name: len(found) for name, found in large.items()} == {
        "newest orders": 4,  # orders, lines, events, parcels
        "one by number": 4,
        "one by last digits": 4,
        "parcels": 2,
        "cases": 1,
    }
    for name, found in large.items():
        # A level more in some indexes, nothing like ten times as many pages.
        assert sum(found) <= 1.5 * sum(small[name]) + 10, (name, small[name], found)
    assert len(service.recent_orders(BUYER)) == ORDERS_EACH
    crowded.dispose()


NEEDED = {
    "ix_orders_customer_id_placed_at",
    "uq_orders_order_no",
    "ix_cases_customer_id_created_at",
}


def test_sqlite_reads_no_table_whole_either(tmp_path: Path) -> None:
    engine = make_engine(load_settings(database_url=f"sqlite:///{tmp_path / 'kefu.db'}"))
    upgrade(engine)
    seed_demo_shop(engine, now=NOW)
    service = OrderService(engine, clock=lambda: NOW)
    number = service.recent_orders(ALICE)[0].order_no
    sent: list[tuple[str, Any]] = []
    event.listen(
        engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, values, *rest: sent.append((statement, values)),
    )
    for ask in QUESTIONS.values():
        ask(service, ALICE, number)
    asked = [(statement, values) for statement, values in sent if statement.startswith("SELECT")]
    assert len(asked) >= 12
    with reading(engine) as connection:
        for statement, values in asked:
            explain = f"EXPLAIN QUERY PLAN {statement}"
            steps = [row[3] for row in connection.exec_driver_sql(explain, values)]
            assert not [step for step in steps if step.startswith("SCAN")], (statement, steps)
    engine.dispose()
