"""The whole assistant for the tests: a trained model, Rasa, the action server, a demo shop.

A pytest plugin. `assistant` is one running assistant with the tiny Qwen model behind it, shared by
the session; `start_assistant` starts further ones with other settings. Each lives in a folder of
its own, with its own database and conversations; all read one index.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from kefu.encoder import Encoder
from kefu.knowledge.sync import sync
from kefu.orders.database import make_engine, upgrade
from kefu.orders.demo import seed_demo_shop
from kefu.run.process import Process
from kefu.run.supervisor import Supervisor
from kefu.run.up import servers
from kefu.settings import HOME, Settings, load_settings
from kefu.training import ModelShelf
from tests.servers.qwen import QwenServer

_READ_BY_RASA = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml")
_ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Assistant:
    """A running assistant.

    Attributes:
        url: of the webhook.
        home: folder with var/, logs included.
        engine: connections to its order database.
        processes: Rasa and the action server.
    """

    url: str
    home: Path
    engine: Engine
    processes: dict[str, Process]

    def say(self, sender: str, message: str) -> str:
        """The texts of the answer, a line each."""
        answer = self.post({"sender": sender, "message": message})
        assert answer.status_code == 200, answer.text
        return "\n".join(part.get("text", "") for part in answer.json())

    def post(self, body: Any) -> httpx.Response:
        """The raw answer to a JSON body."""
        return httpx.post(self.url, json=body, timeout=_ANSWER_SECONDS)

    def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """What a query finds in the order database."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query), values).mappings()]


StartAssistant = Callable[..., Any]


@contextmanager
def run_assistant(home: Path, index: Path, variables: dict[str, str]) -> Iterator[Assistant]:
    """An assistant in `home` that reads `index`, with KEFU_* variables on top of the test's own.

    Model and encoder are the repository's; `make test` has trained the model before.
    """
    home.mkdir(parents=True, exist_ok=True)
    for name in _READ_BY_RASA:
        shutil.copy(HOME / name, home / name)
    (home / "actions").symlink_to(HOME / "actions")
    (home / "var").mkdir()
    environment = {
        "KEFU_DATABASE_URL": f"sqlite:///{home / 'var' / 'shop.db'}",
        "KEFU_KB_INDEX_DIR": str(index),
        "KEFU_PORT": str(free_port()),
        "KEFU_ACTION_PORT": str(free_port()),
        "OMP_NUM_THREADS": "1",
        **variables,
    }
    with _environment(environment):
        settings = load_settings()
        engine = _fill(settings)
        processes = servers(
            settings, ModelShelf(load_settings()).ensure(), lambda line: None, home=home
        )
    supervisor = Supervisor(processes, ready_timeout_seconds=240)
    url = f"http://127.0.0.1:{settings.port}/webhooks/rest/webhook"
    try:
        supervisor.start()
        yield Assistant(url, home, engine, {process.name: process for process in processes})
    finally:
        supervisor.stop()
        engine.dispose()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _fill(settings: Settings) -> Engine:
    engine = make_engine(settings)
    upgrade(engine)
    seed_demo_shop(engine, now=datetime.now(timezone.utc))
    return engine


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@pytest.fixture(scope="session")
def kb_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's articles, indexed once."""
    folder = tmp_path_factory.mktemp("kb") / "index"
    settings = load_settings(kb_index_dir=folder, qdrant_url=None)
    sync(settings, Encoder.load(settings.encoder, settings.device))
    return folder


@pytest.fixture(scope="session")
def assistant(
    tmp_path_factory: pytest.TempPathFactory,
    kb_index: Path,
    qwen_server: QwenServer,
    postgres_shop: str,
) -> Iterator[Assistant]:
    """One assistant for all conversations of the session: PostgreSQL and a language model.

    Those that `start_assistant` starts have SQLite, unless told.
    """
    base_url, model = qwen_server
    variables = {
        "KEFU_LLM_BASE_URL": base_url,
        "KEFU_LLM_MODEL": model,
        "KEFU_DATABASE_URL": postgres_shop,
    }
    home = tmp_path_factory.mktemp("assistant") / "home"
    with run_assistant(home, kb_index, variables) as running:
        yield running


@pytest.fixture
def start_assistant(tmp_path: Path, kb_index: Path) -> Iterator[StartAssistant]:
    """Starts assistants that the test may damage; without a language model unless told."""
    with ExitStack() as stack:
        count = iter(range(100))

        def start(**variables: str) -> Assistant:
            home = tmp_path / f"home-{next(count)}"
            return stack.enter_context(run_assistant(home, kb_index, variables))

        yield start
