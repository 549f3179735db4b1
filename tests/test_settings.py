"""One value an environment variable; what makes no sense is named with its variable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kefu.errors import SettingsError
from kefu.settings import HOME, Settings, get_settings, load_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("KEFU_")]:
        monkeypatch.delenv(name)
    get_settings.cache_clear()


def test_the_defaults_are_a_development_machine_with_everything_in_the_project():
    found = load_settings()
    assert found.development
    assert found.database_url.get_secret_value() == f"sqlite:///{HOME / 'var' / 'kefu.db'}"
    assert found.encoder == str(HOME / "models" / "encoder")
    assert (found.kb_dir, found.kb_index_dir) == (HOME / "kb", HOME / "var" / "kb-index")
    assert found.llm_base_url is None
    assert found.qdrant_url is None
    assert found.jwt_key is None
    assert found.zone.key == "Asia/Shanghai"


def test_a_variable_wins_over_the_default_and_an_override_over_both(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("KEFU_PORT", "6006")
    assert load_settings().port == 6006
    assert load_settings(port=7007).port == 7007


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KEFU_ENV", "staging"),
        ("KEFU_PORT", "0"),
        ("KEFU_PORT", "65536"),
        ("KEFU_PORT", "five"),
        ("KEFU_ACTION_PORT", "-1"),
        ("KEFU_DEVICE", "toaster"),
        ("KEFU_DATABASE_TIMEOUT_SECONDS", "0"),
        ("KEFU_DATABASE_POOL_SIZE", "0"),
        ("KEFU_SHOP_TIMEZONE", "Mars/Olympus"),
        ("KEFU_SHOP_TIMEZONE", "../etc/passwd"),
        ("KEFU_KB_MIN_CONFIDENCE", "1.5"),
        ("KEFU_KB_ANSWER_MAX_CHARACTERS", "3"),
        ("KEFU_QDRANT_URL", "not a url"),
        ("KEFU_LLM_BASE_URL", "127.0.0.1:8000"),
        ("KEFU_LLM_BASE_URL", ""),
        ("KEFU_LLM_TIMEOUT_SECONDS", "-3"),
        ("KEFU_JWT_ALGORITHM", "none"),
        ("KEFU_MESSAGE_MAX_CHARACTERS", "0"),
        ("KEFU_SENDER_MAX_PENDING", "0"),
        ("KEFU_MESSAGE_TIMEOUT_SECONDS", "nan?"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    message = str(raised.value)
    assert message.startswith(f"{variable}: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("KEFU_KB_DIR", "articles", "kb_dir", HOME / "articles"),
        ("KEFU_KB_DIR", "/srv/kb", "kb_dir", Path("/srv/kb")),
        ("KEFU_KB_INDEX_DIR", "~/index", "kb_index_dir", Path.home() / "index"),
        ("KEFU_DATA_KEYS_FILE", "var/keys", "data_keys_file", HOME / "var" / "keys"),
        ("KEFU_ENCODER", "models/encoder", "encoder", str(HOME / "models/encoder")),
        ("KEFU_ENCODER", "hfl/chinese-macbert-base", "encoder", "hfl/chinese-macbert-base"),
    ],
)
def test_relative_paths_start_at_the_projects_root(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, expected: object
):
    monkeypatch.setenv(variable, value)
    assert getattr(load_settings(), field) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///shop.db", f"sqlite:///{HOME}/shop.db"),
        ("sqlite:////srv/shop.db", "sqlite:////srv/shop.db"),
        ("postgresql://u:p@db/shop", "postgresql://u:p@db/shop"),
    ],
)
def test_so_does_sqlite(url: str, expected: str):
    assert load_settings(database_url=url).database_url.get_secret_value() == expected


@pytest.mark.parametrize("key", ["", " ", "\n"])
def test_a_blank_key_is_no_key(monkeypatch: pytest.MonkeyPatch, key: str):
    monkeypatch.setenv("KEFU_JWT_KEY", key)
    monkeypatch.setenv("KEFU_DATA_KEYS", key)
    assert load_settings().jwt_key is None
    assert load_settings().data_keys is None


def test_secrets_are_masked():
    settings = load_settings(
        database_url="postgresql://u:hunter2@db/shop",
        jwt_key="hunter2",
        data_keys="one:hunter2",
        llm_api_key="hunter2",
        qdrant_api_key="hunter2",
    )
    assert "hunter2" not in repr(settings) + str(settings)


def test_every_setting_is_described():
    for field in Settings.__fields__.values():
        assert field.field_info.description, field.name


def test_the_process_reads_them_once(monkeypatch: pytest.MonkeyPatch):
    first = get_settings()
    monkeypatch.setenv("KEFU_PORT", "6006")
    assert get_settings() is first
    get_settings.cache_clear()
    assert get_settings().port == 6006
    get_settings.cache_clear()
