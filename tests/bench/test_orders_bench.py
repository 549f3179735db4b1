"""`python -m bench.orders` in small shops: what it prints, and that it notices what it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import extensions
from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import Engine, make_url

from bench.orders.__main__ import URL, main
from bench.orders.drafts import NOW
from bench.orders.filling import Filler
from bench.orders.plans import GROWING, large_tables, plans
from bench.orders.questions import QUESTIONS, Desk, draw
from bench.orders.server import connect, own_server, shop
from bench.orders.verdicts import statements
from kefu.errors import DatabaseError
from kefu.orders.tables import audit_log, cases, orders, outbox, payments

SMALL, LARGE = 800, 4000
FEW = ["--clients", "1,2", "--calls", "20", "--writes", "10", "--explain", "5"]


@pytest.fixture
def url(postgres_database: Callable[[], str]) -> str:
    return postgres_database()


@pytest.fixture
def filled(url: str) -> Iterator[Engine]:
    """A shop of LARGE orders."""
    with shop(url) as engine:
        Filler(engine).grow(LARGE)
        yield engine


@pytest.fixture
def desk(filled: Engine, url: str) -> Iterator[Desk]:
    engine = connect(url)
    yield Desk(engine)
    engine.dispose()


def column(table: str, number: int) -> list[str]:
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [row[number].strip("| ") for row in rows[2:]]


def parts(printed: str) -> dict[str, str]:
    pieces = [piece.split("\n", 1) for piece in printed.split("\n## ")[1:]]
    return {title.split(" at ")[0]: body for title, body in pieces}


@pytest.mark.integration
def test_a_whole_run(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(URL, url)
    assert main(["--orders", f"{SMALL},{LARGE}", *FEW]) == 0
    printed = capsys.readouterr().out
    assert "fsync" in printed.splitlines()[1]
    found = parts(printed)
    titles = [question.title for question in QUESTIONS.values()]
    assert column(found["times"], 0) == [title for title in titles for _ in range(4)]
    assert column(found["times"], 1) == ["800", "800", "4,000", "4,000"] * len(titles)
    assert column(found["times"], 2) == ["1", "2"] * 2 * len(titles)
    for p50, p99 in zip(column(found["times"], 3), column(found["times"], 4), strict=True):
        assert 0 < float(p50.split()[0]) <= float(p99.split()[0])
    for worked in (6, 7):  # the server is on this machine
        assert all(0.1 < float(ms) < 1000 for ms in column(found["times"], worked))
    assert column(found["growth"], 0) == titles
    assert all(float(ratio) < 2 for ratio in column(found["growth"], 3))
    sent = list(zip(*(column(found["statements"], place) for place in (0, 1, 4)), strict=True))
    assert ("newest orders", "SELECT shop_orders", "ix_orders_customer_id_placed_at") in sent
    assert ("one order, whole number", "SELECT shop_orders", "uq_orders_order_no") in sent
    assert any(statement == "INSERT outbox" for _, statement, _ in sent)
    assert set(column(found["statements"].split("\n* ")[0], 5)) == {"no"}
    assert printed.count(": yes") == 2
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        assert cursor.fetchone() == (0,)
    connection.close()


@pytest.mark.integration
def test_a_run_without_an_index_fails(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv(URL, url)
    without = ["--drop-index", "ix_orders_customer_id_placed_at"]
    file = tmp_path / "figures.json"
    few = ["--clients", "1", "--calls", "1", "--writes", "1", "--explain", "2"]
    assert main(["--orders", str(LARGE), *few, *without, "--json", str(file)]) == 1
    printed = capsys.readouterr().out
    assert "* no statement reads a large table whole: NO" in printed
    assert "newest orders, 4,000 orders: SELECT shop_orders reads all of orders" in printed
    assert '"Node Type": "Seq Scan"' in file.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match='--drop-index ix_nothing: index "ix_nothing" does not'):
        main(["--orders", str(SMALL), "--drop-index", "ix_nothing"])


# Which question each index is for, and of which table it is.
NEEDED = {
    "ix_orders_customer_id_placed_at": ("digits", "orders"),
    "ix_order_items_order_id": ("number", "order_items"),
    "ix_parcels_order_id": ("tracking", "parcels"),
    "ix_parcel_events_parcel_id_at": ("newest", "parcel_events"),
    "ix_payments_order_id": ("refund", "payments"),
}


@pytest.mark.integration
def test_each_index_that_is_missing_is_noticed(filled: Engine, desk: Desk) -> None:
    large = large_tables(filled)
    assert {"orders", "order_items", "parcels", "parcel_events", "payments"} <= large <= GROWING

    def read_whole(name: str) -> set[str]:
        (key,) = draw(filled, name, 1)
        seen = plans(desk.engine, lambda: QUESTIONS[name].ask(desk, key))
        return {table for found in statements([seen], large) for table in found.read_whole}

    for index, (name, table) in NEEDED.items():
        assert read_whole(name) == set(), name
        with filled.begin() as connection:
            definition = text("SELECT indexdef FROM pg_indexes WHERE indexname = :name")
            again = connection.execute(definition, {"name": index}).scalar_one()
            connection.execute(text(f"DROP INDEX {index}"))
        assert read_whole(name) == {table}, index
        with filled.begin() as connection:
            connection.execute(text(again))


@pytest.mark.integration
def test_the_shop_is_a_shop(filled: Engine, desk: Desk) -> None:
    with filled.connect() as connection:
        count = dict(
            connection.execute(
                select(orders.c.status, func.count()).group_by(orders.c.status)
            ).all()
        )
        stored = connection.execute(text("SELECT recipient, phone, address FROM orders LIMIT 9"))
        assert all(value.startswith("kefu1:bench:") for row in stored for value in row)
        unbalanced = (
            select(func.count())
            .select_from(orders)
            .join(payments, payments.c.order_id == orders.c.id)
            .where(payments.c.kind == "payment", payments.c.amount_cents != orders.c.total_cents)
        )
        assert connection.execute(unbalanced).scalar_one() == 0
    assert sum(count.values()) == LARGE
    assert len(count) == 8
    assert 0.5 < count["completed"] / LARGE < 0.7
    order = desk.service.recent_orders(draw(filled, "newest", 1)[0].buyer)[0]
    assert "*" in order.recipient_masked
    assert order.phone_masked[3:7] == "****"
    assert order.placed_at < NOW


@pytest.mark.integration
def test_a_refund_that_is_explained_happens_once(filled: Engine, desk: Desk) -> None:
    def written() -> list[int]:
        with filled.connect() as connection:
            return [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (cases, audit_log, outbox)
            ]

    before = written()
    keys = draw(filled, "refund", 3)
    for key in keys:
        found = plans(desk.engine, lambda key=key: QUESTIONS["refund"].ask(desk, key))
        assert [plan.title for plan in found].count("INSERT cases") == 1
        assert all(plan.buffers > 0 for plan in found)
    assert written() == [number + 3 for number in before]
    # They are no longer fresh.
    assert not set(draw(filled, "refund", 20)) & set(keys)
    with pytest.raises(DatabaseError, match=r"Only \d+ orders are left for “refund"):
        draw(filled, "refund", LARGE)


@pytest.mark.integration
def test_a_shop_grows_on_top_of_what_was_written_meanwhile(url: str) -> None:
    before = extensions.get_wait_callback()
    with shop(url) as engine:
        filler = Filler(engine)
        filler.grow(SMALL)
        desk = Desk(engine)
        for key in draw(engine, "refund", 5):
            assert QUESTIONS["refund"].ask(desk, key)
        filler.grow(2 * SMALL)
        for key in draw(engine, "refund", 5):
            assert QUESTIONS["refund"].ask(desk, key)
        with engine.connect() as connection:
            total = connection.execute(select(func.count()).select_from(orders)).scalar_one()
    assert total == 2 * SMALL
    assert extensions.get_wait_callback() is before


@pytest.mark.integration
def test_a_database_that_is_in_use_stays_as_it_is(url: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE precious (id int)"))
    refusal = pytest.raises(DatabaseError, match="set KEFU_BENCH_DATABASE_URL to an empty one")
    with refusal, shop(url):
        pytest.fail("It was filled.")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["precious"]
    engine.dispose()


@pytest.mark.integration
def test_its_own_server_keeps_what_it_promises_and_ends() -> None:
    with own_server() as url:
        home = Path(make_url(url).query["host"])
        with psycopg2.connect(url) as connection, connection.cursor() as cursor:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                cursor.execute(f"SHOW {setting}")
                assert cursor.fetchone() == ("on",)
        connection.close()
    assert not home.exists()


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--orders", "1000", "takes multiples of 400"),
        ("--orders", "4000,800", "takes ascending numbers"),
        ("--clients", "0", "takes ascending numbers from 1"),
    ],
)
def test_senseless_options_are_refused(
    option: str, value: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([option, value])
    assert complaint in capsys.readouterr().err
