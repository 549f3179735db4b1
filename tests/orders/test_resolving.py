"""Names are looked up in time, whatever the resolver does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest

from kefu.errors import CommandsUnavailableError, DatabaseError
from kefu.orders.database import make_engine, reading
from kefu.orders.resolving import addresses
from kefu.orders.signed_client import SignedClient
from kefu.settings import load_settings
from tests.orders.hanging import NAME, hanging_resolver

SECONDS = 0.3


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    with hanging_resolver(monkeypatch) as answers:
        yield answers


def test_an_address_is_its_own() -> None:
    assert addresses("127.0.0.1", 0) == ("127.0.0.1",)
    assert addresses("::1", 0) == ("::1",)


def test_a_name_has_all_that_the_resolver_says(resolver: threading.Event) -> None:
    resolver.set()
    assert addresses(NAME, 10) == ("127.0.0.1",)
    assert "127.0.0.1" in addresses("localhost", 10)


@pytest.mark.parametrize("name", ["nobody.kefu.invalid", "..", "x" * 300])
def test_an_unknown_name_is_an_error_at_once(name: str) -> None:
    with pytest.raises(OSError, match=r".") as unknown:
        addresses(name, 10)
    assert not isinstance(unknown.value, TimeoutError)


def test_a_resolver_that_hangs_is_left_in_time(resolver: threading.Event) -> None:
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=NAME):
        addresses(NAME, SECONDS)
    assert SECONDS <= time.monotonic() - start < 3


def test_all_who_wait_for_a_name_wait_for_one_look_up(resolver: threading.Event) -> None:
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(addresses, NAME, 20) for _ in range(20)]
        time.sleep(0.2)
        threads = [one for one in threading.enumerate() if one.name == "resolver"]
        resolver.set()
        assert {one.result(20) for one in waiting} == {("127.0.0.1",)}
    assert len(threads) == 1


def test_a_database_of_which_nobody_knows_is_said() -> None:
    engine = make_engine(load_settings(database_url="postgresql://kefu@nobody.kefu.invalid/kefu"))
    unknown = pytest.raises(DatabaseError, match=r"nobody\.kefu\.invalid was not found")
    with unknown, reading(engine):
        pass
    engine.dispose()


def test_the_shops_system_is_given_up_within_its_budget(resolver: threading.Event) -> None:
    client = SignedClient(
        f"http://{NAME}:9/kefu",
        "secret",
        setting="KEFU_SHOP_URL",
        timeout_seconds=SECONDS,
        budget_seconds=2 * SECONDS,
        clock=lambda: datetime.now(timezone.utc),
    )
    start = time.monotonic()
    with pytest.raises(CommandsUnavailableError, match="look at the resolver") as failed:
        client.post("/commands", {})
    assert time.monotonic() - start < 5
    assert not failed.value.maybe_done
    client.close()
