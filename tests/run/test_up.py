import socket
from pathlib import Path

import pytest
import yaml

from kefu.errors import PortInUseError, SettingsError
from kefu.run.up import check_settings, endpoints_for, servers, welcome
from kefu.settings import Settings, load_settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "endpoints.yml").write_text(
        "action_endpoint:\n  url: http://127.0.0.1:5055/webhook\n"
        "tracker_store:\n  type: SQL\n  db: ${DB}\n"
    )
    return tmp_path


def settings(**overrides: object) -> Settings:
    return load_settings(**{"env": "development", "jwt_key": None, **overrides})


def test_a_port_in_use_is_found_before_anything_long_begins(free_port: int):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match="KEFU_PORT"):
            check_settings(settings(port=port, action_port=free_port))
        with pytest.raises(PortInUseError, match="KEFU_ACTION_PORT"):
            check_settings(settings(port=free_port, action_port=port))


def test_production_without_a_key_is_refused(free_port: int):
    with pytest.raises(SettingsError, match="KEFU_JWT_KEY"):
        check_settings(settings(env="production", port=free_port, action_port=free_port))


def test_production_without_keys_for_personal_data_is_refused(free_port: int):
    production = {"env": "production", "jwt_key": "k" * 32, "data_keys": None}
    with pytest.raises(SettingsError, match="KEFU_DATA_KEYS"):
        check_settings(settings(**production, port=free_port, action_port=free_port))


def test_the_projects_own_endpoints_serve_the_usual_port(home: Path):
    assert endpoints_for(settings(), home) == home / "endpoints.yml"


def test_another_action_port_changes_nothing_but_that_address(home: Path):
    copy = yaml.safe_load(endpoints_for(settings(action_port=6055), home).read_text())
    assert copy["action_endpoint"]["url"] == "http://127.0.0.1:6055/webhook"
    assert copy["tracker_store"] == {"type": "SQL", "db": "${DB}"}


@pytest.mark.parametrize(
    ("env", "address"), [("development", "127.0.0.1"), ("production", "0.0.0.0")]
)
def test_only_production_listens_beyond_this_machine(home: Path, env: str, address: str):
    actions, rasa = servers(settings(env=env), home / "m.tar.gz", print, home)
    assert rasa.command[rasa.command.index("--interface") + 1] == address
    assert actions.environment["SANIC_HOST"] == "127.0.0.1"


def test_a_shop_that_is_to_be_told_gets_a_relay(home: Path):
    alone = servers(settings(shop_url=None), home / "m.tar.gz", print, home)
    told = servers(settings(shop_url="http://127.0.0.1:9"), home / "m.tar.gz", print, home)
    assert [server.name for server in told] == [*(s.name for s in alone), "the outbox's relay"]
    assert told[-1].command[-3:] == ["outbox", "send", "--watch"]


def test_the_welcome_has_a_line_to_try():
    text = welcome(settings(port=5006))
    assert "curl -s http://127.0.0.1:5006/webhooks/rest/webhook" in text
    assert '"sender": "buyer-0001"' in text
    assert "No KEFU_LLM_BASE_URL" in text


def test_the_welcome_of_production_asks_for_a_token():
    assert "Authorization: Bearer" in welcome(settings(env="production", jwt_key="k" * 32))
