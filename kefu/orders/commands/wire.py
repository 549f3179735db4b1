"""Commands as JSON: `{"order_no": "2026111512348346", "until": "2026-11-20"}` and their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, Extra, ValidationError, create_model

from kefu.errors import OrderError
from kefu.orders.commands.kinds import EVIDENCE_MAX, TEXT_MAX_CHARACTERS, Command
from kefu.orders.written_text import clean

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FREE_TEXTS = ("reason", "description")


def _snake(title: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", title).lower()


# Its name on the wire → the command: `cancel_order` → CancelOrder.
COMMANDS: dict[str, type[Command]] = {_snake(kind.__name__): kind for kind in get_args(Command)}


class _Strict:
    extra = Extra.forbid
    smart_union = True


_MODELS: dict[str, type[BaseModel]] = {
    title: create_model(
        kind.__name__,
        __config__=_Strict,
        **{
            field.name: (hint, ... if field.default is field.default_factory else field.default)
            for field, hint in zip(fields(kind), get_type_hints(kind).values(), strict=True)
        },
    )  # type: ignore[call-overload]
    for title, kind in COMMANDS.items()
}


def name(command: Command) -> str:
    """The command's name on the wire: `cancel_order`."""
    return _snake(type(command).__name__)


def to_wire(command: Command) -> dict[str, Any]:
    """The command's fields as JSON values: days as `2026-11-20`, tuples as lists."""
    return {field.name: _json(getattr(command, field.name)) for field in fields(command)}


def from_wire(name: str, data: Mapping[str, Any]) -> Command:
    """The command that `to_wire` made these values of.

    Raises:
        OrderError: no such command; a field is missing, unknown, of another type or too long.
    """
    if name not in COMMANDS:
        raise OrderError(f"There is no command {name[:40]!r}: use one of {', '.join(COMMANDS)}.")
    until = data.get("until")
    if until is not None and not (isinstance(until, str) and _ISO_DAY.fullmatch(until)):
        raise OrderError(f"{name}: until: write the day as YYYY-MM-DD.")
    try:
        checked = _MODELS[name](**data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise OrderError(f"{name}: {place}: {first['msg']}; correct it.") from None
    values = {field.name: _plain(getattr(checked, field.name)) for field in fields(COMMANDS[name])}
    return COMMANDS[name](**values)


def tidy(command: Command) -> Command:
    """The same with the buyer's texts fit for every database and no longer than 500 characters."""
    changes: dict[str, Any] = {
        field: clean(getattr(command, field), TEXT_MAX_CHARACTERS)
        for field in _FREE_TEXTS
        if hasattr(command, field)
    }
    if hasattr(command, "evidence"):
        pieces = (clean(piece, TEXT_MAX_CHARACTERS) for piece in command.evidence)
        changes["evidence"] = tuple(piece for piece in pieces if piece)[:EVIDENCE_MAX]
    return replace(command, **changes)


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
