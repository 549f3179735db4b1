from __future__ import annotations

from pathlib import Path

import pytest

from kefu.encoder import Encoder
from tests.encoder.tiny import write_bert


@pytest.fixture(scope="session")
def bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole folder; tests that damage one make their own."""
    return write_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="session")
def encoder(bert_folder: Path) -> Encoder:
    return Encoder.load(str(bert_folder), "cpu")
