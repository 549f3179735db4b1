"""Columns of personal data, on SQLite and on PostgreSQL: plain in Python, sealed in the rows."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, create_engine, insert, select, text, type_coerce, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from kefu.errors import SealedValueError, SettingsError
from kefu.orders.database import make_engine, reading, writing
from kefu.orders.tables import customers, orders, outbox
from kefu.orders.tables.sealed import keys_of, phone_key, phone_values
from kefu.settings import load_settings
from tests.orders.shop import ALICE, NOW, Shop

OTHER_KEY = f"other:{b64encode(bytes(32)).decode()}"


def raw(engine: Engine, query: str) -> list[Any]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_row_holds_nothing_that_a_thief_could_read(shop: Shop, engine: Engine) -> None:
    shop.order()
    (row,) = raw(engine, "SELECT * FROM orders")
    stored = " ".join(map(str, row))
    assert stored.count("kefu1:") == 3
    for secret in ("王小明", "13800000001", "青禾路"):
        assert secret not in stored
    with reading(engine) as connection:
        found = connection.execute(select(orders.c.recipient, orders.c.phone)).one()
    assert tuple(found) == ("王小明", "13800000001")


def test_plain_text_in_a_row_is_read_as_it_is(shop: Shop, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE customers SET name = '赵某'"))
        assert set(connection.execute(select(customers.c.name)).scalars()) == {"赵某"}


def test_nothing_is_nothing(shop: Shop, engine: Engine) -> None:
    with reading(engine) as connection:
        unsent = select(outbox.c.id).where(outbox.c.payload.is_(None))
        assert connection.execute(unsent).all() == []


def test_comparing_in_sql_is_an_error_and_not_an_empty_answer() -> None:
    for wrong in (
        lambda: orders.c.phone == "13800000001",
        lambda: orders.c.phone.like("138%"),
        lambda: orders.c.phone.in_(["13800000001"]),
        lambda: orders.c.phone.desc(),
    ):
        with pytest.raises(TypeError, match="blind index"):
            wrong()


def test_a_phone_is_found_by_its_index_and_again_when_it_changed(
    shop: Shop, engine: Engine
) -> None:
    order_no = shop.order()

    def found(phone: str) -> list[str]:
        with reading(engine) as connection:
            ring = keys_of(connection.dialect)
            wanted = ring.indexes(phone_key(phone), "orders.phone")
            index = type_coerce(orders.c.phone_index, String)
            return list(
                connection.execute(select(orders.c.order_no).where(index.in_(wanted))).scalars()
            )

    assert found("138 0000 0001") == [order_no]
    with writing(engine) as connection:
        connection.execute(update(orders).values(**phone_values("+86 139-0000-0002")))
    assert found("13800000001") == []
    assert found("13900000002") == [order_no]


@pytest.mark.parametrize(
    "typed",
    ["13800000001", "138 0000 0001", "138-0000-0001", "+8613800000001", "008613800000001",
     "86 13800000001", "１３８００００００01"],
)  # fmt: skip
def test_one_number_however_it_is_typed(typed: str) -> None:
    assert phone_key(typed) == "13800000001"


@given(st.text())
def test_a_phones_key_is_digits(typed: str) -> None:
    key = phone_key(typed)
    assert key.replace("+", "").isdigit() or not key.strip("+")


def test_json_is_sealed_as_a_whole(engine: Engine) -> None:
    payload = {"order_no": "2026111512348346", "address": "青禾路18号", "cents": [1, None]}
    with writing(engine) as connection:
        connection.execute(insert(outbox).values(topic="x", payload=payload, created_at=NOW))
        assert connection.execute(select(outbox.c.payload)).scalar_one() == payload
    ((stored,),) = raw(engine, "SELECT payload FROM outbox")
    assert stored.startswith("kefu1:")


def test_a_value_of_a_lost_key_is_an_error_that_names_the_key(
    shop: Shop, engine: Engine, database_url: str
) -> None:
    other = make_engine(load_settings(database_url=database_url, data_keys=OTHER_KEY))
    with pytest.raises(SealedValueError, match="put that key back"), reading(other) as connection:
        connection.execute(select(customers.c.name)).all()
    other.dispose()


def test_where_no_key_can_be_had_nothing_is_written(
    shop: Shop, engine: Engine, database_url: str, tmp_path: Any
) -> None:
    (tmp_path / "file").touch()
    settings = load_settings(
        database_url=database_url, data_keys=None, data_keys_file=tmp_path / "file" / "keys"
    )
    keyless = make_engine(settings)
    with pytest.raises(SettingsError, match="KEFU_DATA_KEYS"), writing(keyless) as connection:
        connection.execute(update(customers).where(customers.c.id == ALICE).values(name="赵某"))
    keyless.dispose()
    with reading(engine) as connection:
        assert "赵某" not in connection.execute(select(customers.c.name)).scalars().all()


def test_an_engine_of_ones_own_making_has_no_keys() -> None:
    engine = create_engine("sqlite://", future=True)
    with engine.connect() as connection:
        connection.execute(
            text("CREATE TABLE customers (id, name, phone, created_at, phone_index)")
        )
        with pytest.raises(StatementError, match="make_engine"):
            connection.execute(
                insert(customers).values(id="x", name="x", phone="1", created_at=NOW)
            )
