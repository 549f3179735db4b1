"""An action server that is killed after a commit, before its reply: the buyer has one case.

The buyer is asked to say it again, does so once the server is back, and is told the case that was
written before.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kefu.run.process import Process
from kefu.settings import HOME
from tests.e2e.buyers import own_orders
from tests.servers.assistant import Assistant, StartAssistant

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1500)]

TIMES = 20
READY_SECONDS = 120.0


def test_killed_twenty_times_between_commit_and_reply(
    start_assistant: StartAssistant, tmp_path: Path
) -> None:
    assistant: Assistant = start_assistant()
    server, order_to_die = assistant.processes["the action server"], tmp_path / "die"
    _make_mortal(server, order_to_die)
    writes_before = _count(assistant, "idempotency_keys")
    buyers = _buyers(assistant)
    for _ in range(TIMES):
        buyer, number = next(buyers)
        assistant.say(buyer, "我要退款")
        assistant.say(buyer, number)
        assert "确认" in assistant.say(buyer, "不喜欢，不想要了")
        order_to_die.touch()
        answer = assistant.say(buyer, "确认提交")
        assert "再说一次" in answer
        assert "售后单号" not in answer
        assert server.wait() != 0
        (case,) = _cases(assistant, number)
        _start(server)
        told = re.search(r"售后单号 (R\d+)", assistant.say(buyer, "确认提交"))
        assert told
        assert [told.group(1)] == [case] == _cases(assistant, number)
    assert _count(assistant, "idempotency_keys") == writes_before + TIMES
    assert _count(assistant, "outbox") >= TIMES


def _make_mortal(server: Process, order_to_die: Path) -> None:
    server.stop()
    port = server.command[server.command.index("--port") + 1]
    mortal = str(HOME / "tests" / "servers" / "dying_actions.py")
    server.command = [server.command[0], mortal, port]
    server.environment |= {"KEFU_TEST_DIE": str(order_to_die), "PYTHONPATH": str(HOME)}
    _start(server)


def _start(server: Process) -> None:
    server.start()
    until = time.monotonic() + READY_SECONDS
    while not server.healthy():
        assert server.exit_code is None, server.last_lines()
        assert time.monotonic() < until, server.last_lines()
        time.sleep(0.1)


def _buyers(assistant: Assistant) -> Iterator[tuple[str, str]]:
    """Buyers, each with the number of one of the newest orders that is paid or just delivered."""
    for place in range(1, 201):
        buyer = f"buyer-{place:04}"
        newest = list(own_orders(assistant, buyer).items())[:5]
        for number, state in newest:
            lines = assistant.rows(
                "select count(*) as count from order_items i join orders o on o.id = i.order_id "
                "where o.order_no = :number",
                number=number,
            )
            if state == "paid" and lines[0]["count"] == 1:
                yield buyer, number
                break


def _cases(assistant: Assistant, number: str) -> list[str]:
    rows = assistant.rows(
        "select c.case_no from cases c join orders o on o.id = c.order_id "
        "where o.order_no = :number",
        number=number,
    )
    return [str(row["case_no"]) for row in rows]


def _count(assistant: Assistant, table: str) -> int:
    return int(assistant.rows(f"select count(*) as count from {table}")[0]["count"])
