"""Checks of intents: those without enough examples, and those that the domain does not know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kefu.teaching.findings import Finding, error, instead, quoted, warning
from kefu.teaching.material import Domain, Material, Named
from kefu.teaching.repeats import normalised

ENOUGH = 15
"""Examples below which an intent is warned of: a fifth of them, which measurements set aside, is
three, and three say little enough."""

_RASAS = frozenset({"restart", "back", "session_start", "nlu_fallback"})  # nobody types these
_OUT_OF_SCOPE = "out_of_scope"  # every domain of Rasa has it, but buyers are out of scope in words


def few_examples(material: Material) -> Iterator[Finding]:
    """Intents with one example or hardly more; examples that differ in punctuation count once."""
    different = _texts(material)
    for label in _first_of_each(material.labels):
        count = len(different.get(label.name, ()))
        if count == 1:
            yield error(
                label.place,
                f"The intent {label.name} has one example, which can be neither held out nor "
                f"generalised: write at least {ENOUGH} that differ.",
            )
        elif 1 < count < ENOUGH:
            told = f"The intent {label.name} has only {count} examples"
            yield warning(label.place, f"{told}: write at least {ENOUGH} that differ.")


def intents_without_examples(material: Material) -> Iterator[Finding]:
    """Intents of the domain that no example teaches."""
    if material.domain is None or not material.trains:
        return
    different = _texts(material)
    for intent in material.domain.intents:
        if intent.name not in different and intent.name not in _RASAS:
            told = f"The intent {intent.name} has no example"
            yield error(intent.place, f"{told}: write at least {ENOUGH}, or take it out.")


def intents_not_in_domain(material: Material) -> Iterator[Finding]:
    """Intents in data that the domain does not list: no story or action can meet them."""
    if material.domain is None:
        return
    known = _known(material.domain)
    for label in material.labels:
        if label.name not in known:
            yield _unknown(label, known)


def intents_in_stories(material: Material) -> Iterator[Finding]:
    """Steps of stories and rules that no message can ever take."""
    if material.domain is None:
        return
    known, taught = _known(material.domain), _texts(material).keys() | _RASAS | {_OUT_OF_SCOPE}
    untaught = []
    for step in material.steps:
        if step.name not in known:
            yield _unknown(step, known)
        elif step.name not in taught and material.trains:
            untaught.append(step)
    for step in _first_of_each(untaught):
        told = f"No message can lead here, for the intent {step.name} has no example"
        yield error(step.place, f"{told}: write at least {ENOUGH}.")


def empty_messages(material: Material) -> Iterator[Finding]:
    """Examples without a word."""
    for said in material.examples:
        if not said.text.strip():
            yield warning(
                said.place, "This example is empty: write the message, or delete the line."
            )


def _unknown(named: Named, known: Iterable[str]) -> Finding:
    advice = f"add it to the domain's intents{instead(named.name, known)}"
    return error(named.place, f"The domain has no intent {quoted(named.name)}: {advice}.")


def _known(domain: Domain) -> frozenset[str]:
    return _RASAS | {_OUT_OF_SCOPE} | {intent.name for intent in domain.intents}


def _texts(material: Material) -> dict[str, set[str]]:
    """What teaches each intent; an intent whose examples are all empty is not there."""
    found = defaultdict(set)
    for said in material.examples:
        if said.learned and said.intent is not None and said.text.strip():
            found[said.intent].add(normalised(said.text))
    return dict(found)


def _first_of_each(names: Iterable[Named]) -> list[Named]:
    first: dict[str, Named] = {}
    for named in names:
        first.setdefault(named.name, named)
    return list(first.values())
