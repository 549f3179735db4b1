"""Changing keys, on SQLite and on PostgreSQL: everything opens before, during and after."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.engine import Engine

from kefu.errors import DatabaseError, SealedValueError
from kefu.handoff.ratings import RatingBook
from kefu.handoff.tickets import TicketDesk, Turn
from kefu.orders import rotation
from kefu.orders.database import make_engine, reading, upgrade, writing
from kefu.orders.lookup import find_phone
from kefu.orders.rotation import keys_in_use, rotate, sealed_tables
from kefu.orders.service import OrderService
from kefu.orders.tables import audit_log, cases, customers, invoices, metadata, orders, outbox
from kefu.orders.tables.sealed import BlindIndex, Sealed
from kefu.settings import load_settings
from tests.orders.shop import ALICE, BOB, NOW, Shop

OLD, NEW = (
    f"{id}:{b64encode(bytes([place] * 32)).decode()}" for place, id in ((1, "o_d"), (2, "new"))
)
PHONE = "13800000001"

EngineFor = Callable[[str], Engine]


@pytest.fixture
def engine_for(database_url: str) -> Any:
    """An engine with other keys on the same, migrated database."""
    made: list[Engine] = []

    def make(keys: str) -> Engine:
        settings = load_settings(
            database_url=database_url, data_keys=keys, database_timeout_seconds=30
        )
        made.append(make_engine(settings))
        return made[-1]

    upgrade(make(OLD))
    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture
def old(engine_for: EngineFor) -> Engine:
    """Two buyers, seven orders and one of all else that is sealed, under the old key."""
    engine = engine_for(OLD)
    shop = Shop(engine)
    for _ in range(7):
        shop.order()
    with writing(engine) as connection:
        values = {"created_at": NOW, "customer_id": ALICE, "order_id": 1, "amount_cents": 1}
        title = {"title": "某某公司", "tax_number": "91330100MA2ABCDE0X", "status": "requested"}
        connection.execute(insert(invoices).values(**values, **title))
        connection.execute(
            insert(audit_log).values(at=NOW, actor="buyer", action="x", details={"phone": PHONE})
        )
        connection.execute(insert(outbox).values(topic="x", payload=[PHONE], created_at=NOW))
    TicketDesk(engine, clock=lambda: NOW).open(ALICE, "s", PHONE, [Turn("buyer", PHONE, NOW)], "k")
    RatingBook(engine, clock=lambda: NOW).rate(ALICE, "s", 1, PHONE, "k")
    with writing(engine) as connection:
        connection.execute(
            insert(cases).values(
                case_no="R1", order_id=1, customer_id=ALICE, kind="exchange", status="reviewing",
                amount_cents=0, reason=PHONE, created_at=NOW, idempotency_key="k", automatic=False,
                evidence=[PHONE],
            )
        )  # fmt: skip
    return engine


def stored(engine: Engine) -> list[str]:
    """All that is in columns of personal data, as it is in the rows."""
    found: list[str] = []
    with reading(engine) as connection:
        for place in sealed_tables():
            for column in (*place.columns, *place.indexes):
                query = f"SELECT {column.name} FROM {place.table.name}"
                found += filter(None, connection.execute(text(query)).scalars())
    return found


def opened(engine: Engine) -> list[Any]:
    """The same in plain text."""
    with reading(engine) as connection:
        return [
            [tuple(row) for row in connection.execute(select(*place.columns).order_by(place.key))]
            for place in sealed_tables()
        ]


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    kinds = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, Sealed | BlindIndex)
    }
    assert kinds == {
        f"{place.table.name}.{column.name}"
        for place in sealed_tables()
        for column in (*place.columns, *place.indexes)
    }
    assert {"orders.phone", "orders.phone_index", "invoices.tax_number"} < kinds
    assert {"tickets.conversation", "tickets.reason", "cases.reason", "cases.evidence"} < kinds
    names = [
        (column.type.column, f"{place.table.name}.{column.name}")
        for place in sealed_tables()
        for column in place.columns
    ]
    assert all(given == wanted for given, wanted in names)


def test_afterwards_the_old_key_is_needed_nowhere(old: Engine, engine_for: EngineFor) -> None:
    before = opened(old)
    report = rotate(engine_for(f"{NEW},{OLD}"))
    assert report.current == "new"
    assert report.idle == ("o_d",)
    assert report.rows == {
        "customers": 2,
        "orders": 7,
        "invoices": 1,
        "audit_log": 1,
        "outbox": 1,
        "tickets": 1,
        "ratings": 1,
        "cases": 1,
    }
    assert not [value for value in stored(old) if "o_d:" in value]
    only_new = engine_for(NEW)
    assert opened(only_new) == before
    assert find_phone(only_new, PHONE).customers == (ALICE, BOB)
    assert OrderService(only_new, clock=lambda: NOW).recent_orders(ALICE)[0].phone_masked


def test_a_second_time_there_is_nothing_to_do(old: Engine, engine_for: EngineFor) -> None:
    engine = engine_for(f"{NEW},{OLD}")
    rotate(engine)
    before = stored(engine)
    assert sum(rotate(engine).rows.values()) == 0
    assert stored(engine) == before


def test_while_it_is_half_done_everything_opens_and_it_goes_on(
    old: Engine, engine_for: EngineFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    before, engine = opened(old), engine_for(f"{NEW},{OLD}")

    def stop(table: str, rows: int) -> None:
        if (table, rows) == ("orders", 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(engine, report=stop)
    counts = [sum(id in value for value in stored(engine)) for id in (":new:", ":o_d:")]
    assert min(counts) > 0
    assert opened(engine) == before
    assert len(find_phone(engine, PHONE).orders) == 7
    assert rotate(engine).rows["orders"] == 3
    assert opened(engine_for(NEW)) == before


def test_plain_text_is_sealed_too(old: Engine, engine_for: EngineFor) -> None:
    with writing(old) as connection:
        connection.execute(text("UPDATE customers SET name = '赵六', phone = '13900000002'"))
    engine = engine_for(OLD)
    assert rotate(engine).rows["customers"] == 2
    assert all(value.startswith(("kefu1:", "o_d:")) for value in stored(engine))
    assert find_phone(engine, "13900000002").customers == (ALICE, BOB)


def test_a_key_that_is_missing_stops_it_and_nothing_is_lost(
    old: Engine, engine_for: EngineFor
) -> None:
    before = opened(old)
    with pytest.raises(SealedValueError, match="the key o_d"):
        rotate(engine_for(NEW))
    assert opened(old) == before


def test_a_server_that_still_seals_with_the_old_key_is_said(
    old: Engine, engine_for: EngineFor
) -> None:
    def write_meanwhile(table: str, rows: int) -> None:
        if table == "outbox":  # the last one: the customers are done
            with writing(old) as connection:
                connection.execute(
                    insert(customers).values(id="late", name="赵六", phone="1", created_at=NOW)
                )

    engine = engine_for(f"{NEW},{OLD}")
    with pytest.raises(DatabaseError, match=r"1 in customers.*restart"):
        rotate(engine, report=write_meanwhile)
    assert rotate(engine).rows["customers"] == 1


def test_an_address_that_is_changed_meanwhile_is_not_changed_back(
    old: Engine, engine_for: EngineFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 1)
    engine, writer = engine_for(f"{NEW},{OLD}"), engine_for(f"{NEW},{OLD}")

    def change(number: int) -> None:
        with writing(writer) as connection:
            connection.execute(
                orders.update().where(orders.c.id == number).values(address=f"新地址{number}号")
            )

    with ThreadPoolExecutor(2) as pool:
        changes = [pool.submit(change, number) for number in range(1, 8)]
        rotate(engine)
        for each in changes:
            each.result(60)
    with reading(engine) as connection:
        found = connection.execute(select(orders.c.id, orders.c.address)).all()
    assert {row.id: row.address for row in found} == {n: f"新地址{n}号" for n in range(1, 8)}


class TestKeysInUse:
    def test_without_rows_no_key_is_asked_for(self, engine_for: EngineFor) -> None:
        assert keys_in_use(engine_for(OLD)).current is None

    def test_one_key(self, old: Engine) -> None:
        found = keys_in_use(old)
        assert (found.current, found.others) == ("o_d", ())

    def test_an_older_key_and_plain_text_are_named(
        self, old: Engine, engine_for: EngineFor
    ) -> None:
        with writing(old) as connection:
            connection.execute(text("UPDATE customers SET name = '赵六'"))
        assert keys_in_use(engine_for(f"{NEW},{OLD}")).others == ("plain text", "sealed with o_d")

    def test_a_ring_that_does_not_fit(self, old: Engine, engine_for: EngineFor) -> None:
        with pytest.raises(SealedValueError, match="o_d"):
            keys_in_use(engine_for(NEW))
