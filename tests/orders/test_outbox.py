"""The relay: everything is told, in order, and nothing gets lost or overtakes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.engine import Engine

from kefu.errors import DatabaseError
from kefu.orders.database import reading, writing
from kefu.orders.outbox import LONGEST_PAUSE_SECONDS, Relay, Step
from kefu.orders.signed_client import SignedClient
from kefu.orders.tables import outbox
from kefu.settings import HOME
from tests.servers.shop_server import SECRET, Fault, Shop, serving

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def url(shop: Shop) -> Iterator[str]:
    with serving(shop) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[SignedClient]:
    client = SignedClient(
        url,
        SECRET,
        setting="KEFU_SHOP_URL",
        timeout_seconds=5,
        budget_seconds=20,
        clock=lambda: datetime.now(timezone.utc),
        sleep=lambda seconds: None,
    )
    yield client
    client.close()


@pytest.fixture
def relay(engine: Engine, client: SignedClient) -> Relay:
    return Relay(engine, client, clock=lambda: NOW)


def put(engine: Engine, *numbers: int) -> None:
    """Rows as the service writes them."""
    with writing(engine) as connection:
        for number in numbers:
            connection.execute(
                insert(outbox).values(
                    topic="case.opened",
                    payload={"case_no": f"R{number}", "地址": "杭州"},
                    created_at=NOW,
                )
            )


def rows(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.id)))


def told(shop: Shop) -> list[str]:
    return [event["payload"]["case_no"] for event in shop.told]


class Watch:
    """A relay that watches in a thread; `pauses` are what it waited, in no time at all."""

    def __init__(self, relay: Relay, *, turns: int) -> None:
        self.pauses: list[float] = []
        self._turns = turns
        relay.watch(self._wait)

    def _wait(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return len(self.pauses) > self._turns


def test_rows_are_posted_in_order_and_marked(engine: Engine, relay: Relay, shop: Shop):
    put(engine, 1, 2, 3)
    report = relay.send()
    assert (report.sent, report.waiting, report.problem) == (3, 0, None)
    assert told(shop) == ["R1", "R2", "R3"]
    assert shop.told[0] == {
        "key": f"outbox-{rows(engine)[0].id}",
        "id": rows(engine)[0].id,
        "topic": "case.opened",
        "at": "2026-11-20T04:00:00+00:00",
        "payload": {"case_no": "R1", "地址": "杭州"},
    }
    assert {(row.sent_at, row.attempts, row.last_error) for row in rows(engine)} == {(NOW, 1, None)}
    assert relay.send().sent == 0
    assert len(shop.requests) == 3


def test_what_the_shop_does_not_take_waits_and_so_does_all_after_it(
    engine: Engine, relay: Relay, shop: Shop
):
    put(engine, 1, 2)
    shop.faults.append(Fault(422))
    report = relay.send()
    assert (report.sent, report.waiting) == (0, 2)
    assert report.problem is not None
    assert "422" in report.problem
    assert "kefu outbox skip" in report.problem
    first, second = rows(engine)
    assert (first.sent_at, first.attempts, "422" in first.last_error) == (None, 1, True)
    assert (second.sent_at, second.attempts) == (None, 0)
    assert relay.send().sent == 2
    assert told(shop) == ["R1", "R2"]
    assert [(row.attempts, row.last_error) for row in rows(engine)] == [(2, None), (1, None)]


def test_a_row_may_be_given_up(engine: Engine, relay: Relay, shop: Shop):
    put(engine, 1, 2)
    assert relay.skip(rows(engine)[0].id)
    assert not relay.skip(rows(engine)[0].id)
    assert not relay.skip(99)
    assert relay.send().sent == 1
    assert told(shop) == ["R2"]
    assert "Skipped" in rows(engine)[0].last_error


def test_a_connection_that_breaks_after_the_shop_took_it_tells_it_once(
    engine: Engine, relay: Relay, shop: Shop
):
    put(engine, 1, 2)
    shop.faults.extend([Fault(drop="after"), Fault(drop="after")])
    assert relay.send().sent == 2
    assert told(shop) == ["R1", "R2"]
    assert len(shop.requests) == 4


def test_a_mark_that_is_not_written_tells_it_again_under_the_same_key(
    engine: Engine, client: SignedClient, shop: Shop
):
    put(engine, 1)

    def broken() -> datetime:
        raise KeyboardInterrupt  # the relay dies here, between the answer and the mark

    with pytest.raises(KeyboardInterrupt):
        Relay(engine, client, clock=broken).send()
    assert rows(engine)[0].sent_at is None
    assert Relay(engine, client, clock=lambda: NOW).send().sent == 1
    assert told(shop) == ["R1"]
    keys = [headers["idempotency-key"] for _, headers, _ in shop.requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_many_relays_at_once_send_each_row_once_and_in_order(
    engine: Engine, client: SignedClient, shop: Shop
):
    put(engine, *range(40))
    stop, watching = threading.Event(), []
    for _ in range(4):
        relay = Relay(engine, client, clock=lambda: NOW)
        watching.append(threading.Thread(target=relay.watch, args=(stop.wait,)))
    for thread in watching:
        thread.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and any(row.sent_at is None for row in rows(engine)):
        time.sleep(0.05)
    stop.set()
    for thread in watching:
        thread.join(20)
    assert [headers["idempotency-key"] for _, headers, _ in shop.requests] == [
        f"outbox-{row.id}" for row in rows(engine)
    ]
    assert told(shop) == [f"R{number}" for number in range(40)]


@pytest.mark.alone
def test_while_one_relay_posts_another_finds_it_busy_and_buyers_can_write(
    engine: Engine, client: SignedClient, shop: Shop
):
    put(engine, 1)
    shop.faults.append(Fault(delay_seconds=1.5))
    first = Relay(engine, client, clock=lambda: NOW)
    posting = threading.Thread(target=first.send)
    posting.start()
    deadline = time.monotonic() + 20
    while not shop.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    assert Relay(engine, client, clock=lambda: NOW).step() == (Step.BUSY, None)
    began = time.monotonic()
    put(engine, 2)
    assert time.monotonic() - began < 1
    assert rows(engine)[0].sent_at is None, "the first row was still being posted"
    posting.join(20)
    assert told(shop) == ["R1", "R2"]


class TestWatch:
    def test_it_sends_without_pause_and_then_looks_each_second(
        self, engine: Engine, relay: Relay, shop: Shop
    ):
        put(engine, 1, 2)
        assert Watch(relay, turns=4).pauses == [0, 0, 0, 1, 1]
        assert told(shop) == ["R1", "R2"]

    def test_it_backs_off_and_goes_on_when_the_shop_is_back(
        self, engine: Engine, relay: Relay, shop: Shop, caplog: pytest.LogCaptureFixture
    ):
        put(engine, 1)
        shop.faults.extend([Fault(422)] * 10)
        assert Watch(relay, turns=10).pauses == [
            *(0, 2, 4, 8, 16, 32, 64, 128, 256),
            *(LONGEST_PAUSE_SECONDS,) * 2,
        ]
        assert "422" in caplog.text
        assert "杭州" not in caplog.text
        Watch(relay, turns=1)
        assert told(shop) == ["R1"]

    def test_a_database_that_is_gone_is_waited_for(
        self, engine: Engine, relay: Relay, shop: Shop, caplog: pytest.LogCaptureFixture
    ):
        put(engine, 1)
        with writing(engine) as connection:
            connection.execute(text("ALTER TABLE outbox RENAME TO outbox_gone"))
        with pytest.raises(DatabaseError):
            relay.send()
        assert Watch(relay, turns=4).pauses == [0, 1, 2, 4, 8]
        with writing(engine) as connection:
            connection.execute(text("ALTER TABLE outbox_gone RENAME TO outbox"))
        Watch(relay, turns=1)
        assert told(shop) == ["R1"]


class TestCommand:
    """`kefu outbox …` as people start it."""

    @pytest.fixture
    def environment(self, engine: Engine, url: str, tmp_path: Any) -> dict[str, str]:
        return {
            **os.environ,
            "KEFU_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "KEFU_SHOP_URL": url,
            "KEFU_SHOP_SECRET": SECRET,
            "KEFU_SHOP_BUDGET_SECONDS": "30",
            "KEFU_SHOP_TIMEOUT_SECONDS": "30",
        }

    def run(self, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kefu.cli", "outbox", *words],
            cwd=HOME,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_send_and_skip(self, engine: Engine, shop: Shop, environment: dict[str, str]):
        put(engine, 1, 2, 3)
        assert self.run(environment, "send").stdout == "3 sent, 0 waiting\n"
        put(engine, 4, 5)
        shop.faults.append(Fault(422))
        done = self.run(environment, "send")
        assert (done.returncode, done.stdout) == (1, "0 sent, 2 waiting\n")
        row = rows(engine)[3].id
        assert done.stderr.startswith(f"✗ Row {row} (case.opened) waits")
        assert len(done.stderr.splitlines()) == 1
        assert self.run(environment, "skip", str(row)).stdout == f"row {row} is skipped\n"
        assert self.run(environment, "send").stdout == "1 sent, 0 waiting\n"
        assert told(shop) == ["R1", "R2", "R3", "R5"]

    def test_a_relay_that_is_killed_while_it_posts_loses_nothing(
        self, engine: Engine, shop: Shop, environment: dict[str, str]
    ):
        put(engine, *range(5))
        for _ in range(3):
            before = len(shop.requests)
            shop.faults.append(Fault(delay_seconds=1.0))
            watching = self.start(environment)
            self.until(lambda before=before: len(shop.requests) > before)
            watching.send_signal(signal.SIGKILL)
            watching.wait(20)
        watching = self.start(environment)
        self.until(lambda: all(row.sent_at is not None for row in rows(engine)))
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(20) == 0
        assert told(shop) == [f"R{number}" for number in range(5)]

    def start(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "kefu.cli", "outbox", "send", "--watch"],
            cwd=HOME,
            env=environment,
        )

    def until(self, fact: Any) -> None:
        deadline = time.monotonic() + 60
        while not fact():
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_a_shop_without_the_secret_hears_nothing(
    engine: Engine, relay: Relay, shop: Shop, url: str
):
    put(engine, 1)
    shop.secrets[:] = ["x" * 40]
    report = relay.send()
    assert report.problem is not None
    assert "KEFU_SHOP_SECRET" in report.problem
    assert shop.told == []
    assert httpx.post(f"{url}/events", json={"topic": "forged"}).status_code == 401
