"""What columns are made of: aware times, codes of states, names of constraints."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from enum import Enum

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, MetaData
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator):
    """An aware UTC time on every database.

    SQLite drops time zones without a word, so a naive time is refused on the way in, and on the
    way out each time says that it is UTC.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; naive on SQLite, whose storage format knows no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime.")
        utc = value.astimezone(timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the driver's time to an aware one in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def one_of(column: str, codes: type[Enum] | Iterable[str]) -> CheckConstraint:
    """`column` holds one of the codes, or of the values of an enumeration."""
    plain = (code.value if isinstance(code, Enum) else code for code in codes)
    listed = ", ".join(f"'{code}'" for code in plain)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def at(name: str, *, required: bool = False) -> Column:
    """A moment."""
    return Column(name, UtcDateTime, nullable=not required)


def needed(name: str, kind: TypeEngine | type[TypeEngine], *others: ForeignKey) -> Column:
    """A column that is never empty."""
    return Column(name, kind, *others, nullable=False)


def counted(name: str, kind: TypeEngine | type[TypeEngine], start: int | str = 0) -> Column:
    """A column that is never empty and begins with `start`, for whoever writes the row."""
    return Column(name, kind, nullable=False, default=start, server_default=str(start))
