"""Keys come from KEFU_DATA_KEYS; development alone may make one."""

from __future__ import annotations

import stat
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from kefu.errors import SettingsError
from kefu.orders.keys import data_keys, parse_keys
from kefu.settings import load_settings

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
TEXT = f"new:{b64encode(ONE).decode()},old:{b64encode(TWO).decode()}"


def test_the_list_keeps_its_order() -> None:
    assert list(parse_keys(f" {TEXT}\n", "X").items()) == [("new", ONE), ("old", TWO)]
    spaced = TEXT.replace(",", " , ")
    assert list(parse_keys(spaced, "X")) == ["new", "old"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key",
        "key:",
        "key:short",
        f"key:{b64encode(ONE[:16]).decode()}",
        f":{b64encode(ONE).decode()}",
        f"a key:{b64encode(ONE).decode()}",
        f"{'k' * 33}:{b64encode(ONE).decode()}",
        f"{TEXT},",
        f"key:{b64encode(ONE).decode()[:-1]}*",
    ],
)
def test_what_is_no_list_of_keys_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_keys(text, "KEFU_DATA_KEYS")
    message = str(raised.value)
    assert message.startswith("KEFU_DATA_KEYS: key ")
    assert "openssl" in message
    assert "\n" not in message
    assert b64encode(ONE).decode()[:8] not in message


def test_two_keys_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match="two keys are called new"):
        parse_keys(TEXT.replace("old", "new"), "KEFU_DATA_KEYS")


def test_production_without_keys_is_refused(tmp_path: Path) -> None:
    settings = load_settings(env="production", data_keys=None, data_keys_file=tmp_path / "keys")
    with pytest.raises(SettingsError, match="KEFU_DATA_KEYS is not set"):
        data_keys(settings)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("env", ["development", "production"])
def test_the_setting_wins_over_the_file(env: str, tmp_path: Path) -> None:
    settings = load_settings(env=env, data_keys=TEXT, data_keys_file=tmp_path / "keys")
    assert data_keys(settings)().ids == ("new", "old")
    assert not (tmp_path / "keys").exists()


def test_a_setting_that_makes_no_sense_is_said_at_once() -> None:
    with pytest.raises(SettingsError, match="KEFU_DATA_KEYS"):
        data_keys(load_settings(data_keys="nonsense"))


class TestDevelopment:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "var" / "data-keys"

    def test_the_file_is_made_when_it_is_needed_first(self, file: Path) -> None:
        ring = data_keys(load_settings(data_keys=None, data_keys_file=file))
        assert not file.exists()
        sealed = ring().seal("王小明", "x")
        assert file.is_file()
        assert stat.S_IMODE(file.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
        again = data_keys(load_settings(data_keys=None, data_keys_file=file))
        assert again().open(sealed, "x") == "王小明"
        assert [other.name for other in file.parent.iterdir()] == [file.name]

    def test_of_many_that_make_it_at_once_all_have_the_same(self, file: Path) -> None:
        gate = Barrier(8)

        def first(_: int) -> str:
            ring = data_keys(load_settings(data_keys=None, data_keys_file=file))
            gate.wait(30)
            return ring().index("13800000001", "x")

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(first, range(8)))) == 1

    def test_a_place_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "var").touch()
        ring = data_keys(load_settings(data_keys=None, data_keys_file=tmp_path / "var" / "keys"))
        with pytest.raises(SettingsError, match="cannot be kept in"):
            ring()

    def test_a_file_that_holds_no_key_is_said(self, file: Path) -> None:
        file.parent.mkdir()
        file.write_text("nothing")
        with pytest.raises(SettingsError, match=r"data-keys: key 1 is not"):
            data_keys(load_settings(data_keys=None, data_keys_file=file))()
