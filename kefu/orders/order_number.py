"""Order numbers as buyers type them."""

from __future__ import annotations

import re
import unicodedata

LENGTH = 16
SHORTEST_SUFFIX = 4

_PREFIX = re.compile(
    r"^(?:我的)?(?:订单编?号?|单号|编号|尾号|no\.?)(?:是|为)?[:：]?", re.IGNORECASE
)
_FILLING = re.compile(r"[\s#\-_.,\u200b-\u200f\u2060\ufeff]+")
_DIGITS = re.compile(rf"[0-9]{{{SHORTEST_SUFFIX},{LENGTH}}}")


def normalise_order_no(text: str) -> str | None:
    """The digits that the buyer meant: a whole number, or its last four or more digits.

    Full-width digits (by NFKC), spaces, `#`, hyphens and a leading 订单号 or 尾号 are forgiven;
    anything else is no order number, and the answer is None.
    """
    plain = _FILLING.sub("", unicodedata.normalize("NFKC", text))
    digits = _PREFIX.sub("", plain, count=1)
    return digits if _DIGITS.fullmatch(digits) else None
