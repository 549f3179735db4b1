"""Checks for messages that stand in the data twice."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from kefu.teaching.findings import Finding, error, quoted, warning
from kefu.teaching.material import Material, Utterance


def normalised(text: str) -> str:
    """Letters and digits only: 发货了吗？ and 发货了吗 are one message.

    A text that has neither, such as "？？", stays as it is.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in plain if letter.isalnum()) or plain


def repeated_messages(material: Material) -> Iterator[Finding]:
    """A message under two intents teaches neither; one that repeats in its own, nothing new."""
    seen: dict[str, list[Utterance]] = defaultdict(list)
    for said in material.examples:
        if not said.text.strip():
            continue
        before = seen[normalised(said.text)]
        rival = next((other for other in before if other.intent != said.intent), None)
        if rival is not None:
            yield error(
                said.place,
                f"{quoted(said.text)} is labelled {said.intent} here and {rival.intent} at "
                f"{rival.place}: keep one of the two.",
            )
        elif before:
            told = f"{quoted(said.text)} stands at {before[0].place} already"
            yield warning(said.place, f"{told}: delete one of the two.")
        before.append(said)
