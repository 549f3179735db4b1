import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    for command in ("up", "doctor", "train", "kb", "db", "gate"):
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


def test_results_that_are_not_there(tmp_path: Path):
    assert_one_line(kefu("gate", "core", str(tmp_path)), "rasa test")


def test_the_demo_shop_is_seeded_once(tmp_path: Path):
    environment = {"KEFU_DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}"}
    assert kefu("db", "upgrade", **environment).returncode == 0
    assert kefu("db", "seed", **environment).stdout.startswith("filled: 200 buyers")
    assert kefu("db", "seed", **environment).stdout.startswith("left as it was")


@pytest.mark.parametrize("variable", ["KEFU_PORT", "KEFU_ACTION_PORT"])
def test_up_refuses_a_port_that_makes_no_sense(variable: str):
    assert_one_line(kefu("up", **{variable: "99999"}), variable)
