"""Where the keys for personal data come from: KEFU_DATA_KEYS; in development also a file."""

from __future__ import annotations

import binascii
import contextlib
import os
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from kefu.errors import SettingsError
from kefu.orders.sealing import KEY_BYTES, KEY_ID, KeyRing
from kefu.settings import Settings

_FORM = "ID:BASE64 of 32 bytes, several with commas between them, the newest first"
_MAKE = 'echo "key-1:$(openssl rand -base64 32)" makes one'


def data_keys(settings: Settings) -> Callable[[], KeyRing]:
    """A function that gives the ring; the first call in development may make the file.

    Raises:
        SettingsError: production without KEFU_DATA_KEYS, or a value that is no list of keys.
    """
    if settings.data_keys is not None:
        ring = KeyRing(parse_keys(settings.data_keys.get_secret_value(), "KEFU_DATA_KEYS"))
        return lambda: ring
    if not settings.development:
        raise SettingsError(
            "KEFU_DATA_KEYS is not set: outside development it is what personal data is sealed "
            f"with; set it ({_MAKE}), or unset KEFU_ENV."
        )
    return lru_cache(maxsize=1)(lambda: _of_file(settings.data_keys_file))


def parse_keys(text: str, source: str) -> dict[str, bytes]:
    """The keys of `id:base64,id:base64` by id, in their order.

    Raises:
        SettingsError: names `source` and the place, never the content.
    """
    keys: dict[str, bytes] = {}
    for place, part in enumerate(text.strip().split(","), start=1):
        id, colon, packed = part.strip().partition(":")
        try:
            key = b64decode(packed, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not colon or not KEY_ID.fullmatch(id) or len(key) != KEY_BYTES:
            raise SettingsError(f"{source}: key {place} is not {_FORM}; {_MAKE}.")
        if id in keys:
            raise SettingsError(f"{source}: two keys are called {id}; give each its own id.")
        keys[id] = key
    return keys


def _of_file(file: Path) -> KeyRing:
    """The ring in `file`, which is made where it is missing; of two at once the first one wins."""
    try:
        if not file.is_file():
            _make(file)
        return KeyRing(parse_keys(file.read_text(encoding="ascii"), str(file)))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The keys for personal data cannot be kept in {file} ({error}): "
            "set KEFU_DATA_KEYS, or KEFU_DATA_KEYS_FILE to a file that may be written."
        ) from error


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    key = b64encode(os.urandom(KEY_BYTES)).decode()
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # for its owner only
    written = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"development:{key}\n")
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(written)  # whole or not at all, and never over another's
    finally:
        written.unlink()
