"""Checks of entity marks: broken, nested, overlapping, empty, of unknown type, across tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from kefu.evaluation.examples import Span
from kefu.teaching.findings import Finding, error, instead, quoted, warning
from kefu.teaching.material import Material, Utterance
from kefu.teaching.tokens import cut, pieces

_LEFT_OVER = re.compile(r"\][({\[]|\[\s*\]")
_IN_BRACKETS = re.compile(r"[(（]\s*(\w+)\s*[)）]|[{｛]\s*[\"“]entity[\"”]")
_WORDS = re.compile(r"\[[^\[\]]*\]|[\[\]]")
_TAKEN = "\0"  # stands where a whole mark was, so that its neighbours do not touch


def broken_marks(material: Material) -> Iterator[Finding]:
    """What looks like a mark and is none, and marks that Rasa reads otherwise than meant."""
    entities = material.domain.entities if material.domain else frozenset[str]()
    for said in _all(material):
        told = None if said.marked is None else _broken(said.marked, entities)
        if told is not None:
            find, sentence = told
            yield find(said.place, sentence)


def _broken(line: str, entities: frozenset[str]) -> tuple[Callable[..., Finding], str] | None:
    """The first thing that is wrong, so that one slip is told once."""
    from rasa.shared.nlu.training_data.entities_parser import ENTITY_REGEX

    for mark in ENTITY_REGEX.finditer(line):
        whole, words, listed = mark.group(), mark["entity_text"], mark["list_entity_dicts"]
        if "[" in words:
            return error, f"Marks cannot stand inside one another: take one out of {quoted(whole)}."
        if listed is not None and '"entity"' not in listed:
            return error, (
                f"Rasa takes {quoted(whole)} for a mark and drops the second pair of brackets: "
                "write a blank between the two."
            )
    rest = ENTITY_REGEX.sub(_TAKEN, line)
    stray = next((s for s in _IN_BRACKETS.finditer(rest) if s[1] is None or s[1] in entities), None)
    found = _LEFT_OVER.search(rest) or stray
    if found is not None:
        return error, (
            f"There is a broken mark at {quoted(rest[found.start() :].split(_TAKEN)[0])}: write "
            "[words](entity) with half-width brackets and nothing between them."
        )
    loose = _WORDS.search(rest)
    if loose is not None:
        return warning, (
            f"{quoted(loose.group())} marks nothing: write [words](entity), or take the brackets "
            "out where buyers do not type them."
        )
    return None


def empty_marks(material: Material) -> Iterator[Finding]:
    """Marks over blanks only, or with blanks at their ends."""
    for said in _all(material):
        for start, end, entity in said.spans:
            words = said.text[start:end]
            if not words.strip():
                yield error(said.place, f"A mark for {entity} holds no words: take it out.")
            elif words != words.strip():
                told = f'The mark "{words}" ({entity}) begins or ends with a blank'
                yield warning(said.place, f"{told}: put the blank outside of the brackets.")


def unknown_entities(material: Material) -> Iterator[Finding]:
    """Marks of a type that the domain does not list: what is found would be thrown away."""
    if material.domain is None:
        return
    known = material.domain.entities
    for said in _all(material):
        for entity in dict.fromkeys(span.entity for span in said.spans):
            if entity not in known:
                advice = f"add it to the domain's entities{instead(entity, known)}"
                yield error(said.place, f"The domain has no entity {quoted(entity)}: {advice}.")


def overlapping_entities(material: Material) -> Iterator[Finding]:
    """Two entities that share characters: a token is learned as part of one only."""
    for said in _all(material):
        for one, two in combinations(sorted(said.spans), 2):
            if two.start < one.end:
                yield error(said.place, f"{overlapping(said.text, one, two)}.")


def overlapping(text: str, one: Span, two: Span) -> str:
    """What is wrong with two entities that overlap, as a sentence without its stop."""
    return f"The entities {_shown(text, one)} and {_shown(text, two)} overlap: keep one of them"


def misaligned_entities(material: Material) -> Iterator[Finding]:
    """Marks that begin or end inside a number or a Latin word."""
    for said in _all(material):
        tokens = list(pieces(said.text)) if said.spans else []
        for span in said.spans:
            halved = cut(span.start, span.end, tokens)
            if halved:
                yield warning(said.place, f"{misaligned(said.text, span, halved)}.")


def misaligned(text: str, span: Span, tokens: Sequence[str]) -> str:
    """What is wrong with an entity that cuts tokens, as a sentence without its stop."""
    whole = " and ".join(quoted(token) for token in tokens)
    told = f"The entity {_shown(text, span)} cuts the token {whole}"
    return f"{told}: mark the whole word or number, or none of it"


def _shown(text: str, span: Span) -> str:
    return f"{quoted(text[span.start : span.end])} ({span.entity})"


def _all(material: Material) -> Iterator[Utterance]:
    yield from material.examples
    yield from material.spoken
