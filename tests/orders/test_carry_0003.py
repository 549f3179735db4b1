"""What buyers wrote before version 0003 is sealed after it, the same, and comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.engine import Engine

from kefu.orders.database import altering, make_engine, reading, upgrade, writing
from kefu.orders.migrate import alembic_config
from kefu.orders.migrations import carry_0003
from kefu.orders.repository import newest_cases
from kefu.orders.tables import cases, ratings, tickets
from kefu.settings import load_settings
from tests.orders.shop import ALICE

PHONE, STREET = "13812345678", "青禾路18号3单元502"
TALK = [{"speaker": "buyer", "text": f"寄到{STREET}，{PHONE}", "at": "2026-11-20T04:00:00+00:00"}]
AT = "2026-11-20 04:00:00"
RAW = (
    "SELECT reason, conversation FROM tickets",
    "SELECT reason, evidence FROM cases",
    "SELECT comment FROM ratings",
)


def stored(engine: Engine) -> list[str]:
    """All values as they lie in the database."""
    with reading(engine) as connection:
        return [
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for query in RAW
            for row in connection.execute(text(query))
            for value in row
        ]


def opened(engine: Engine) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [
            tuple(row)
            for columns in (
                [tickets.c.reason, tickets.c.conversation],
                [cases.c.reason, cases.c.evidence],
                [ratings.c.comment],
            )
            for row in connection.execute(select(*columns).order_by(columns[0].table.c.id))
        ]


@pytest.fixture
def old(bare_engine: Engine) -> Engine:
    return filled(bare_engine)


def filled(bare_engine: Engine) -> Engine:
    """Three tickets, two cases and a rating of version 0002, all in the clear."""
    upgrade(bare_engine, "0002")
    said = {"talk": json.dumps(TALK), "reason": f"请打{PHONE}", "at": AT, "alice": ALICE}
    with writing(bare_engine) as connection:
        connection.execute(
            text(
                "INSERT INTO customers (id, name, phone, created_at) VALUES (:alice, 'x', '1', :at)"
            ),
            said,
        )
        for number in (1, 2, 3):
            values = said | {"id": number, "key": f"key-{number}"}
            connection.execute(
                text(
                    "INSERT INTO tickets (id, ticket_no, sender_id, status, reason, conversation, "
                    "created_at, idempotency_key) "
                    "VALUES (:id, :key, 's', 'open', :reason, :talk, :at, :key)"
                ),
                values,
            )
            connection.execute(
                text(
                    "INSERT INTO orders (id, order_no, customer_id, status, placed_at, "
                    "freight_cents, total_cents, recipient, phone, address) VALUES "
                    "(:id, :key, :alice, 'delivered', :at, 0, 100, 'x', '1', 'x')"
                ),
                values,
            )
        for number in (1, 2):
            connection.execute(
                text(
                    "INSERT INTO cases (id, case_no, order_id, customer_id, kind, status, "
                    "amount_cents, reason, created_at, idempotency_key, automatic, evidence) "
                    "VALUES (:id, :key, :id, :alice, 'exchange', 'reviewing', 0, :reason, :at, "
                    ":key, false, :evidence)"
                ),
                said | {"id": number, "key": f"key-{number}", "evidence": json.dumps([STREET])},
            )
        connection.execute(
            text(
                "INSERT INTO ratings (sender_id, score, comment, created_at, idempotency_key) "
                "VALUES ('s', 1, :reason, :at, 'key')"
            ),
            said,
        )
    return bare_engine


EXPECTED = [
    *[(f"请打{PHONE}", TALK)] * 3,
    *[(f"请打{PHONE}", [STREET])] * 2,
    (f"请打{PHONE}",),
]


def test_what_buyers_wrote_is_sealed_and_still_the_same(old: Engine) -> None:
    assert sum(PHONE in value for value in stored(old)) == 9
    upgrade(old)
    assert all(value.startswith("kefu1:") for value in stored(old))
    assert opened(old) == EXPECTED


def test_more_rows_than_a_batch_are_all_carried(
    old: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry_0003, "BATCH", 1)
    upgrade(old)
    assert all(value.startswith("kefu1:") for value in stored(old))


def test_the_buyer_finds_the_cases_again_through_the_view(old: Engine) -> None:
    upgrade(old)
    with reading(old) as connection:
        found = newest_cases(connection, ALICE, 10)
    assert [case.reason for case in found] == [f"请打{PHONE}"] * 2


def test_a_migration_that_breaks_off_leaves_all_as_it_was(
    old: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(old)
    rewrite = carry_0003._rewrite

    def break_off(bind: Any, table: Any, *, sealed: bool) -> None:
        if table.name == "ratings":
            raise KeyboardInterrupt
        rewrite(bind, table, sealed=sealed)

    monkeypatch.setattr(carry_0003, "_rewrite", break_off)
    with pytest.raises(KeyboardInterrupt):
        upgrade(old)
    assert stored(old) == before
    monkeypatch.undo()
    upgrade(old)
    assert opened(old) == EXPECTED


def test_a_view_of_the_shops_own_is_left_as_it_was(old: Engine) -> None:
    with writing(old) as connection:
        connection.execute(text("CREATE VIEW open_cases AS SELECT case_no, status FROM cases"))
    upgrade(old)
    with reading(old) as connection:
        assert len(connection.execute(text("SELECT * FROM open_cases")).all()) == 2


def test_no_plain_text_stays_in_the_file_of_sqlite(tmp_path: Path) -> None:
    file = tmp_path / "kefu.db"
    engine = filled(make_engine(load_settings(database_url=f"sqlite:///{file}")))
    upgrade(engine)
    with engine.connect() as connection:
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    assert PHONE.encode() not in file.read_bytes()


def test_the_way_back_gives_plain_text_and_json_again(old: Engine) -> None:
    before = stored(old)
    upgrade(old)
    with altering(old) as connection:
        command.downgrade(alembic_config(connection), "0002")
    assert stored(old) == before
    with reading(old) as connection:
        (talk,) = connection.execute(text("SELECT conversation FROM tickets WHERE id = 1")).one()
    assert (json.loads(talk) if isinstance(talk, str) else talk) == TALK
