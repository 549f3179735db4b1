"""Columns of personal data: plain text in Python, sealed in the database."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, String, Text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from kefu.orders.sealing import KeyRing

_KEYS = "kefu_data_keys"
_INDEX_CHARACTERS = 80  # key id (32 at most), a colon, 43 of base64url
_COUNTRY_CODE = re.compile(r"^(?:\+?0{0,2}86)(?=1\d{10}$)")


def use_keys(engine: Engine, ring: Callable[[], KeyRing]) -> None:
    """Seal and open with this ring on all connections of `engine`."""
    setattr(engine.dialect, _KEYS, ring)


def keys_of(dialect: Dialect) -> KeyRing:
    """The ring that `use_keys` gave to the engine of this dialect.

    Raises:
        TypeError: the engine has none.
    """
    ring: Callable[[], KeyRing] | None = getattr(dialect, _KEYS, None)
    if ring is None:
        raise TypeError("This engine knows no keys for personal data: take one of make_engine.")
    return ring()


class Sealed(TypeDecorator):
    """Text that is sealed for `column` on its way in and opened on its way out.

    Plain text is read as it is: a shop's own views may hold it. Equal texts are sealed differently
    each time, so comparing in SQL is an error, not an empty result.
    """

    impl = Text
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    class comparator_factory(TypeDecorator.Comparator):  # noqa: N801 - SQLAlchemy's name
        """Only IS NULL and IS NOT NULL make sense."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """As SQLAlchemy calls it for `column == value` and the like."""
            if op in (operators.is_, operators.is_not):
                return super().operate(op, *other, **options)
            raise TypeError("Sealed text cannot be compared in SQL: use its blind index.")

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Sealed."""
        return None if value is None else keys_of(dialect).seal(value, self.column)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Opened."""
        return None if value is None else keys_of(dialect).open(value, self.column)


class SealedJson(Sealed):
    """A JSON value, sealed as a whole."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Sealed."""
        if value is None:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return super().process_bind_param(text, dialect)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Opened."""
        text = super().process_result_value(value, dialect)
        return None if text is None else json.loads(text)


class BlindIndex(TypeDecorator):
    """The blind index of a phone number: pass the number itself when writing.

    To find rows, compare `type_coerce(column, String)` with `KeyRing.indexes(phone_key(number))`.
    """

    impl = String(_INDEX_CHARACTERS)
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The index under the current key."""
        return None if value is None else keys_of(dialect).index(phone_key(value), self.column)


def phone_key(phone: str) -> str:
    """A number as it is indexed: digits only, a Chinese mobile number without 86 before it."""
    digits = re.sub(r"[^0-9+]", "", unicodedata.normalize("NFKC", phone))
    return _COUNTRY_CODE.sub("", digits).removeprefix("+")


def sealed(table: str, name: str, *, required: bool = True) -> Column:
    """A column of personal data."""
    return Column(name, Sealed(f"{table}.{name}"), nullable=not required)


def phone_index(table: str) -> Column:
    """The blind index of the column `phone`; filled by itself on INSERT.

    An UPDATE of `phone` must set both: `values(**phone_values(number))`.
    """

    def of_phone(context: DefaultExecutionContext) -> str | None:
        phone: str | None = context.get_current_parameters().get("phone")
        return phone

    return Column("phone_index", BlindIndex(f"{table}.phone"), default=of_phone)


def phone_values(phone: str) -> dict[str, str]:
    """What an UPDATE sets to change a phone number."""
    return {"phone": phone, "phone_index": phone}
