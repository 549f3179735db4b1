"""The demo shop: full, believable, and the same each time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine import Engine

from kefu.errors import RefusedError
from kefu.orders.commands import RequestRefund
from kefu.orders.database import reading, writing
from kefu.orders.demo import SEED, SeedReport, seed_demo_shop
from kefu.orders.demo_goods import GOODS
from kefu.orders.demo_orders import COUNTS
from kefu.orders.demo_rows import Row, demo_rows
from kefu.orders.demo_stories import STORIES
from kefu.orders.facts import REFUND_KINDS
from kefu.orders.lifecycle import case_transition
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.service import OrderService
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import CaseStatus, OrderStatus, ParcelStatus
from kefu.orders.tables import metadata, products
from kefu.orders.tables.aftersales import CASE_KINDS
from tests.orders.shop import ALICE, DAY, NOW

MOMENTS = [NOW, NOW + timedelta(hours=9), NOW + timedelta(days=100, hours=15)]


@pytest.fixture(params=MOMENTS, ids=["noon", "evening", "night"])
def moment(request: pytest.FixtureRequest) -> datetime:
    return request.param


@pytest.fixture
def rows(moment: datetime) -> dict[str, list[Row]]:
    return demo_rows(moment, Random(SEED))


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


def test_a_seeded_shop_holds_the_promised_numbers_and_stays_as_it_is(engine: Engine) -> None:
    first = seed_demo_shop(engine, now=NOW)
    before = contents(engine)
    assert (first.created, first.products, first.buyers, first.orders) == (True, 40, 200, 1000)
    assert seed_demo_shop(engine, now=NOW + 30 * DAY) == SeedReport(
        created=False, products=40, buyers=200, orders=1000, parcels=first.parcels
    )
    assert contents(engine) == before


def test_what_is_in_the_tables_depends_on_the_moment_alone(engine: Engine) -> None:
    seed_demo_shop(engine, now=NOW)
    again = demo_rows(NOW, Random(SEED))
    for name, found in contents(engine).items():
        columns = metadata.tables[name].columns.keys()
        given = again[name][0].keys() if again[name] else columns
        assert [
            tuple(value for column, value in zip(columns, row, strict=True) if column in given)
            for row in found
        ] == [tuple(row[column] for column in columns if column in given) for row in again[name]], (
            name
        )


def test_the_shop_goes_on_after_seeding(engine: Engine) -> None:
    seed_demo_shop(engine, now=NOW)
    with writing(engine) as connection:
        connection.execute(insert(products).values(code="new", name="新品", category="tea"))
    service = OrderService(engine, clock=lambda: NOW)
    paid = next(o for o in service.recent_orders(ALICE) if o.status is OrderStatus.PAID)
    assert service.carry_out(ALICE, RequestRefund(paid.order_no, "不要了"), "key").amount_cents > 0


def test_the_first_buyer_can_try_everything(engine: Engine) -> None:
    seed_demo_shop(engine, now=NOW)
    service = OrderService(engine, clock=lambda: NOW)
    by_status = {order.status: order for order in service.recent_orders(ALICE)}
    paid, shipped = by_status[OrderStatus.PAID], by_status[OrderStatus.SHIPPED]
    assert paid.ship_by is not None
    assert paid.ship_by > NOW
    assert shipped.parcels[0].status is ParcelStatus.IN_TRANSIT
    assert shipped.parcels[0].expected_at is not None
    assert shipped.parcels[0].expected_at > NOW
    delivered = by_status[OrderStatus.DELIVERED]
    assert service.quote(ALICE, RequestRefund(delivered.order_no, "")).kind == "return_and_refund"
    with pytest.raises(RefusedError, match="超过7天"):
        service.quote(ALICE, RequestRefund(by_status[OrderStatus.COMPLETED].order_no, ""))
    assert len(service.refunds(ALICE)) == 1


def test_every_status_has_its_orders(rows: dict[str, list[Row]]) -> None:
    found = Counter(row["status"] for row in rows["orders"])
    assert found == {status.value: count for status, count in COUNTS.items()}
    assert len(rows["orders"]) == sum(COUNTS.values()) == 1000
    assert set(COUNTS) == set(OrderStatus)


def test_parcels_are_in_every_state_by_day() -> None:
    by_day = demo_rows(NOW, Random(SEED))["parcels"]
    assert {row["status"] for row in by_day} == {status.value for status in ParcelStatus}


def test_every_buyer_has_orders_and_can_name_them_by_four_digits(
    rows: dict[str, list[Row]],
) -> None:
    assert len({row["customer_id"] for row in rows["orders"]}) == 200
    endings = {row["order_no"][-4:] for row in rows["orders"]}
    assert len(endings) == 1000
    assert all(len(row["order_no"]) == 16 for row in rows["orders"])


def test_nothing_happens_in_the_future_or_out_of_turn(
    rows: dict[str, list[Row]], moment: datetime
) -> None:
    for order in rows["orders"]:
        steps = [order[name] for name in ("placed_at", "paid_at", "shipped_at", "delivered_at")]
        known = [step for step in steps if step]
        assert known == sorted(known)
        assert known[-1] <= moment
    for case in rows["cases"]:
        assert case["created_at"] <= (case["closed_at"] or moment) <= moment
        times = [event["at"] for event in events_of(rows, case)]
        assert times == sorted(times)
        assert times[0] == case["created_at"]
        assert times[-1] <= (case["closed_at"] or moment)
    assert all(payment["at"] <= moment for payment in rows["payments"])


def test_parcels_tell_the_story_of_their_orders(
    rows: dict[str, list[Row]], moment: datetime
) -> None:
    orders = {row["id"]: row for row in rows["orders"]}
    for box in rows["parcels"]:
        order = orders[box["order_id"]]
        events = [row for row in rows["parcel_events"] if row["parcel_id"] == box["id"]]
        times = [row["at"] for row in events]
        assert times == sorted(times)
        assert times[-1] <= moment
        arrived = order["delivered_at"] is not None
        assert (box["status"] == "delivered") is arrived
        assert arrived == ("签收" in events[-1]["text"])
        assert arrived or box["expected_at"] > moment
    assert {box["order_id"] for box in rows["parcels"]} == {
        number for number, order in orders.items() if order["shipped_at"]
    }


def test_couriers_ring_by_day(rows: dict[str, list[Row]]) -> None:
    hours = {
        row["delivered_at"].astimezone(SHOP_ZONE).hour
        for row in rows["orders"]
        if row["delivered_at"]
    }
    assert hours <= set(range(9, 21))


def test_money_adds_up(rows: dict[str, list[Row]]) -> None:
    goods: Counter[int] = Counter()
    for item in rows["order_items"]:
        goods[item["order_id"]] += item["quantity"] * item["unit_price_cents"]
    for order in rows["orders"]:
        assert order["total_cents"] == goods[order["id"]] + order["freight_cents"]


def test_each_refunding_order_has_one_open_refund_and_no_other_has(
    rows: dict[str, list[Row]],
) -> None:
    status = {row["id"]: row["status"] for row in rows["orders"]}
    cases = {
        row["order_id"]: row["closed_at"] is None
        for row in rows["cases"]
        if row["kind"] in REFUND_KINDS
    }
    assert cases == {
        number: state == "refunding"
        for number, state in status.items()
        if state in ("refunding", "refunded")
    }


def test_there_are_exchanges_and_compensations_in_every_state(rows: dict[str, list[Row]]) -> None:
    found = [
        (row["kind"], row["status"], row["ground"])
        for row in rows["cases"]
        if row["kind"] not in REFUND_KINDS
    ]
    assert found == [(story.kind, story.status, story.ground) for story in STORIES]
    assert {row["kind"] for row in rows["cases"]} == set(CASE_KINDS)
    orders = {row["id"]: row for row in rows["orders"]}
    others = [row["order_id"] for row in rows["cases"] if row["kind"] not in REFUND_KINDS]
    assert len(set(others)) == len(others)
    assert {orders[number]["status"] for number in others} == {"delivered"}
    assert ALICE not in {orders[number]["customer_id"] for number in others}


def events_of(rows: dict[str, list[Row]], case: Row) -> list[Row]:
    return [row for row in rows["case_events"] if row["case_id"] == case["id"]]


def test_events_lead_to_where_the_case_stands(rows: dict[str, list[Row]]) -> None:
    for case in rows["cases"]:
        before = None
        for event in events_of(rows, case):
            assert event["from_status"] == before
            before = event["to_status"]
            if event["from_status"]:
                case_transition(
                    case["kind"],
                    CaseStatus(event["from_status"]),
                    event["event"],
                    event["actor"],
                )
        assert before == case["status"]
        assert CaseStatus(case["status"]).closed is (case["closed_at"] is not None)


def test_goods_that_are_on_their_way_back_have_a_number(rows: dict[str, list[Row]]) -> None:
    for case in rows["cases"]:
        sent = any(event["event"] == "return_sent" for event in events_of(rows, case))
        assert sent == bool(case["return_tracking_number"]) == bool(case["return_courier"])


def test_what_was_paid_is_what_orders_and_cases_say(rows: dict[str, list[Row]]) -> None:
    paid: Counter[tuple[str, int]] = Counter()
    for payment in rows["payments"]:
        paid[payment["kind"], payment["case_id"] or payment["order_id"]] += payment["amount_cents"]
    assert paid == {
        **{("payment", row["id"]): row["total_cents"] for row in rows["orders"] if row["paid_at"]},
        **{
            ("refund", row["id"]): row["amount_cents"]
            for row in rows["cases"]
            if row["status"] == "refunded" and row["tender"] == "money"
        },
    }
    assert len({row["transaction_no"] for row in rows["payments"]}) == len(rows["payments"])


def test_a_receipt_confirms_itself_after_ten_days_or_was_confirmed(
    rows: dict[str, list[Row]], moment: datetime
) -> None:
    for order in rows["orders"]:
        deadline, delivered_at = order["receipt_deadline"], order["delivered_at"]
        assert (deadline is None) == (delivered_at is None)
        if order["status"] == "completed":
            assert delivered_at < deadline <= moment
        if order["status"] == "delivered":
            assert deadline == delivered_at + 10 * DAY > moment


def test_some_goods_of_each_excluded_category_are_sold() -> None:
    categories = {goods.category for goods in GOODS}
    assert set(shop_rules().no_reason.excluded) < categories
    assert len(categories) >= 20
    assert len({goods.code for goods in GOODS}) == len({goods.name for goods in GOODS}) == 40
