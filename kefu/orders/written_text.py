"""Text that a buyer wrote, made fit for every database."""

from __future__ import annotations

import unicodedata


def clean(text: str, longest: int) -> str:
    """Without control characters and lone surrogates (PostgreSQL takes neither), and cut."""
    kept = "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return kept.strip()[:longest]
