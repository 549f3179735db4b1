"""Events from the shop, and what a buyer is told of them: events.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, Extra, Field, ValidationError, root_validator

from kefu.errors import EventError, RulesError
from kefu.orders.event_values import KINDS, choice

FILE = Path(__file__).with_name("events.yml")
NUMBERS = ("order_no", "case_no")

Fields = Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True)
class ShopEvent:
    """Something that happened to a buyer's order; `data` as it came, checked by `EventTable`."""

    id: str
    type: str
    customer_id: str
    order_no: str | None
    case_no: str | None
    data: Mapping[str, Any]


class Offer(BaseModel):
    """What the buyer may say yes to; `buttons` have `title` and `payload`."""

    text: str = Field(min_length=1)
    buttons: tuple[Mapping[str, str], ...] = ()

    class Config:
        """Where pydantic looks."""

        extra = Extra.forbid


@dataclass(frozen=True)
class News:
    """What the buyer is told: personal data masked.

    Attributes:
        text: one line.
        matter: intent that the buyer's next short message is about.
        offer: its name, which is the value of the slot `offer`, and its words.
    """

    text: str
    matter: str
    offer: tuple[str, Offer] | None


class _Event(BaseModel):
    about: Literal["order", "case"]
    matter: str
    offer: str | None = None
    fields_: Fields = Field(alias="fields")
    required: tuple[str, ...] = ()
    words: tuple[str, ...]

    class Config:
        extra = Extra.forbid

    @root_validator(skip_on_failure=True)
    @classmethod
    def _known_kinds(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name, kind in values["fields_"].items():
            if isinstance(kind, str) and kind not in KINDS:
                raise ValueError(f"field {name}: {kind} is none of {', '.join(KINDS)}")
            if name in NUMBERS:
                raise ValueError(f"field {name}: stands beside `data`, give it another name")
        for name in values["required"]:
            if name not in values["fields_"]:
                raise ValueError(f"required: {name} is no field")
        return values

    @root_validator(skip_on_failure=True)
    @classmethod
    def _words_fit_fields(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not values["words"]:
            raise ValueError("words: write at least one sentence")
        first, *others = map(_placeholders, values["words"])
        said, fields = first.union(*others), set(values["fields_"])
        for name in sorted(said - fields - set(NUMBERS)):
            raise ValueError(f"words: {{{name}}} is no field")
        for name in sorted(fields - said):
            raise ValueError(f"field {name}: is in no sentence, use it or delete it")
        if not first <= {f"{values['about']}_no", *values["required"]}:
            raise ValueError("words: the first sentence may only name what is always there")
        return values


class _File(BaseModel):
    again: str = Field(min_length=1)
    offers: Mapping[str, Offer]
    events: Mapping[str, _Event]

    class Config:
        extra = Extra.forbid

    @root_validator(skip_on_failure=True)
    @classmethod
    def _offers(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name, event in values["events"].items():
            if event.offer is not None and event.offer not in values["offers"]:
                raise ValueError(f"events: {name}: offer: {event.offer} is not under `offers`")
        return values


class EventTable:
    """The events that can be told, and their words."""

    def __init__(self, file: _File) -> None:
        self._events = file.events
        self._offers = file.offers
        self.again = file.again
        self.matters = frozenset(event.matter for event in file.events.values())

    def news(self, event: ShopEvent, zone: ZoneInfo) -> News:
        """What its buyer is told of an event.

        Raises:
            EventError: unknown type, or a number or field is missing, unknown or of another kind.
        """
        known = self._events.get(event.type)
        if known is None:
            raise EventError(f"`type` must be one of {', '.join(self._events)}.")
        values = {name: getattr(event, name) for name in NUMBERS if getattr(event, name)}
        if f"{known.about}_no" not in values:
            raise EventError(f"`{known.about}_no` is missing: {event.type} is about one.")
        values |= _shown(known, event.data, zone)
        sentences = (
            sentence.format(**values)
            for sentence in known.words
            if _placeholders(sentence) <= values.keys()
        )
        offer = None if known.offer is None else (known.offer, self._offers[known.offer])
        return News("".join(sentences), known.matter, offer)


def read_events(file: Path = FILE) -> EventTable:
    """Reads and checks a table of events.

    Raises:
        RulesError: one sentence that names file and field.
    """
    try:
        return EventTable(_File.parse_obj(yaml.safe_load(file.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError(f"{file} cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "__root__")
        raise RulesError(f"{file}: {place or 'the whole'}: {first['msg']}.") from None


def _shown(known: _Event, data: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """The fields that are there, as the buyer reads them."""
    for name in data:
        if name not in known.fields_:
            named = ", ".join(known.fields_) or "nothing"
            raise EventError(f"`data.{name[:40]}` is unknown: this event takes {named}.")
    values = {}
    for name, kind in known.fields_.items():
        value = data.get(name)
        if value is None:
            if name in known.required:
                raise EventError(f"`data.{name}` is missing.")
            continue
        try:
            shown = KINDS[kind](value, zone) if isinstance(kind, str) else choice(value, kind)
        except ValueError as error:
            raise EventError(f"`data.{name}` {error}.") from None
        values[name] = shown
    return values


def _placeholders(sentence: str) -> set[str]:
    """The names in braces; nothing but names may stand there."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError as error:
        raise ValueError(f"words: {error}; write braces as {{{{ and }}}}") from None
    names = set()
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"words: {{{name}}} must be a plain name")
        names.add(name)
    return names
