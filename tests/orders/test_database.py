"""The engine's manners: one kind of error, no secret in it, no wait without end."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from kefu.errors import DatabaseError, SettingsError
from kefu.orders.commands import RequestRefund
from kefu.orders.database import (
    altering,
    check_schema,
    is_empty,
    make_engine,
    reading,
    upgrade,
    writing,
)
from kefu.orders.service import OrderService
from kefu.orders.tables import customers, metadata
from kefu.settings import load_settings
from tests.orders.shop import ALICE, NOW, Shop


def engine_for(url: str, seconds: float = 1.0) -> Engine:
    return make_engine(load_settings(database_url=url, database_timeout_seconds=seconds))


def test_a_migrated_database_passes_the_check(engine: Engine) -> None:
    check_schema(engine)
    assert is_empty(engine)


def test_a_shop_with_a_customer_is_not_empty(shop: Shop, engine: Engine) -> None:
    assert not is_empty(engine)


def test_missing_tables_are_named_with_the_command_that_makes_them(bare_engine: Engine) -> None:
    with pytest.raises(DatabaseError, match="kefu db upgrade"):
        check_schema(bare_engine)
    service = OrderService(bare_engine, clock=lambda: NOW)
    with pytest.raises(DatabaseError, match="kefu db upgrade"):
        service.recent_orders(ALICE)


def test_tables_of_another_version_are_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(DatabaseError, match="version 0000"):
        check_schema(engine)


def test_an_empty_sqlite_file_has_no_tables(tmp_path: Path) -> None:
    (tmp_path / "kefu.db").touch()
    with pytest.raises(DatabaseError, match="no tables"):
        check_schema(engine_for(f"sqlite:///{tmp_path / 'kefu.db'}"))


def test_checking_makes_no_sqlite_file(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'shop' / 'kefu.db'}")
    with pytest.raises(DatabaseError, match="There is no database"):
        check_schema(engine)
    assert not (tmp_path / "shop").exists()


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "kefu.db").write_text("no database " * 100)
    engine = engine_for(f"sqlite:///{tmp_path / 'kefu.db'}")
    for use in (check_schema, upgrade):
        with pytest.raises(DatabaseError, match="not a database"):
            use(engine)


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "shop").touch()
    with pytest.raises(DatabaseError, match="cannot be made"):
        upgrade(engine_for(f"sqlite:///{tmp_path / 'shop' / 'kefu.db'}"))


def test_an_unreachable_server_is_one_sentence_without_the_password() -> None:
    engine = engine_for("postgresql://kefu:s3cret@127.0.0.1:1/shop?sslpassword=s3cret")
    with pytest.raises(DatabaseError) as raised:
        check_schema(engine)
    assert "s3cret" not in str(raised.value)
    assert "127.0.0.1:1/shop" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("url", ["mysql://host/name", "shop.db", "sqlite://", "oracle://x"])
def test_other_databases_are_refused_at_once(url: str) -> None:
    with pytest.raises(SettingsError, match="KEFU_DATABASE_URL"):
        engine_for(url)


@pytest.mark.integration
def test_a_slow_statement_is_cut_off_on_postgresql(postgres_url: str) -> None:
    engine = engine_for(postgres_url, seconds=0.2)
    start = time.monotonic()
    with pytest.raises(DatabaseError, match="statement timeout"), reading(engine) as connection:
        connection.execute(text("SELECT pg_sleep(20)"))
    assert time.monotonic() - start < 10
    engine.dispose()


def test_a_locked_order_does_not_keep_a_buyer_waiting(
    shop: Shop, engine: Engine, database_url: str
) -> None:
    order_no = shop.order()
    impatient = engine_for(database_url, seconds=0.2)
    service = OrderService(impatient, clock=lambda: NOW)
    with writing(engine) as holder:
        holder.execute(text("UPDATE orders SET status = status"))
        with pytest.raises(DatabaseError):
            service.carry_out(ALICE, RequestRefund(order_no, "不要了"), "key")
        assert service.order(ALICE, order_no)  # reading goes on beside a writer
    impatient.dispose()
    assert shop.cases() == 0


def test_an_exhausted_pool_is_one_sentence(database_url: str, engine: Engine) -> None:
    small = make_engine(
        load_settings(database_url=database_url, database_pool_size=1, database_timeout_seconds=0.2)
    )
    with reading(small), pytest.raises(DatabaseError, match="KEFU_DATABASE_POOL_SIZE"):
        is_empty(small)
    small.dispose()


def test_an_error_in_the_middle_takes_everything_back(shop: Shop, engine: Engine) -> None:
    def fail_late() -> None:
        with writing(engine) as connection:
            connection.execute(text("UPDATE customers SET name = 'x'"))
            connection.execute(text("UPDATE nothing SET name = 'x'"))

    with pytest.raises(DatabaseError):
        fail_late()
    with reading(engine) as connection:
        assert "x" not in connection.execute(select(customers.c.name)).scalars().all()


def test_a_migration_that_leaves_rows_referring_to_nothing_is_taken_back(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'kefu.db'}")
    upgrade(engine)
    orphan = "INSERT INTO parcel_events VALUES (1, 99, '2026-11-20', '杭州', '已签收')"
    refused = pytest.raises(DatabaseError, match="refers to nothing in parcels")
    with refused, altering(engine) as connection:
        connection.execute(text(orphan))
    with pytest.raises(DatabaseError, match="FOREIGN KEY"), writing(engine) as connection:
        connection.execute(text(orphan))
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM parcel_events")).scalar_one() == 0
    engine.dispose()


def test_times_come_back_aware_and_in_utc(engine: Engine) -> None:
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2026, 11, 20, 7, 30, 15, 250_000, tzinfo=shanghai)
    with writing(engine) as connection:
        connection.execute(insert(customers).values(id="x", name="x", phone="1", created_at=at))
        found = connection.execute(select(customers.c.created_at)).scalar_one()
        assert connection.execute(
            select(customers.c.id).where(customers.c.created_at <= at)
        ).scalar_one()
    assert found == at
    assert found.tzinfo is timezone.utc


def test_a_time_without_zone_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 11, 20)
    row = {"id": "x", "name": "x", "phone": "1", "created_at": naive}
    with pytest.raises(StatementError, match="no time zone"), writing(engine) as connection:
        connection.execute(insert(customers).values(row))


def test_rows_that_make_no_sense_are_refused_by_the_tables(shop: Shop, engine: Engine) -> None:
    for statement in (
        "UPDATE orders SET status = 'lost'",
        "UPDATE orders SET total_cents = 1",
        "UPDATE orders SET customer_id = 'nobody'",
        "UPDATE order_items SET quantity = 0",
    ):
        shop.order()
        with pytest.raises(DatabaseError), writing(engine) as connection:
            connection.execute(text(statement))


def test_no_table_keeps_money_as_a_fraction_or_time_without_zone() -> None:
    kinds = {
        str(column.type)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith(("_cents", "_at")) or column.name in ("at", "ship_by")
    }
    assert kinds == {"INTEGER", "DATETIME"}
