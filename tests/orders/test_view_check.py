"""What `kefu db check-views` says of views that a shop got wrong."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from kefu.orders.database import make_engine, upgrade, writing
from kefu.orders.demo import seed_demo_shop
from kefu.orders.status import OrderStatus
from kefu.orders.view_check import check_views
from kefu.settings import load_settings
from tests.orders.shop import ALICE, NOW, Shop
from tests.orders.view_sql import replace_view


def test_the_built_in_views_are_right(engine: Engine) -> None:
    assert check_views(engine) == []
    seed_demo_shop(engine, now=NOW)
    assert check_views(engine) == []


def test_a_view_that_is_missing(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("DROP VIEW shop_cases"))
    assert check_views(engine) == [
        "There is no view shop_cases: run `kefu db upgrade`, or make your own."
    ]


def test_a_column_that_is_missing(engine: Engine) -> None:
    replace_view(engine, "shop_products", "v.stock", "v.stock AS pieces")
    assert check_views(engine) == ["shop_products has no column stock: add it to the view."]


@pytest.mark.parametrize(
    ("view", "before", "after", "words"),
    [
        ("shop_orders", "o.status", "'closed' AS status", ["shop_orders.status", "refunding"]),
        ("shop_orders", "o.recipient", "NULL AS recipient", ["recipient", "NULL"]),
        ("shop_orders", "o.total_cents", "-o.total_cents AS total_cents", ["cents", "below zero"]),
        ("shop_parcels", "b.status", "'lost' AS status", ["shop_parcels.status", "'lost'"]),
        ("shop_cases", "c.kind", "'return' AS kind", ["shop_cases.kind", "exchange"]),
        ("shop_cases", "c.status", "'done' AS status", ["shop_cases.status", "withdrawn"]),
        ("shop_cases", "c.tender", "'points' AS tender", ["tender", "coupon"]),
    ],
)
def test_rows_that_the_program_cannot_read(
    shop: Shop, engine: Engine, view: str, before: str, after: str, words: list[str]
) -> None:
    order_no = shop.order(OrderStatus.DELIVERED)
    with writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO cases (case_no, order_id, customer_id, kind, status, amount_cents, "
                "reason, created_at, idempotency_key, automatic, evidence) SELECT 'R1', id, :buyer,"
                " 'exchange', 'reviewing', 0, '', placed_at, 'key', true, '[]' FROM orders "
                "WHERE order_no = :order_no"
            ),
            {"buyer": ALICE, "order_no": order_no},
        )
    replace_view(engine, view, before, after)
    (problem,) = check_views(engine)
    for word in words:
        assert word in problem
    assert "\n" not in problem


def test_values_that_no_key_opens(shop: Shop, engine: Engine, database_url: str) -> None:
    shop.order()
    keys = f"other:{b64encode(bytes(32)).decode()}"
    other = make_engine(load_settings(database_url=database_url, data_keys=keys))
    (problem,) = check_views(other)
    assert problem.startswith("shop_orders: ")
    assert "KEFU_DATA_KEYS" in problem
    other.dispose()


@pytest.mark.integration
class TestTypes:
    @pytest.fixture
    def postgres(self, postgres_database: Callable[[], str]) -> Iterator[Engine]:
        engine = make_engine(load_settings(database_url=postgres_database()))
        upgrade(engine)
        yield engine
        engine.dispose()

    @pytest.mark.parametrize(
        ("before", "after", "wanted"),
        [
            ("o.placed_at", "o.placed_at::timestamp AS placed_at", "timestamptz"),
            ("o.placed_at", "o.placed_at::date AS placed_at", "timestamptz"),
            ("o.hold_until", "o.placed_at AS hold_until", "date"),
            ("o.total_cents", "o.total_cents / 100.0 AS total_cents", "bigint"),
            ("o.customer_id", "o.id AS customer_id", "text"),
        ],
    )
    def test_a_type_that_would_be_misread(
        self, postgres: Engine, before: str, after: str, wanted: str
    ) -> None:
        replace_view(postgres, "shop_orders", before, after)
        (problem,) = check_views(postgres)
        assert problem.endswith(f"cast it to {wanted}.")
