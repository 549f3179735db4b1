"""Texts that are too near to what is tested to be trained on."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict

NEAR_COPY = 0.7  # share of pairs of characters in common


def near_copies(trained: set[str], tested: set[str]) -> list[tuple[str, str]]:
    """Pairs of texts whose letters are equal or that have most pairs of letters in common."""
    holders = defaultdict(set)
    shingles = {text: grams(text) for text in tested}
    for text, parts in shingles.items():
        for part in parts:
            holders[part].add(text)
    copies = []
    for text in sorted(trained):
        parts = grams(text)
        common = Counter(other for part in parts for other in holders[part])
        copies += [
            (text, other)
            for other, count in common.items()
            if count / len(parts | shingles[other]) >= NEAR_COPY
        ]
    return copies


def grams(text: str) -> set[str]:
    plain = letters(text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)} or {plain}


def letters(text: str) -> str:
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text).lower()) or text
