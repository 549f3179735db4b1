"""A real demo shop in SQLite behind the real services."""

from __future__ import annotations

import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from actions import services
from kefu.encoder import Encoder
from kefu.knowledge.sync import sync
from kefu.orders.database import make_engine, upgrade
from kefu.orders.demo import seed_demo_shop
from kefu.settings import get_settings, load_settings
from tests.actions.scene import Shop

KEPT = (
    services.engine,
    services.commands,
    services.orders,
    services.tickets,
    services.ratings,
    services.language_model,
    services.opened_knowledge,
)
DATA_KEYS = f"test:{b64encode(bytes(range(32))).decode()}"
RETURNS = """---
title: 七天无理由退货
intents: [ask_return_policy, request_exchange]
questions:
  - 买回来不喜欢能退吗
  - 七天无理由退货怎么退
  - 不合适想换货，怎么换
updated: 2026-10-08
---
签收后七天内，商品完好就可以无理由退货。运费由您承担；质量问题由本店承担。
"""


def forget() -> None:
    """The services and settings of the test before."""
    if services.engine.made:
        services.engine().dispose()
    for kept in KEPT:
        kept.forget()
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop as of now; each test works on a copy."""
    file = tmp_path_factory.mktemp("shop") / "kefu.db"
    engine = make_engine(load_settings(database_url=f"sqlite:///{file}", data_keys=DATA_KEYS))
    upgrade(engine)
    seed_demo_shop(engine, now=datetime.now(timezone.utc))
    engine.dispose()
    return file


@pytest.fixture(autouse=True)
def environment(
    tmp_path: Path, filled_database: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Development, the copy of the shop, no article indexed, no language model."""
    copied = shutil.copy(filled_database, tmp_path / "kefu.db")
    monkeypatch.setenv("KEFU_ENV", "development")
    monkeypatch.setenv("KEFU_DATABASE_URL", f"sqlite:///{copied}")
    monkeypatch.setenv("KEFU_DATA_KEYS", DATA_KEYS)
    monkeypatch.setenv("KEFU_KB_DIR", str(tmp_path / "kb"))
    monkeypatch.setenv("KEFU_KB_INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setenv("KEFU_DEVICE", "cpu")
    monkeypatch.setenv("KEFU_ENCODER", "models/encoder")
    monkeypatch.delenv("KEFU_LLM_BASE_URL", raising=False)
    monkeypatch.delenv("KEFU_QDRANT_URL", raising=False)
    forget()
    yield
    forget()


@pytest.fixture
def shop() -> Shop:
    return Shop(services.engine())


@pytest.fixture
def articles(tmp_path: Path) -> None:
    """One article, indexed with the shipped encoder."""
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "returns.md").write_text(RETURNS, encoding="utf-8")
    settings = get_settings()
    sync(settings, Encoder.load(settings.encoder, settings.device))


@pytest.fixture
def no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_DATABASE_URL", f"sqlite:///{tmp_path / 'gone' / 'kefu.db'}")
    forget()


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_ENV", "production")
    get_settings.cache_clear()


@pytest.fixture
def language_model(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def use(base_url: str) -> None:
        monkeypatch.setenv("KEFU_LLM_BASE_URL", base_url)
        get_settings.cache_clear()
        services.language_model.forget()

    return use
