"""What a short message means after the turn before: a table of rules, first match wins.

"多久" is a question about dispatch after "什么时候发货" and about money after "我要退款". The table
says so in data; `kefu.nlu.context_reader` reads it. Imports no Rasa.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SAME = "same"  # as an intent: the matter goes on

_LETTERS = re.compile(r"[^\W_]+")
_BEFORE = re.compile(r"^(?:亲+|老板娘?|掌柜的?|店家|客服|请问一?下?|你好|您好)+")
_AFTER = re.compile(r"(?:[啊呀哈哦噢喔嘞诶呐哇吖哟]|亲|老板)+$")


@dataclass(frozen=True)
class Context:
    """The conversation before a message; a new one is empty and fits no rule.

    Attributes:
        matter: intent of the newest message that was neither small talk nor an answer to a form.
        did: actions since the buyer's last message.
        said: the assistant's words since then.
        form: the active form.
        asks: the slot that it asks for.
        slots: all slots' values.
    """

    matter: str | None = None
    did: frozenset[str] = frozenset()
    said: str = ""
    form: str | None = None
    asks: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """An entity's type and its place in the text."""

    entity: str
    start: int
    end: int


@dataclass(frozen=True)
class Parsed:
    """A message as the classifier and the extractors left it; `ranking` is best first."""

    text: str
    ranking: Sequence[str] = ()
    entities: Sequence[Span] = ()


@dataclass(frozen=True)
class Decision:
    """The intent of a message in its context, and the rule that says so."""

    rule: str
    intent: str


@dataclass(frozen=True)
class Rule:
    """One line of the table; an empty condition is not asked, except `form`.

    A rule without `form` holds outside forms only: what a form asks for comes first.
    """

    name: str
    intents: tuple[str, ...]
    after: frozenset[str] = frozenset()
    did: frozenset[str] = frozenset()
    said: re.Pattern[str] | None = None
    form: str | None = None
    asks: frozenset[str] = frozenset()
    slots: Mapping[str, Any] = field(default_factory=dict)
    text: tuple[re.Pattern[str], ...] = ()
    only: frozenset[str] = frozenset()

    def fits_context(self, context: Context) -> bool:
        """Whether the conversation is what the rule asks for."""
        return (
            context.form == self.form
            and (not self.asks or context.asks in self.asks)
            and (not self.after or context.matter in self.after)
            and (not self.did or not self.did.isdisjoint(context.did))
            and (self.said is None or self.said.search(context.said) is not None)
            and all(context.slots.get(name) == value for name, value in self.slots.items())
        )

    def intent(self, context: Context, parsed: Parsed) -> str:
        """The matter that goes on, or of several intents the one that the classifier prefers."""
        if self.intents == (SAME,):
            return str(context.matter)
        preferred = (name for name in parsed.ranking if name in self.intents)
        return next(preferred, self.intents[0])


@dataclass(frozen=True)
class Table:
    """The rules in order, with what all of them share.

    Attributes:
        longest: letters and digits of the longest message that is elliptic.
        talk: intents that leave the matter what it was.
        around: what may stand around the entities of a message that names nothing else.
    """

    rules: tuple[Rule, ...]
    longest: int
    talk: frozenset[str]
    around: re.Pattern[str]

    def decide(self, context: Context, parsed: Parsed) -> Decision | None:
        """What the first rule that fits says; None leaves the message as it is."""
        text = bare(parsed.text)
        for rule in self.rules:
            if rule.fits_context(context) and self._fits_message(rule, text, parsed):
                return Decision(rule.name, rule.intent(context, parsed))
        return None

    def _fits_message(self, rule: Rule, text: str, parsed: Parsed) -> bool:
        if len(text) <= self.longest and any(phrase.fullmatch(text) for phrase in rule.text):
            return True
        return bool(rule.only) and self._names_only(rule.only, parsed)

    def _names_only(self, kinds: frozenset[str], parsed: Parsed) -> bool:
        letters, found = list(parsed.text), False
        for span in parsed.entities:
            if span.entity in kinds:
                letters[span.start : span.end] = " " * (span.end - span.start)
                found = True
        rest = bare("".join(letters))
        return found and self.around.fullmatch(rest) is not None


def bare(text: str) -> str:
    """Letters and digits only, without forms of address before and particles behind."""
    letters = "".join(_LETTERS.findall(unicodedata.normalize("NFKC", text).lower()))
    return _AFTER.sub("", _BEFORE.sub("", letters)) or letters
