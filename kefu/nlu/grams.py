"""Characters' n-grams hashed into a fixed number of buckets."""

from __future__ import annotations

import unicodedata
import zlib

_LONGEST = 2


def gram_buckets(text: str, buckets: int) -> list[int]:
    """Buckets (0 … buckets-1) of all 1- and 2-grams of the text, ends marked, doubles removed."""
    line = "^" + "".join(unicodedata.normalize("NFKC", text).lower().split()) + "$"
    grams = {
        line[start : start + length]
        for length in range(1, _LONGEST + 1)
        for start in range(len(line) - length + 1)
    }
    grams -= {"^", "$"}
    return sorted({zlib.crc32(gram.encode("utf-8", "replace")) % buckets for gram in grams})
