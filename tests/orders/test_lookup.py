"""Whose a phone number is, on SQLite and on PostgreSQL."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from kefu.orders.database import writing
from kefu.orders.lookup import PhoneMatches, find_phone
from kefu.orders.tables import orders
from kefu.orders.tables.sealed import phone_values
from tests.orders.shop import ALICE, BOB, Shop


def test_customers_and_orders_with_the_number_are_found(shop: Shop, engine: Engine) -> None:
    alices, bobs = shop.order(), shop.order(customer=BOB)
    found = find_phone(engine, "+86 138-0000-0001")
    assert found.customers == (ALICE, BOB)
    assert set(found.orders) == {(alices, ALICE), (bobs, BOB)}


def test_orders_to_another_phone_are_not(shop: Shop, engine: Engine) -> None:
    kept, changed = shop.order(), shop.order()
    with writing(engine) as connection:
        connection.execute(
            orders.update()
            .where(orders.c.order_no == changed)
            .values(**phone_values("13900000002"))
        )
    assert find_phone(engine, "13800000001").orders == ((kept, ALICE),)
    assert find_phone(engine, "13900000002") == PhoneMatches((), ((changed, ALICE),))


def test_a_part_of_a_number_finds_nobody(shop: Shop, engine: Engine) -> None:
    shop.order()
    for part in ("", "1380000000", "0001", "%"):
        assert find_phone(engine, part) == PhoneMatches((), ())
