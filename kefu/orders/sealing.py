"""Personal data at rest: sealed by AES-256-GCM, found again by a blind index, under a ring of keys.

A sealed value is `kefu1:KEY-ID:BASE64`; the base64 holds a nonce of 12 bytes, the ciphertext and
its tag of 16 bytes. The column's name is the associated data, so that a value which was copied into
another column does not open. With random nonces a key may seal 2^32 values (NIST SP 800-38D, 8.3).

A blind index is `KEY-ID:BASE64URL` of HMAC-SHA-256 over the plain text, under a key that HKDF
(RFC 5869) derives for that column: equal texts are found without opening any.
"""

from __future__ import annotations

import binascii
import hmac
import os
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kefu.errors import SealedValueError

KEY_BYTES = 32
NONCE_BYTES = 12
PREFIX = "kefu1:"
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SEALED = re.compile(rf"{PREFIX}({KEY_ID.pattern}):([A-Za-z0-9+/]+={{0,2}})")


def is_sealed(value: str) -> bool:
    """Whether a stored value says of itself that it is sealed."""
    return value.startswith(PREFIX)


def key_of(value: str) -> str | None:
    """The id of the key that sealed `value`; None for plain text."""
    found = _SEALED.fullmatch(value)
    return found.group(1) if found else None


class KeyRing:
    """The keys in use: the first one seals, all of them open."""

    def __init__(
        self, keys: Mapping[str, bytes], *, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        """Take at least one key of 32 bytes by its id; `random` gives that many bytes."""
        self.current = next(iter(keys))
        self.ids = tuple(keys)
        self._keys = dict(keys)
        self._ciphers = {id: AESGCM(key) for id, key in keys.items()}
        self._index_keys: dict[tuple[str, str], bytes] = {}
        self._random = random

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self.ids)})"

    def seal(self, text: str, column: str) -> str:
        """`text`, readable for whoever has the key only; another value each time."""
        nonce = self._random(NONCE_BYTES)
        cipher = self._ciphers[self.current]
        return _join(self.current, nonce + cipher.encrypt(nonce, _bytes(text), column.encode()))

    def open(self, value: str, column: str) -> str:
        """The text that was sealed for `column`; what is not sealed comes back as it is.

        Raises:
            SealedValueError: its key is not in the ring, or it was damaged or moved.
        """
        if not is_sealed(value):
            return value
        found = _SEALED.fullmatch(value)
        if found is None:
            raise SealedValueError(
                f"A value in {column} begins with {PREFIX} but is no sealed value: mend that row."
            )
        id, packed = found.groups()
        if id not in self._ciphers:
            raise SealedValueError(
                f"A value in {column} was sealed with the key {id}: put that key back into "
                "KEFU_DATA_KEYS."
            )
        try:
            sealed = b64decode(packed, validate=True)
            nonce, hidden = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            return self._ciphers[id].decrypt(nonce, hidden, column.encode()).decode()
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise SealedValueError(
                f"A value in {column} does not open with the key {id}: it was damaged or moved, or "
                "KEFU_DATA_KEYS holds another key by that name."
            ) from error

    def index(self, text: str, column: str) -> str:
        """The blind index of `text` in `column` under the current key."""
        return self._index(self.current, text, column)

    def indexes(self, text: str, column: str) -> tuple[str, ...]:
        """Its blind index under each key, for a look-up while keys are being changed."""
        return tuple(self._index(id, text, column) for id in self.ids)

    def _index(self, id: str, text: str, column: str) -> str:
        if (id, column) not in self._index_keys:
            derive = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"kefu1 index {column}".encode())
            self._index_keys[id, column] = derive.derive(self._keys[id])
        mac = hmac.digest(self._index_keys[id, column], _bytes(text), "sha256")
        return f"{id}:{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _join(id: str, packed: bytes) -> str:
    return f"{PREFIX}{id}:{b64encode(packed).decode()}"


def _bytes(text: str) -> bytes:
    # Half a surrogate pair means nothing, and no database would take it.
    return text.encode("utf-8", "replace")
