"""`rasa interactive` in a pseudo-terminal, as an author of stories uses it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from kefu.run.process import Process
from kefu.run.up import servers
from kefu.settings import HOME, load_settings
from kefu.training import ModelShelf
from tests.servers.assistant import free_port

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

DOWN, CLEAR_LINE = "\x1b[B", "\x15"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what `rasa` reads, with an action server's port of its own."""
    for name in ("config.yml", "domain.yml", "credentials.yml"):
        shutil.copy(HOME / name, tmp_path / name)
    shutil.copytree(HOME / "data", tmp_path / "data")
    (tmp_path / "actions").symlink_to(HOME / "actions")
    (tmp_path / "var").mkdir()
    return tmp_path


@pytest.fixture
def action_server(project: Path) -> Iterator[Process]:
    settings = load_settings(action_port=free_port(), port=free_port())
    endpoints = (HOME / "endpoints.yml").read_text(encoding="utf-8")
    endpoints = endpoints.replace("127.0.0.1:5055", f"127.0.0.1:{settings.action_port}")
    (project / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    server = servers(settings, project / "unused", lambda line: None, home=project)[0]
    server.start()
    try:
        while not server.healthy():
            assert server.exit_code is None, server.last_lines()
            time.sleep(0.2)
        yield server
    finally:
        server.stop()


def test_say_something_confirm_it_and_export_a_story(project: Path, action_server: Process) -> None:
    model = ModelShelf(load_settings()).ensure()
    arguments = ["-m", "rasa", "interactive", "--skip-visualization"]
    author = pexpect.spawn(
        sys.executable,
        [*arguments, "--model", str(model), "--port", str(free_port())],
        cwd=str(project),
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        encoding="utf-8",
        timeout=180,
        dimensions=(50, 160),
    )
    try:
        author.expect("Your input ->")
        author.sendline("你好呀")
        # "y" answers at once: a line end after it would answer the next question too.
        for question in (
            "classified .*greet.* correct",
            "'utter_greet', correct",
            "'action_listen', correct",
        ):
            author.expect(rf"{question}\?.*\(Y/n\)")
            author.send("y")
        author.expect("Your input ->")
        author.sendintr()
        author.expect("Do you want to stop")
        author.send(f"{DOWN * 4}\r")  # Export & Quit
        for name in ("stories.yml", "nlu.yml", "domain.yml"):
            author.expect("Export .*to")
            author.sendline(f"{CLEAR_LINE}{project / f'exported-{name}'}")
        author.expect(pexpect.EOF)
    finally:
        author.close(force=True)
    story = (project / "exported-stories.yml").read_text(encoding="utf-8")
    assert "intent: greet" in story
    assert "utter_greet" in story
