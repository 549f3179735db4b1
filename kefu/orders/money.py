"""Money as buyers read it."""

from __future__ import annotations


def format_money(cents: int) -> str:
    """`123450` → `¥1,234.50`; a negative amount carries its sign first."""
    sign = "-" if cents < 0 else ""
    yuan, rest = divmod(abs(cents), 100)
    return f"{sign}¥{yuan:,}.{rest:02d}"
