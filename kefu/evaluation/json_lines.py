"""Labelled messages as JSON Lines: {"text", "intent"} and, where annotated, "entities"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kefu.evaluation.examples import Example, Span, broken

_OURS = frozenset({"text", "intent", "entities"})


def parse_json_lines(content: str, name: str) -> Iterator[Example]:
    """One example a line that is not blank.

    `intent` is a name or, as Rasa answers, an object with one. `entities` may be left out: then
    the line counts for intents only. Other keys are kept in `extra`.

    Args:
        content: the file's text.
        name: what errors call the file.

    Raises:
        ExamplesError: a line is broken.
    """
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            yield _example(line, f"{name}:{number}")


def _example(line: str, place: str) -> Example:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise broken(place, f"is no JSON ({reason}): write one object a line") from error
    if not isinstance(row, dict):
        raise broken(place, 'is no object: write {"text": …, "intent": …}')
    text, intent = row.get("text"), _name(row.get("intent"))
    if not isinstance(text, str):
        raise broken(place, 'has no "text": give the message as a string')
    if not intent:
        raise broken(place, 'has no "intent": give its name as a string')
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise broken(place, 'holds half a character in "text": write it whole')
    extra = {key: value for key, value in row.items() if key not in _OURS}
    return Example(text, intent, _spans(row.get("entities"), text, place), extra)


def _name(intent: Any) -> str | None:
    name = intent.get("name") if isinstance(intent, dict) else intent
    return name.strip() if isinstance(name, str) else None


def _spans(entities: Any, text: str, place: str) -> frozenset[Span] | None:
    if entities is None:
        return None
    if not isinstance(entities, list):
        raise broken(place, 'has "entities" that are no list: write [{"start", "end", "entity"}]')
    return frozenset(_span(entity, text, place) for entity in entities)


def _span(entity: Any, text: str, place: str) -> Span:
    row = entity if isinstance(entity, dict) else {}
    start, end, kind = row.get("start"), row.get("end"), row.get("entity")
    if not (
        isinstance(start, int)
        and isinstance(end, int)
        and isinstance(kind, str)
        and kind
        and 0 <= start < end <= len(text)
    ):
        raise broken(
            place,
            'has an entity without a type or outside of its text: "start" and "end" count '
            "characters from 0",
        )
    return Span(start, end, kind)
