"""Reads the table of context rules from YAML and checks it; imports no Rasa."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kefu.errors import ModelError
from kefu.nlu.context_table import SAME, Rule, Table

FALLBACK = "nlu_fallback"  # Rasa's name for "not sure"; may come before, never out of a rule

_TABLE_KEYS = {"longest", "talk", "groups", "around", "phrases", "rules"}
_CONTEXT_KEYS = {"after", "did", "said", "form", "asks", "slots"}
_MESSAGE_KEYS = {"text", "only"}
_RULE_KEYS = {"rule", "intent"} | _CONTEXT_KEYS | _MESSAGE_KEYS


@dataclass(frozen=True)
class Vocabulary:
    """The names that a table may use: what domain.yml defines."""

    intents: frozenset[str]
    entities: frozenset[str]
    actions: frozenset[str]
    slots: frozenset[str]
    forms: frozenset[str]


def read_vocabulary(domain: Path) -> Vocabulary:
    """The names that a domain defines, in one file or in a folder of them.

    Raises:
        ModelError: the domain is missing or no YAML.
    """
    files = sorted(domain.rglob("*.yml")) if domain.is_dir() else [domain]
    parts = [_load(file) or {} for file in files]

    def names(*keys: str) -> frozenset[str]:
        # A list's entry may be a mapping too: `- greet: {use_entities: []}`.
        entries = (entry for part in parts for key in keys for entry in part.get(key) or ())
        return frozenset(next(iter(one)) if isinstance(one, dict) else one for one in entries)

    return Vocabulary(
        intents=names("intents"),
        entities=names("entities"),
        actions=names("actions", "responses", "forms"),
        slots=names("slots"),
        forms=names("forms"),
    )


def read_table(path: Path, vocabulary: Vocabulary) -> Table:
    """Reads and checks a table.

    Raises:
        ModelError: one sentence that names the file, the rule and what to mend.
    """
    return _Reader(path, vocabulary).table(_load(path))


def _load(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(f"{path} cannot be read as YAML, mend it: {error}") from error


class _Reader:
    """Turns what stands in YAML into rules; every complaint names its place."""

    def __init__(self, path: Path, vocabulary: Vocabulary) -> None:
        self._path = path
        self._names = vocabulary
        self._groups: dict[str, list[str]] = {}
        self._phrases: dict[str, re.Pattern[str]] = {}

    def table(self, content: Any) -> Table:
        self._keys("the table", content, _TABLE_KEYS, _TABLE_KEYS)
        longest = content["longest"]
        if not isinstance(longest, int) or isinstance(longest, bool) or longest < 1:
            raise self._error("longest", "is a whole number above 0")
        for name, members in self._mapping("groups", content["groups"]).items():
            where = f"group '{name}'"
            self._groups[name] = self._known(where, members, self._intents, "intent")
            if name in self._intents:
                raise self._error(where, "has the name of an intent, rename it")
        for name, expressions in self._mapping("phrases", content["phrases"]).items():
            where = f"phrase '{name}'"
            self._phrases[name] = self._expression(where, *self._list(where, expressions))
            if self._phrases[name].fullmatch(""):
                raise self._error(where, "matches a message without a word")
        around = "|".join(self._list("around", content["around"]))
        return Table(
            self._rules(content["rules"]),
            longest,
            frozenset(self._known("talk", content["talk"], self._intents, "intent")),
            self._expression("around", f"(?:{around})*"),
        )

    @property
    def _intents(self) -> frozenset[str]:
        return self._names.intents | {FALLBACK}

    def _rules(self, entries: Any) -> tuple[Rule, ...]:
        if not isinstance(entries, list) or not entries:
            raise self._error("rules", "is a list with at least one rule")
        rules: dict[str, Rule] = {}
        for place, entry in enumerate(entries, start=1):
            self._keys(f"rule {place}", entry, _RULE_KEYS, {"rule", "intent"})
            rule = self._rule(f"rule '{entry['rule']}'", entry)
            if rule.name in rules:
                raise self._error(f"rule '{rule.name}'", "stands there twice, rename one")
            rules[rule.name] = rule
        used = {phrase for rule in rules.values() for phrase in rule.text}
        for name, phrase in self._phrases.items():
            if phrase not in used:
                raise self._error(f"phrase '{name}'", "is in no rule, use it or delete it")
        return tuple(rules.values())

    def _rule(self, where: str, entry: dict[str, Any]) -> Rule:
        if not _CONTEXT_KEYS & entry.keys() or not _MESSAGE_KEYS & entry.keys():
            raise self._error(
                where,
                f"needs a condition on the conversation ({', '.join(sorted(_CONTEXT_KEYS))}) "
                f"and one on the message ({', '.join(sorted(_MESSAGE_KEYS))})",
            )
        names = self._names
        intents = [entry["intent"]] if isinstance(entry["intent"], str) else entry["intent"]
        if intents == [SAME]:
            if "after" not in entry:
                raise self._error(where, f"says '{SAME}' and therefore needs 'after'")
        else:
            self._known(where, intents, names.intents, "intent")
        slots = self._mapping(where, entry.get("slots", {}))
        self._known(where, list(slots), names.slots, "slot", empty=True)
        if entry.get("form") is not None:
            self._known(where, [entry["form"]], names.forms, "form")

        def some(key: str, known: frozenset[str], kind: str) -> list[str]:
            return self._known(where, entry[key], known, kind) if key in entry else []

        groups = frozenset(self._groups)
        after = some("after", self._intents | groups, "intent or group")
        phrases = some("text", frozenset(self._phrases), "phrase")
        return Rule(
            name=str(entry["rule"]),
            intents=tuple(intents),
            after=frozenset(one for name in after for one in self._groups.get(name, [name])),
            did=frozenset(some("did", names.actions, "action")),
            said=self._expression(where, entry["said"]) if "said" in entry else None,
            form=entry.get("form"),
            asks=frozenset(some("asks", names.slots, "slot")),
            slots=slots,
            text=tuple(self._phrases[name] for name in phrases),
            only=frozenset(some("only", names.entities, "entity")),
        )

    def _known(
        self, where: str, names: Any, known: frozenset[str], kind: str, *, empty: bool = False
    ) -> list[str]:
        found = [] if empty and names == [] else self._list(where, names)
        for name in found:
            if name not in known:
                raise self._error(where, f"names the unknown {kind} '{name}', correct it")
        return found

    def _expression(self, where: str, *expressions: Any) -> re.Pattern[str]:
        try:
            return re.compile("|".join(f"(?:{expression})" for expression in expressions))
        except re.error as error:
            raise self._error(where, f"has a bad regular expression: {error}") from error

    def _list(self, where: str, value: Any) -> list[str]:
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise self._error(where, f"needs a list of texts, not {value!r}")
        return value

    def _mapping(self, where: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._error(where, f"needs names with values, not {value!r}")
        for key in value:
            if not isinstance(key, str):
                raise self._error(where, f"has the name {key!r}, which YAML takes for no text")
        return value

    def _keys(self, where: str, value: Any, allowed: set[str], needed: set[str]) -> None:
        for key in self._mapping(where, value):
            if key not in allowed:
                raise self._error(where, f"has the unknown key '{key}', correct it")
        for key in sorted(needed - value.keys()):
            raise self._error(where, f"lacks '{key}', add it")

    def _error(self, where: str, what: str) -> ModelError:
        return ModelError(f"{self._path}: {where} {what}.")
