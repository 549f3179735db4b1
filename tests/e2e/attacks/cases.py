"""The tables of attacks: YAML files of scenes, read into cases.

A scene leads to some point of a conversation (`before`, and `reaches`, a pattern that shows it is
there) and lists what an attacker tries at it, by name: a message, several messages, or

    says: one or several messages, each a text or {message, body, headers, status}
    changes: own      rows of the attacker's own change, `maybe`: they may
    answers: pattern  that the last answer must have

`body` is added to the JSON that is posted, `status` is another one than 200. Names in braces stand
for numbers and details: those of `details`, `{fill 啊}` for as many 啊 as the longest message has
room for, `{overfill 啊}` for 10,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
LONGEST, TOO_LONG = 1_000, 10_000

_FILLING = re.compile(r"\{(fill|overfill) ([^{}]+)\}")
_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Message:
    """One request; `text` may hold names in braces, as may `body` and `headers`."""

    text: str
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    def request(self, sender: str, details: Mapping[str, str]) -> dict[str, Any]:
        """The JSON to post."""
        added: dict[str, Any] = _filled(dict(self.body), details)
        return {"sender": sender, "message": fill_in(self.text, details), **added}

    def heads(self, details: Mapping[str, str]) -> dict[str, str]:
        """The headers to send besides."""
        added: dict[str, str] = _filled(dict(self.headers), details)
        return {"Content-Type": "application/json", **added}


@dataclass(frozen=True)
class Case:
    """One attack; `id` is its file and its name."""

    id: str
    before: tuple[Message, ...]
    reaches: str
    says: tuple[Message, ...]
    changes: str
    answers: str


def fill_in(text: str, details: Mapping[str, str]) -> str:
    """The text with what the names in braces stand for.

    Raises:
        KeyError: a name stands for nothing.
    """
    plain = _NAME.sub(lambda found: details[found[1]], text)
    filling = _FILLING.search(plain)
    if filling is None:
        return plain
    goal = LONGEST if filling[1] == "fill" else TOO_LONG
    room = goal - len(plain) + len(filling[0])
    piece = filling[2] * (room // len(filling[2]) + 1)
    return plain.replace(filling[0], piece[:room])


def read_cases() -> list[Case]:
    """All cases of all tables."""
    return [case for file in sorted(FOLDER.glob("*.yml")) for case in _of(file)]


def _of(file: Path) -> Iterator[Case]:
    for scene in yaml.safe_load(file.read_text(encoding="utf-8")):
        before = _messages(scene.get("before", []))
        for name, attack in scene["attacks"].items():
            options = attack if isinstance(attack, dict) else {"says": attack}
            yield Case(
                id=f"{file.stem}: {scene['scene']}: {name}",
                before=before,
                reaches=scene.get("reaches", ""),
                says=_messages(options["says"]),
                changes=options.get("changes", ""),
                answers=options.get("answers", ""),
            )


def _messages(said: Any) -> tuple[Message, ...]:
    listed = said if isinstance(said, list) else [said]
    return tuple(
        Message(**{"text" if name == "message" else name: value for name, value in one.items()})
        if isinstance(one, dict)
        else Message(one)
        for one in listed
    )


def _filled(value: Any, details: Mapping[str, str]) -> Any:
    """With the names in braces filled in, however deep they stand."""
    if isinstance(value, str):
        return fill_in(value, details)
    if isinstance(value, dict):
        return {name: _filled(one, details) for name, one in value.items()}
    return [_filled(one, details) for one in value] if isinstance(value, list) else value
