"""A small shop behind a bad network, and the actions that read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine, make_url

from kefu.orders.database import make_engine, upgrade
from kefu.orders.status import OrderStatus
from kefu.settings import load_settings
from tests.actions.conftest import DATA_KEYS, forget
from tests.orders.shop import DAY, Shop
from tests.servers.proxy import Proxy, proxied

TODAY = datetime.now(timezone.utc)


@dataclass
class Place:
    """A shop that Kefu reaches by `url`, and that the test reaches by `engine` all the time."""

    engine: Engine
    url: str
    order_no: str  # delivered, may be sent back


def place(engine: Engine, url: str) -> Place:
    """One order delivered, one on its way, both of the same buyer."""
    upgrade(engine)
    shop = Shop(engine)
    order_no = shop.order(
        OrderStatus.DELIVERED, delivered_at=TODAY - DAY, placed_at=TODAY - 4 * DAY
    )
    shop.order(OrderStatus.SHIPPED, placed_at=TODAY - 2 * DAY)
    return Place(engine, url, order_no)


@pytest.fixture
def network(postgres_url: str) -> Iterator[Proxy]:
    """Between Kefu and the PostgreSQL of the tests."""
    with proxied(Path(str(make_url(postgres_url).query["host"])) / ".s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Lets the actions work on the database at a URL, with the settings that ship."""

    def set_url(url: str) -> None:
        monkeypatch.setenv("KEFU_ENV", "development")
        monkeypatch.setenv("KEFU_DATA_KEYS", DATA_KEYS)
        monkeypatch.setenv("KEFU_DATABASE_URL", url)
        for name in ("KEFU_DATABASE_TIMEOUT_SECONDS", "KEFU_SHOP_COMMANDS", "KEFU_SHOP_URL"):
            monkeypatch.delenv(name, raising=False)
        forget()

    yield set_url
    forget()


@pytest.fixture
def far(
    network: Proxy, postgres_database: Callable[[], str], use: Callable[[str], None]
) -> Iterator[Place]:
    """The shop in PostgreSQL, behind the network."""
    near = make_url(postgres_database())
    url = near.set(host="127.0.0.1", port=network.port, query={})
    yield from _places(near.render_as_string(False), url.render_as_string(False), use)


@pytest.fixture
def local(tmp_path: Path, use: Callable[[str], None]) -> Iterator[Place]:
    """The shop in a SQLite file."""
    url = f"sqlite:///{tmp_path / 'shop' / 'kefu.db'}"
    yield from _places(url, url, use)


def _places(near: str, url: str, use: Callable[[str], None]) -> Iterator[Place]:
    engine = make_engine(
        load_settings(database_url=near, data_keys=DATA_KEYS, database_timeout_seconds=30)
    )
    made = place(engine, url)
    use(url)
    yield made
    forget()
    engine.dispose()
