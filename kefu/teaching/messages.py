"""Warnings for a training that did not come from `kefu train`, from Rasa's own messages.

Rasa's messages know neither file nor line: `kefu check` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import raise_warning

from kefu.evaluation.examples import Span
from kefu.teaching.findings import quoted
from kefu.teaching.intents import ENOUGH
from kefu.teaching.marks import misaligned, overlapping
from kefu.teaching.repeats import normalised
from kefu.teaching.tokens import Piece, cut

_MOST = 10  # of each kind: thousands would hide everything else in a log


def check_messages(training_data: TrainingData) -> list[str]:
    """Warns of intents with one example, overlapping entities and entities that cut tokens.

    Args:
        training_data: after the tokenizer; messages without tokens are not looked at for cuts.

    Returns:
        The warnings, each without its stop; they went through Rasa's `raise_warning` too.
    """
    messages = [message for message in training_data.nlu_examples if message.get(TEXT)]
    told = [
        warning
        for kind in (_single(messages), _overlapping(messages), _misaligned(messages))
        for warning in _first(list(kind))
    ]
    for warning in told:
        raise_warning(f"{warning}; `kefu check` names file and line.")
    return told


def _single(messages: Sequence[Message]) -> Iterator[str]:
    different: dict[str, set[str]] = {}
    for message in messages:
        if message.get(INTENT):
            different.setdefault(message.get(INTENT), set()).add(normalised(message.get(TEXT)))
    for intent, texts in different.items():
        if len(texts) == 1:
            yield f"The intent {intent} has one example: write at least {ENOUGH} that differ"


def _overlapping(messages: Sequence[Message]) -> Iterator[str]:
    for message in messages:
        for one, two in message.find_overlapping_entities():
            yield f"{overlapping(message.get(TEXT), _span(one), _span(two))}{_where(message)}"


def _misaligned(messages: Sequence[Message]) -> Iterator[str]:
    for message in messages:
        tokens = [Piece(t.start, t.end, t.text) for t in message.get(TOKENS_NAMES[TEXT]) or ()]
        for entity in message.get(ENTITIES) or ():
            if "start" in entity and "end" in entity:
                span = _span(entity)
                pieces = cut(span.start, span.end, tokens)
                if pieces:
                    yield f"{misaligned(message.get(TEXT), span, pieces)}{_where(message)}"


def _span(entity: dict[str, Any]) -> Span:
    return Span(entity["start"], entity["end"], entity["entity"])


def _where(message: Message) -> str:
    return f" (in {quoted(message.get(TEXT))}, intent {message.get(INTENT)})"


def _first(warnings: Sequence[str]) -> Iterator[str]:
    yield from islice(warnings, _MOST)
    if len(warnings) > _MOST:
        yield f"There are {len(warnings) - _MOST} more warnings of that kind"
