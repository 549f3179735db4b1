import http.server
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from kefu.doctor.checks import checks
from kefu.doctor.findings import Finding, State, examine
from kefu.orders.database import make_engine, upgrade, writing
from kefu.orders.demo import seed_demo_shop
from kefu.settings import HOME, Settings, load_settings
from kefu.training import ModelShelf

CHEAP = (
    "trained model",
    "order database",
    "data keys",
    "knowledge index",
    "language model",
    "identity",
)
PORTS = ("Rasa's port", "action server's port")


@pytest.fixture
def settings(tmp_path: Path, free_ports: tuple[int, int]) -> Settings:
    return load_settings(
        env="development",
        jwt_key=None,
        encoder=str(HOME / "models" / "encoder"),
        device="cpu",
        database_url=f"sqlite:///{tmp_path / 'kefu.db'}",
        data_keys=None,
        data_keys_file=tmp_path / "data-keys",
        kb_dir=HOME / "kb",
        kb_index_dir=tmp_path / "index",
        qdrant_url=None,
        llm_base_url=None,
        port=free_ports[0],
        action_port=free_ports[1],
    )


@pytest.fixture
def free_ports() -> tuple[int, int]:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        return one.getsockname()[1], two.getsockname()[1]


def look(settings: Settings, home: Path, *parts: str) -> dict[str, Finding]:
    wanted = [check for check in checks(settings, home) if check.part in parts]
    return {finding.part: finding for finding in examine(wanted)}


def changed(settings: Settings, **values: object) -> Settings:
    return load_settings(**{**settings.dict(), **values})


def test_an_empty_home_names_the_next_step_for_each_part(settings: Settings, tmp_path: Path):
    found = look(settings, tmp_path, *CHEAP)
    for part in ("trained model", "order database", "knowledge index"):
        assert found[part].state is State.BROKEN, part
        assert "make run" in found[part].next_step
    assert found["language model"].state is State.GOOD
    assert "KEFU_LLM_BASE_URL" in found["language model"].next_step


def test_every_part_has_a_row(settings: Settings, tmp_path: Path):
    parts = [check.part for check in checks(settings, tmp_path)]
    assert parts[:4] == ["Python", "telemetry", "torch", "encoder"]
    assert {*CHEAP, *PORTS} < set(parts)


class TestDatabase:
    def test_without_rows_it_wants_the_demo_shop(self, settings: Settings, tmp_path: Path):
        upgrade(make_engine(settings))
        found = look(settings, tmp_path, "order database")["order database"]
        assert found.state is State.ATTENTION
        assert "kefu db seed" in found.next_step

    def test_filled(self, settings: Settings, tmp_path: Path):
        engine = make_engine(settings)
        upgrade(engine)
        seed_demo_shop(engine, now=datetime.now(timezone.utc))
        engine.dispose()
        found = look(settings, tmp_path, "order database")["order database"]
        assert found.state is State.GOOD
        assert "200 buyers" in found.detail

    def test_views_that_a_shop_got_wrong_are_named(self, settings: Settings, tmp_path: Path):
        engine = make_engine(settings)
        upgrade(engine)
        with writing(engine) as connection:
            connection.execute(text("DROP VIEW shop_cases"))
        engine.dispose()
        found = look(settings, tmp_path, "order database")["order database"]
        assert found.state is State.BROKEN
        assert "shop_cases" in found.detail


class TestDataKeys:
    ONE, TWO = (f"{id}:{b64encode(id.encode() * 32).decode()}" for id in "ab")

    @pytest.fixture
    def filled(self, settings: Settings) -> Settings:
        production = changed(settings, env="production", data_keys=self.ONE)
        engine = make_engine(production)
        upgrade(engine)
        seed_demo_shop(engine, now=datetime.now(timezone.utc))
        engine.dispose()
        return production

    def test_without_a_database_there_is_nothing_to_try(self, settings: Settings, tmp_path: Path):
        found = look(settings, tmp_path, "data keys")["data keys"]
        assert found.state is State.ATTENTION
        assert not (tmp_path / "data-keys").exists()

    def test_looking_makes_no_key(self, settings: Settings, tmp_path: Path):
        upgrade(make_engine(settings))
        assert look(settings, tmp_path, "data keys")["data keys"].state is State.GOOD
        assert not (tmp_path / "data-keys").exists()

    def test_keys_that_fit(self, filled: Settings, tmp_path: Path):
        found = look(filled, tmp_path, "data keys")["data keys"]
        assert found.state is State.GOOD
        assert "a seals" in found.detail
        assert self.ONE not in found.detail

    def test_a_new_key_in_front_wants_a_rotation(self, filled: Settings, tmp_path: Path):
        both = changed(filled, data_keys=f"{self.TWO},{self.ONE}")
        found = look(both, tmp_path, "data keys")["data keys"]
        assert found.state is State.ATTENTION
        assert found.next_step == "kefu db rotate-keys"

    def test_a_key_that_is_lost(self, filled: Settings, tmp_path: Path):
        lost = look(changed(filled, data_keys=self.TWO), tmp_path, "data keys")["data keys"]
        assert lost.state is State.BROKEN
        assert "the key a" in lost.detail

    def test_production_without_keys_is_broken(self, filled: Settings, tmp_path: Path):
        found = look(changed(filled, data_keys=None), tmp_path, "data keys")["data keys"]
        assert found.state is State.BROKEN
        assert "KEFU_DATA_KEYS" in found.next_step


class TestModel:
    def test_one_for_other_data_is_stale(self, settings: Settings, tmp_path: Path):
        model = tmp_path / "models" / "kefu-0123456789ab.tar.gz"
        model.parent.mkdir()
        model.touch()
        found = look(settings, tmp_path, "trained model")["trained model"]
        assert found.state is State.BROKEN
        assert "does not fit the data any more" in found.detail

    def test_a_damaged_one_is_named(self, settings: Settings, tmp_path: Path):
        model = ModelShelf(settings, tmp_path).fitting()
        model.parent.mkdir()
        model.write_bytes(b"nothing")
        found = look(settings, tmp_path, "trained model")["trained model"]
        assert found.state is State.BROKEN
        assert "is damaged" in found.detail
        assert model.name in found.next_step


class TestIdentity:
    def test_production_without_a_key_is_broken(self, settings: Settings, tmp_path: Path):
        found = look(changed(settings, env="production"), tmp_path, "identity")["identity"]
        assert found.state is State.BROKEN
        assert "KEFU_JWT_KEY" in found.next_step

    def test_production_with_a_key_never_shows_it(self, settings: Settings, tmp_path: Path):
        secret = "s" * 32
        production = changed(settings, env="production", jwt_key=secret)
        found = look(production, tmp_path, "identity")["identity"]
        assert found.state is State.GOOD
        assert secret not in found.detail


class TestLanguageModel:
    def test_one_that_does_not_answer_is_optional(self, settings: Settings, tmp_path: Path):
        configured = changed(settings, llm_base_url="http://127.0.0.1:9/v1")
        found = look(configured, tmp_path, "language model")["language model"]
        assert found.state is State.ATTENTION


class Greeting(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hello from Rasa: 3.6.21")

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def rasa_port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Greeting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


class TestPorts:
    def test_free(self, settings: Settings, tmp_path: Path):
        found = look(settings, tmp_path, *PORTS)
        assert all(each.state is State.GOOD and "is free" in each.detail for each in found.values())

    def test_ours(self, settings: Settings, tmp_path: Path, rasa_port: int):
        found = look(changed(settings, port=rasa_port), tmp_path, PORTS[0])[PORTS[0]]
        assert found.state is State.GOOD
        assert "serving" in found.detail

    def test_another_programs(self, settings: Settings, tmp_path: Path, rasa_port: int):
        found = look(changed(settings, action_port=rasa_port), tmp_path, PORTS[1])[PORTS[1]]
        assert found.state is State.BROKEN
        assert "KEFU_ACTION_PORT" in found.next_step
