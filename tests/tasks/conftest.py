"""The demo shop in SQLite, and a conversation with it."""

from __future__ import annotations

import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from kefu.orders.database import make_engine, upgrade
from kefu.orders.demo import seed_demo_shop
from kefu.settings import load_settings
from tests.tasks.talking import NOW, DemoShop, Talk

DATA_KEYS = f"test:{b64encode(bytes(range(32))).decode()}"


def _engine(file: Path) -> Engine:
    return make_engine(load_settings(database_url=f"sqlite:///{file}", data_keys=DATA_KEYS))


@pytest.fixture(scope="session")
def filled_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop as of NOW; each test works on a copy."""
    file = tmp_path_factory.mktemp("shop") / "kefu.db"
    engine = _engine(file)
    upgrade(engine)
    seed_demo_shop(engine, now=NOW)
    engine.dispose()
    return file


@pytest.fixture
def shop(tmp_path: Path, filled_shop: Path) -> Iterator[DemoShop]:
    """The demo shop."""
    engine = _engine(Path(shutil.copy(filled_shop, tmp_path / "kefu.db")))
    yield DemoShop(engine)
    engine.dispose()


@pytest.fixture
def talk(shop: DemoShop) -> Callable[[str, str], Talk]:
    """`talk("refund", buyer)`: a conversation about that task; see `Talk.says`."""
    return lambda task_name, buyer: Talk.about(shop, task_name, buyer)
