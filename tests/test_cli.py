import os
import sqlite3
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from kefu.orders.keys import parse_keys
from kefu.orders.sealing import KeyRing
from kefu.settings import HOME


def kefu(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kefu.cli", *words],
        cwd=HOME,
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """What goes wrong is one line on stderr, and the exit code says so."""
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("✗ ")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_help_names_the_commands_and_loads_nothing_heavy():
    heavy = "torch", "transformers", "rasa", "tensorflow", "sqlalchemy", "qdrant_edge"
    code = (
        "import sys; sys.argv = ['kefu', '--help']\n"
        "from kefu.cli import main\n"
        "try: main()\n"
        f"finally: print('heavy:', [name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True
    )
    assert "heavy: []" in done.stdout
    for command in ("up", "doctor", "check", "train", "kb", "db", "gate"):
        assert command in done.stdout


def test_a_setting_that_makes_no_sense():
    assert_one_line(kefu("train", KEFU_DEVICE="toaster"), "KEFU_DEVICE")


def test_a_database_that_is_not_there(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'none.db'}"
    assert_one_line(kefu("db", "seed", KEFU_DATABASE_URL=url), "kefu db upgrade")


def test_a_database_server_that_does_not_answer():
    url = "postgresql://nobody:secret@127.0.0.1:9/none"
    done = kefu("db", "upgrade", KEFU_DATABASE_URL=url)
    assert_one_line(done, "127.0.0.1:9", "KEFU_DATABASE_URL")
    assert "secret" not in done.stderr


def test_an_encoder_that_is_not_there(tmp_path: Path):
    empty = tmp_path / "encoder"
    empty.mkdir()
    assert_one_line(kefu("kb", "sync", KEFU_ENCODER=str(empty)), str(empty))


class TestCheck:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "domain.yml").write_text("intents: [greet]\nentities: [color]\n")
        lines = "".join(f"    - 在吗{name}\n" for name in "一二三四五六七八九十百千万亿")
        nlu = f"nlu:\n- intent: greet\n  examples: |\n{lines}    - [红](color)的在吗\n"
        (tmp_path / "nlu.yml").write_text(nlu, encoding="utf-8")
        return tmp_path

    def check(self, folder: Path, *files: str) -> subprocess.CompletedProcess[str]:
        named = [word for file in files for word in ("--data", str(folder / file))]
        return kefu("check", *named, "--domain", str(folder / "domain.yml"))

    def test_data_without_a_fault(self, folder: Path):
        done = self.check(folder, "nlu.yml")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "15 messages, 1 intents: 0 errors, 0 warnings\n"

    def test_findings_have_file_and_line_and_an_error_counts(self, folder: Path):
        (folder / "more.yml").write_text(
            "nlu:\n- intent: greet\n  examples: |\n    - X[L](color)\n    - 在[红](size)\n",
            encoding="utf-8",
        )
        done = self.check(folder, "nlu.yml", "more.yml")
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.splitlines() == [
            f'{folder}/more.yml:4: warning: The entity "L" (color) cuts the token "XL": mark the '
            "whole word or number, or none of it.",
            f'{folder}/more.yml:5: error: The domain has no entity "size": add it to the '
            "domain's entities.",
            "17 messages, 1 intents: 1 error, 1 warning",
        ]

    def test_warnings_alone_are_no_failure(self, folder: Path):
        (folder / "more.yml").write_text(
            "nlu:\n- intent: greet\n  examples: |\n    - 在吗一\n", encoding="utf-8"
        )
        done = self.check(folder, "nlu.yml", "more.yml")
        assert done.returncode == 0
        assert "0 errors, 1 warning" in done.stdout

    def test_data_that_are_not_there(self, folder: Path):
        assert_one_line(self.check(folder, "none.yml"), "none.yml")

    def test_the_projects_data_are_the_default(self):
        done = kefu("check")
        assert done.returncode == 0, done.stdout
        assert " messages, 62 intents: 0 errors, " in done.stdout.splitlines()[-1]


def test_results_that_are_not_there(tmp_path: Path):
    assert_one_line(kefu("gate", "core", str(tmp_path)), "rasa test")


def test_the_demo_shop_is_seeded_once(tmp_path: Path):
    environment = {"KEFU_DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}"}
    assert kefu("db", "upgrade", **environment).returncode == 0
    assert kefu("db", "seed", **environment).stdout.startswith("filled: 200 buyers")
    assert kefu("db", "seed", **environment).stdout.startswith("left as it was")


KEYS = {id: f"{id}:{b64encode(bytes([place] * 32)).decode()}" for place, id in enumerate("ab")}


def test_keys_are_changed_and_a_phone_is_found_before_and_after(tmp_path: Path):
    database = {"KEFU_DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}"}
    old, new = {"KEFU_DATA_KEYS": KEYS["a"]}, {"KEFU_DATA_KEYS": KEYS["b"]}
    for command in ("upgrade", "seed"):
        assert kefu("db", command, **database, **old).returncode == 0
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        (order_no,) = connection.execute(
            "SELECT order_no FROM orders WHERE customer_id = 'buyer-0007' LIMIT 1"
        ).fetchone()
        stored = connection.execute("SELECT name, phone FROM customers").fetchall()
    assert all(value.startswith("kefu1:a:") for row in stored for value in row)

    assert_one_line(kefu("db", "rotate-keys", **database, **new), "the key a", "KEFU_DATA_KEYS")
    both = {"KEFU_DATA_KEYS": f"{KEYS['b']},{KEYS['a']}"}
    done = kefu("db", "rotate-keys", **database, **both)
    assert done.returncode == 0, done.stderr
    assert "no value needs these keys any more: a" in done.stdout
    phone = phone_of("buyer-0007", tmp_path / "shop.db", new)
    found = kefu("db", "find-phone", "--phone", phone, **database, **new)
    assert "customer buyer-0007" in found.stdout
    assert f"order {order_no} of customer buyer-0007" in found.stdout
    assert "nobody" in kefu("db", "find-phone", "--phone", "139", **database, **new).stdout


def phone_of(buyer: str, file: Path, keys: dict[str, str]) -> str:
    with sqlite3.connect(file) as connection:
        (value,) = connection.execute(
            "SELECT phone FROM customers WHERE id = ?", [buyer]
        ).fetchone()
    return KeyRing(parse_keys(keys["KEFU_DATA_KEYS"], "test")).open(value, "customers.phone")


def test_views_are_checked(tmp_path: Path):
    environment = {"KEFU_DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}"}
    assert kefu("db", "upgrade", **environment).returncode == 0
    assert "as they should be" in kefu("db", "check-views", **environment).stdout
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("DROP VIEW shop_cases")
    assert_one_line(kefu("db", "check-views", **environment), "shop_cases", "kefu db upgrade")


@pytest.mark.parametrize("variable", ["KEFU_PORT", "KEFU_ACTION_PORT"])
def test_up_refuses_a_port_that_makes_no_sense(variable: str):
    assert_one_line(kefu("up", **{variable: "99999"}), variable)
