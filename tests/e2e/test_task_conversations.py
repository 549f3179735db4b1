"""Conversations about each task over REST, with real actions and tables: the words and the rows.

The files in `conversations/` say them; each is led by a buyer of the demo shop who has not spoken
before. After it the whole database is compared with what it was: what the file does not name has
not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kefu.orders.numbers import SHOP_ZONE
from tests.e2e.buyers import cast
from tests.e2e.conversations.before import happened
from tests.e2e.conversations.books import Books
from tests.e2e.conversations.held import Held
from tests.e2e.conversations.script import Script, Turn, filled, read_scripts
from tests.servers.assistant import Assistant

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

SCRIPTS = read_scripts()
DAYS = 30


@dataclass(frozen=True)
class Stage:
    """One assistant, and who leads which conversation."""

    assistant: Assistant
    books: Books
    parts: dict[str, tuple[str, dict[str, Held]]]


@pytest.fixture(scope="module")
def stage(assistant: Assistant) -> Iterator[Stage]:
    books = Books(assistant.engine)
    yield Stage(assistant, books, cast(assistant, {one.id: one.needs for one in SCRIPTS}))
    books.close()


@dataclass
class Conversation:
    """One buyer's; `told` is the whole of it, for whoever reads a failure."""

    assistant: Assistant
    buyer: str
    details: dict[str, Any]
    told: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)

    def turn(self, turn: Turn) -> None:
        """Say it, and look at the answer."""
        said = filled(turn.say, self.details)
        if turn.press:
            said = self._payload(filled(turn.press, self.details))
        answer = self.assistant.post({"sender": self.buyer, "message": said})
        assert answer.status_code == 200, answer.text
        parts = answer.json()
        text = "\n".join(part.get("text") or "" for part in parts)
        self.buttons = {
            button["title"]: button["payload"]
            for part in parts
            for button in part.get("buttons") or ()
        }
        self.told += [f"» {said}", text]
        for wanted in filled(turn.has, self.details):
            assert wanted in text, self._wrong(f"{wanted!r} is not in the last answer")
        for unwanted in filled(turn.lacks, self.details):
            assert unwanted not in text, self._wrong(f"{unwanted!r} is in the last answer")
        for name, pattern in turn.keeps.items():
            found = re.search(pattern, text)
            assert found, self._wrong(f"{pattern!r} is not in the last answer")
            self.details[name] = found[1]

    def _payload(self, title: str) -> str:
        found = [payload for shown, payload in self.buttons.items() if title in shown]
        assert len(found) == 1, self._wrong(f"{title!r} is on no button, or on several")
        return found[0]

    def _wrong(self, why: str) -> str:
        return "\n".join([why, *self.told, str(self.buttons)])


def test_there_are_enough_conversations() -> None:
    assert len({script.id for script in SCRIPTS}) == len(SCRIPTS) >= 66


@pytest.mark.parametrize("script", [pytest.param(one, id=one.id) for one in SCRIPTS])
def test_what_is_said_and_what_is_written(stage: Stage, script: Script) -> None:
    buyer, orders = stage.parts[script.id]
    conversation = Conversation(stage.assistant, buyer, {**orders, **_days()})
    with happened(stage.assistant.engine, script.before, next(iter(orders.values()))):
        stage.books.open()
        for turn in script.turns:
            conversation.turn(turn)
        written = stage.books.written(buyer, orders)
    expected = filled(script.rows, conversation.details)
    assert written == expected, "\n".join(conversation.told)


def _days() -> dict[str, str]:
    today = datetime.now(timezone.utc).astimezone(SHOP_ZONE).date()
    return {f"day_{ahead}": (today + timedelta(days=ahead)).isoformat() for ahead in range(DAYS)}
