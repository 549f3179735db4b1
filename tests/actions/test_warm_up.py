"""What the action server loads in the background once it listens."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from actions import services
from actions.knowledge import AnswerQuestion
from actions.warm_up import STEPS, WarmUp
from kefu.run.process import Process
from kefu.run.up import servers
from kefu.settings import HOME, load_settings
from tests.actions.scene import run, tracker
from tests.run.conftest import until
from tests.servers.assistant import free_port

ASKED = "买回来不喜欢能退吗"
LISTENS_SECONDS = 30.0  # generous: 2 s on an idle machine; with torch in front it took 20
CALL: dict[str, Any] = {
    "next_action": "action_answer_question",
    "tracker": {
        "sender_id": "buyer-0001",
        "slots": {},
        "latest_message": {"text": ASKED, "intent": {}, "entities": []},
        "events": [],
        "paused": False,
        "latest_action_name": None,
    },
    "domain": {},
}


def test_actions_import_nothing_that_takes_seconds():
    heavy = "torch", "transformers", "openai", "tensorflow", "rasa", "qdrant_edge", "jieba"
    code = (
        "import sys; from rasa_sdk.executor import ActionExecutor\n"
        "ActionExecutor().register_package('actions')\n"
        f"print('heavy:', [name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True
    )
    assert "heavy: []" in done.stdout


@pytest.mark.usefixtures("articles")
def test_all_that_a_question_needs_is_loaded():
    warm_up = WarmUp()
    warm_up.start()
    assert until(lambda: services.opened_knowledge.made, 120)
    assert warm_up.stop(60)
    assert services.engine.made


def test_a_step_that_fails_is_one_warning_and_keeps_no_other(caplog: pytest.LogCaptureFixture):
    done: list[str] = []

    def fail() -> None:
        raise OSError("disk gone")

    warm_up = WarmUp({"The disk": fail, "The rest": lambda: done.append("rest")})
    warm_up.start()
    assert until(lambda: done == ["rest"])
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "The disk could not be made ready, which the first question tries again: disk gone"
    )
    assert record.exc_info is None


@pytest.mark.usefixtures("no_database")
def test_without_database_and_articles_there_is_a_warning_for_each(
    caplog: pytest.LogCaptureFixture,
):
    warm_up = WarmUp()
    warm_up.start()
    assert until(lambda: len(caplog.records) == 2, 120)
    database, knowledge = (record.getMessage() for record in caplog.records)
    assert "kefu db upgrade" in database
    assert "kefu kb sync" in knowledge


def test_it_stops_before_the_next_step_and_without_a_warning(caplog: pytest.LogCaptureFixture):
    begun, go, done = Event(), Event(), []

    def wait() -> None:
        begun.set()
        go.wait(20)
        raise ImportError("Python is ending")

    warm_up = WarmUp({"one": wait, "two": lambda: done.append("two")})
    warm_up.start()
    assert begun.wait(20)
    assert not warm_up.stop(0.05)
    go.set()
    assert warm_up.stop(20)
    assert done == []
    assert caplog.records == []


@pytest.mark.usefixtures("articles")
def test_a_question_that_cannot_wait_longer_goes_without_articles(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(services, "KNOWLEDGE_SECONDS", 0.0)
    assert "答不上来" in run(AnswerQuestion(), tracker(ASKED)).text
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert until(lambda: services.opened_knowledge.made, 120)
    assert "七天内" in run(AnswerQuestion(), tracker(ASKED)).text


def test_the_database_is_asked_before_what_takes_long():
    assert next(iter(STEPS)) == "The order database"


@pytest.fixture
def server(tmp_path: Path, articles: None) -> Iterator[Process]:
    """The action server as `kefu up` starts it, not started yet."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(HOME / "endpoints.yml", home)
    (home / "actions").symlink_to(HOME / "actions")
    settings = load_settings(action_port=free_port(), shop_url=None)
    (process, _) = servers(settings, home / "none.tar.gz", lambda line: None, home)
    yield process
    process.stop()


@pytest.mark.integration
@pytest.mark.alone
def test_a_question_right_after_the_start_takes_no_longer_than_loading(server: Process):
    loading = _loading_seconds()  # also brings the files from the disk
    server.start()
    assert until(server.healthy, LISTENS_SECONDS), server.last_lines()
    begun = time.monotonic()
    port = server.command[server.command.index("--port") + 1]
    answer = httpx.post(f"http://127.0.0.1:{port}/webhook", json=CALL, timeout=60)
    took = time.monotonic() - begun
    assert "七天内" in answer.json()["responses"][0]["text"], server.last_lines()
    assert took < 1.5 * loading + 1


def _loading_seconds() -> float:
    """What the same takes in a process that does nothing else."""
    code = (
        "import time; from actions import services; begun = time.monotonic()\n"
        "services.opened_knowledge().search('怎么退'); print(time.monotonic() - begun)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])
