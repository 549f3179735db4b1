"""A phone number in whatever breaks does not reach the log in the clear."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from rasa.core.channels.channel import UserMessage
from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import text
from sqlalchemy.engine import Engine

from actions.base import SafeAction
from kefu.channels.rest import RestInput
from kefu.orders.database import writing
from kefu.orders.masked_log import mask_logs
from kefu.settings import load_settings
from tests.actions.scene import tracker
from tests.channels.serving import serving

PHONE, MASKED = "13812345678", "138****5678"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """What all loggers of the process have written to a file, masked as from a server's start."""
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # put back afterwards
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    RestInput.from_credentials(None)
    handler = logging.FileHandler(tmp_path / "server.log", encoding="utf-8")
    logging.getLogger().addHandler(handler)
    yield lambda: (tmp_path / "server.log").read_text("utf-8")
    logging.getLogger().removeHandler(handler)
    handler.close()
    logging.setLogRecordFactory(before)


class Broken(SafeAction):
    """Fails with the buyer's words in its exception."""

    def name(self) -> str:
        return "action_broken"

    def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Sequence[EventType]:
        raise ValueError(f"unreadable: 打{PHONE}")


def test_an_exception_of_an_action(log: Callable[[], str]) -> None:
    asyncio.run(Broken().run(CollectingDispatcher(), tracker("你好"), {}))
    assert "Traceback" in log()
    assert f"unreadable: 打{MASKED}" in log()
    assert PHONE not in log()


def test_an_exception_of_the_order_service(log: Callable[[], str], engine: Engine) -> None:
    """PostgreSQL tells the whole row that it refuses."""
    statement = f"INSERT INTO customers (id, name, phone) VALUES ('x', 'y', '{PHONE}')"
    try:
        with writing(engine) as connection:
            connection.execute(text(statement))
    except Exception:
        logging.getLogger("kefu.orders.service").exception("no customer")
    assert "created_at" in log()
    assert MASKED in log()
    assert PHONE not in log()


def test_an_exception_behind_the_channel(log: Callable[[], str]) -> None:
    class Agent:
        async def handle_message(self, message: UserMessage) -> None:
            raise ValueError(f"unreadable: {message.text}")

    with serving(Agent(), load_settings(env="development", jwt_key=None)) as url:
        body = {"sender": "buyer-0001", "message": f"打{PHONE}"}
        assert "抱歉" in httpx.post(f"{url}/webhook", json=body).json()[0]["text"]
    assert f"unreadable: 打{MASKED}" in log()
    assert PHONE not in log()


def test_a_message_and_its_arguments(log: Callable[[], str]) -> None:
    said = f"打{PHONE}，税号91330100MA2ABCDE0X"
    logging.getLogger("anything").error("no answer to %s, 100%% sure", said)
    assert log() == f"no answer to 打{MASKED}，税号9133**********DE0X, 100% sure\n"


def test_arguments_that_do_not_fit_are_not_shown(
    log: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("anything").error("no %d", PHONE)
    assert log() == "no %d (its arguments do not fit)\n"
    assert PHONE not in capsys.readouterr().err


def test_a_warning_of_rasa(log: Callable[[], str]) -> None:
    """Rasa warns with the whole text of a payload that it cannot read."""
    shown: list[str] = []
    warnings.showwarning = lambda message, *_: shown.append(str(message))
    logging.setLogRecordFactory(logging.LogRecord)
    mask_logs()
    warnings.showwarning(UserWarning(f"Failed to parse '/inform{{{PHONE}'"), UserWarning, "x", 1)
    assert shown == [f"Failed to parse '/inform{{{MASKED}'"]


def test_a_second_start_changes_nothing(log: Callable[[], str]) -> None:
    before = logging.getLogRecordFactory(), warnings.showwarning
    mask_logs()
    assert (logging.getLogRecordFactory(), warnings.showwarning) == before
