"""The worked example of docs/your-own-shop.md, run as it stands: a shop with tables of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.engine import Engine

from kefu.errors import OrderNotFoundError
from kefu.handoff.tickets import TicketDesk
from kefu.orders import repository
from kefu.orders.database import check_schema, make_engine, reading, upgrade
from kefu.orders.service import OrderService
from kefu.orders.status import CaseStatus, OrderStatus, ParcelStatus
from kefu.orders.view_check import check_views
from kefu.settings import HOME, load_settings
from tests.orders.plans import plans

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)  # noon in Shanghai
ROWS = """
INSERT INTO erp.sku VALUES
    (1, 'bed', '四件套', '家纺', '雾蓝', '1.8米', 299.00, 12),
    (2, 'bed', '四件套', '家纺', '燕麦色', '1.8米', 299.00, 0),
    (3, 'orange', '脐橙', '生鲜', NULL, NULL, 39.80, 5);
INSERT INTO erp.trade VALUES
    (1, '2026111800000001', 7001, 30, '2026-11-18 09:30', '2026-11-18 09:31', '2026-11-19 10:00',
     NULL, NULL, 8.00, 346.80, '王小明', '13800000001', '浙江省', '杭州市', '西湖区', '青禾路18号'),
    (2, '2026111000000002', 7001, 60, '2026-11-10 20:00', '2026-11-10 20:05', '2026-11-11 10:00',
     '2026-11-13 15:00', NULL, 0, 299.00, '王小明', '13800000001', '浙江省', '杭州市', '西湖区',
     '青禾路18号'),
    (3, '2026111900000003', 7002, 20, '2026-11-19 08:00', '2026-11-19 08:01', NULL, NULL, NULL, 0,
     39.80, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO erp.trade_goods VALUES (1, 1, 1, 1, 299.00), (2, 1, 3, 1, 39.80), (3, 2, 2, 1, 299.00),
    (4, 3, 3, 1, 39.80);
INSERT INTO erp.delivery VALUES
    (1, 1, '中通快递', '78700001', 5), (2, 2, '中通快递', '78700002', 3);
INSERT INTO erp.delivery_trace VALUES
    (2, 1, '2026-11-20 08:00', '杭州', '正在为您派送'), (1, 1, '2026-11-19 18:00', NULL, '已揽收');
INSERT INTO erp.refund VALUES
    (1, 'TK1', 2, true, 2, 299.00, '颜色不喜欢', '2026-11-14 09:00', NULL, '顺丰速运', 'SF1')
"""
CROWD = """
INSERT INTO erp.trade (id, sn, member_id, state, created, post_fee, payable)
SELECT n, '20260101' || lpad(n::text, 8, '0'), n / 5, 50, timestamp '2026-01-01', 0, 1
FROM generate_series(50000, 69999) AS n;
INSERT INTO erp.trade_goods SELECT n, n, 1, 1, 1 FROM generate_series(50000, 69999) AS n;
INSERT INTO erp.delivery SELECT n, n, '中通快递', 'W' || n, 3
FROM generate_series(50000, 69999) AS n;
INSERT INTO erp.delivery_trace SELECT n, n, timestamp '2026-01-02', '', '已签收'
FROM generate_series(50000, 69999) AS n;
INSERT INTO erp.refund SELECT n, 'TK' || n, n, false, 4, 1, '', timestamp '2026-01-03'
FROM generate_series(50000, 69999) AS n;
ANALYZE
"""


def run(engine: Engine, sql: str) -> None:
    """As `psql -f` does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(sql)


def blocks() -> list[str]:
    """The three blocks of SQL: the shop's tables, its views, its indexes."""
    document = (HOME / "docs" / "your-own-shop.md").read_text(encoding="utf-8")
    return re.findall(r"^```sql\n(.*?)^```$", document, re.M | re.S)


@pytest.fixture
def shop(postgres_database: Callable[[], str]) -> Iterator[Engine]:
    engine = make_engine(
        load_settings(database_url=postgres_database(), database_timeout_seconds=30)
    )
    upgrade(engine)
    for sql in (*blocks(), ROWS):
        run(engine, sql)
    yield engine
    engine.dispose()


@pytest.fixture
def service(shop: Engine) -> OrderService:
    return OrderService(shop, clock=lambda: NOW)


def test_the_views_are_as_they_should_be(shop: Engine) -> None:
    assert check_views(shop) == []
    check_schema(shop)


def test_an_order_is_read_whole_with_times_money_and_states_translated(
    service: OrderService,
) -> None:
    order, other = service.recent_orders("7001")
    assert (order.order_no, order.status) == ("2026111800000001", OrderStatus.SHIPPED)
    assert order.placed_at == datetime(2026, 11, 18, 1, 30, tzinfo=timezone.utc)
    assert order.ship_by == datetime(2026, 11, 20, 1, 31, tzinfo=timezone.utc)
    assert (order.total_cents, order.freight_cents) == (34_680, 800)
    assert [(item.name, item.category, item.color, item.unit_price_cents) for item in order.items] \
        == [("四件套", "bedding", "雾蓝", 29_900), ("脐橙", "fresh", "", 3_980)]  # fmt: skip
    assert (order.recipient_masked, order.phone_masked) == ("王**", "138****0001")
    assert order.address_masked == "浙江省杭州市西湖区****"
    (parcel,) = order.parcels
    assert (parcel.courier, parcel.status) == ("中通快递", ParcelStatus.OUT_FOR_DELIVERY)
    assert [event.text for event in parcel.events] == ["已揽收", "正在为您派送"]
    assert other.status is OrderStatus.REFUNDING
    assert other.receipt_deadline == datetime(2026, 11, 23, 7, 0, tzinfo=timezone.utc)


def test_cases_and_variants_are_read(service: OrderService, shop: Engine) -> None:
    (case,) = service.refunds("7001")
    assert (case.case_no, case.status, case.amount_cents) == (
        "TK1",
        CaseStatus.RETURNING,
        29_900,
    )
    with reading(shop) as connection:
        found = repository.variants(connection, "1")
        (view,) = repository.newest_cases(connection, "7001", 5)
    assert [(each.sku, each.price_cents, each.stock) for each in found] == [
        ("1", 29_900, 12),
        ("2", 29_900, 0),
    ]
    assert (view.return_courier, view.return_by) == ("顺丰速运", datetime(2026, 11, 21).date())


def test_orders_of_other_buyers_do_not_exist(service: OrderService) -> None:
    assert [order.order_no for order in service.recent_orders("7002")] == ["2026111900000003"]
    with pytest.raises(OrderNotFoundError):
        service.order("7002", "2026111800000001")
    assert service.refunds("7002") == []
    assert service.recent_orders("700") == []


def test_what_is_missing_in_the_shops_tables_is_shown_as_nothing(service: OrderService) -> None:
    order = service.order("7002", "0003")
    assert (order.recipient_masked, order.phone_masked, order.address_masked) == ("", "", "")
    assert order.parcels == ()


def test_tickets_go_on_in_tables_of_kefus_own(shop: Engine) -> None:
    ticket = TicketDesk(shop, clock=lambda: NOW).open("7001", "sender", "换个颜色", (), "key")
    assert ticket.queue_position == 0


def test_its_indexes_serve_every_question(shop: Engine, service: OrderService) -> None:
    run(shop, CROWD)

    def ask() -> None:
        service.recent_orders("12000")
        service.order("12000", "2026010100060001")
        service.order("12000", "60001")
        service.refunds("12000")

    assert service.recent_orders("12000")[0].placed_at < NOW - timedelta(days=300)
    found = plans(shop, ask)
    assert len(found) == 13
    for plan in found:
        assert not plan.scanned_whole - {"sku"}, plan.statement
        assert plan.pages < 100, plan.statement


def test_an_upgrade_leaves_the_shops_views_alone(shop: Engine, service: OrderService) -> None:
    upgrade(shop)
    assert service.recent_orders("7001")
