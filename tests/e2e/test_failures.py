"""When a part is gone the buyer still gets an answer, and the next message works again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from kefu.settings import HOME, load_settings
from kefu.training import ModelShelf
from tests.servers.assistant import Assistant, StartAssistant, free_port

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]


def test_without_database_or_action_server_the_buyer_gets_an_apology(
    start_assistant: StartAssistant,
) -> None:
    assistant: Assistant = start_assistant()
    assert "订单" in assistant.say("buyer-0001", "查一下我的订单")

    with assistant.engine.begin() as connection:
        view = "select sql from sqlite_master where name = 'shop_orders'"
        made_by = connection.execute(text(view)).scalar_one()
        connection.execute(text("drop view shop_orders"))
    assert "订单系统暂时连不上" in assistant.say("buyer-0001", "查一下我的订单")
    with assistant.engine.begin() as connection:
        connection.execute(text(made_by))
    assert "下单" in assistant.say("buyer-0001", "查一下我的订单")

    server = assistant.processes["the action server"]
    assert server._process is not None
    os.killpg(server._process.pid, signal.SIGKILL)
    answer = assistant.say("buyer-0001", "查一下我的订单")
    assert answer
    assert "客服" in assistant.say("buyer-0001", "你好")


def test_outside_development_rasa_does_not_start_without_a_key() -> None:
    model = ModelShelf(load_settings()).ensure()
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "run", "--port", str(free_port()), "--model", str(model)],
        cwd=HOME,
        env={**os.environ, "KEFU_ENV": "production"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "KEFU_JWT_KEY" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
