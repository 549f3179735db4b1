from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage

from kefu.encoder import Encoder
from kefu.nlu.shared import shared_encoder
from kefu.settings import get_settings
from tests.encoder.tiny import write_bert


def forget() -> None:
    get_settings.cache_clear()
    shared_encoder.cache_clear()


@pytest.fixture(scope="session")
def bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture
def encoder(bert_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Encoder]:
    """The process's encoder is a tiny one while the test lasts."""
    monkeypatch.setenv("KEFU_ENCODER", str(bert_folder))
    monkeypatch.setenv("KEFU_DEVICE", "cpu")
    forget()
    yield shared_encoder()
    forget()


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    (tmp_path / "model").mkdir()
    return LocalModelStorage.create(tmp_path / "model")


@pytest.fixture
def context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), node_name="part_under_test")
