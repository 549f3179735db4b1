"""The intents and texts of buyers in stories and rules, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from kefu.evaluation.rasa_yaml import Complain, children, line_of

_COMMAND = re.compile(r"/([^{@]+)")  # `user: /greet{…}` names an intent, as Rasa reads it


class Step(NamedTuple):
    """What a buyer says in a step or in one choice of an `or:`, an intent or a text.

    Attributes:
        line: in the file, from 1.
        intent: None for a text.
        text: with marks; None for an intent. A step that gives both makes two of these.
    """

    line: int
    intent: str | None
    text: str | None


def buyer_steps(root: yaml.Node | None, complain: Complain) -> Iterator[Step]:
    """Everything that buyers say under `stories:` and `rules:`, in order.

    Rasa itself refuses a file whose stories have another shape than its schema; that is passed
    over here.

    Args:
        root: of a whole file.
        complain: takes steps without an intent's name.
    """
    for key, stories in children(root).items():
        for story in _items(stories) if key in ("stories", "rules") else ():
            for step in _items(children(story).get("steps")):
                choices = children(step).get("or")
                for one in [step] if choices is None else _items(choices):
                    yield from _step(children(one), complain)


def _step(keys: dict[str, yaml.Node], complain: Complain) -> Iterator[Step]:
    if "intent" in keys:
        # Rasa takes off a slash before the name, and what follows one in a retrieval intent.
        line, name = line_of(keys["intent"]), _value(keys["intent"]).removeprefix("/").split("/")[0]
        if name:
            yield Step(line, name, None)
        else:
            complain(line, "has a step without an intent: write one after `intent:`")
    text = _value(keys.get("user"))
    command = _COMMAND.match(text)
    if command is not None:
        yield Step(line_of(keys["user"]), command[1].strip(), None)
    elif text:
        yield Step(line_of(keys["user"]), None, text)


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _value(node: yaml.Node | None) -> str:
    return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
