"""Signed requests between Kefu and a shop's own system, both ways.

    Kefu-Timestamp: 1795147200
    Kefu-Signature: v1=<hex of HMAC-SHA-256(secret, timestamp + "." + body)>

HMAC is RFC 2104; the timestamp under the signature bounds how long a captured request can be sent
again. What a request is for stands in its body, so that a signed quote is no signed command. Uses
the standard library only: a shop in Python may copy this file (SignatureError is an Exception).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from kefu.errors import SignatureError

WINDOW_SECONDS = 300

TIMESTAMP_HEADER = "Kefu-Timestamp"
SIGNATURE_HEADER = "Kefu-Signature"

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v1=([0-9a-f]{64})")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of Kefu-Signature. `timestamp` is seconds since 1970 in decimal digits."""
    message = timestamp.encode("ascii") + b"." + body
    return f"v1={hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()}"


def signed_headers(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """Both headers for a body that is sent at `now` (aware)."""
    timestamp = str(int(now.timestamp()))
    return {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(secret, timestamp, body)}


def verify_signature(
    secrets: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    window_seconds: int = WINDOW_SECONDS,
) -> None:
    """Returns where the body is signed with one of the secrets, not longer ago than the window.

    Args:
        secrets: two of them while one replaces the other.
        headers: of the request; names in any case.
        body: as it came, before any JSON is read.
        now: aware.
        window_seconds: how old, or how far ahead of this clock, a request may be.

    Raises:
        SignatureError: one sentence that says what is wrong, without the right signature.
    """
    given = {name.lower(): value for name, value in headers.items()}
    timestamp = given.get(TIMESTAMP_HEADER.lower(), "")
    found = _SIGNATURE.fullmatch(given.get(SIGNATURE_HEADER.lower(), ""))
    if not _TIMESTAMP.fullmatch(timestamp) or not found:
        raise SignatureError(
            f"Send {TIMESTAMP_HEADER} (seconds since 1970) and {SIGNATURE_HEADER} (v1= and the "
            "HMAC-SHA-256 of timestamp, a full stop and the body, in lower-case hex)."
        )
    # Every secret is tried and compared in constant time, also after one has fitted.
    fits = [hmac.compare_digest(sign(one, timestamp, body)[3:], found[1]) for one in secrets]
    if not any(fits):
        raise SignatureError(
            "The signature does not fit: sign exactly the bytes of the body with the shared secret."
        )
    if abs(now.timestamp() - int(timestamp)) > window_seconds:
        raise SignatureError(
            f"{TIMESTAMP_HEADER} is more than {window_seconds} seconds away from this clock: "
            "sign anew when sending again, and set both clocks."
        )
