"""What a move of the shop leaves besides what it changes: its key, audit and outbox rows."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from kefu.errors import OrderError
from kefu.orders.builtin.journal import kept_receipt, take_key
from kefu.orders.builtin.moves import Move, Moved
from kefu.orders.masking import mask_text
from kefu.orders.tables import audit_log, outbox
from kefu.orders.tables.sealed import keys_of

_KEY = re.compile(r"[!-~]{1,300}")
_COMMAND = "shop"  # no command of a buyer is called that
_PREFIX = "shop:"


def check_key(key: str) -> str:
    """The key as it is kept, apart from those of buyers.

    Raises:
        OrderError: it is none.
    """
    if not _KEY.fullmatch(key):
        raise OrderError("The idempotency key must be 1 to 300 visible ASCII characters.")
    return _PREFIX + key


def replay(connection: Connection, customer_id: str, move: Move, key: str) -> Moved | None:
    """What came of the same move under the same key, if it was made before.

    Raises:
        OrderError: the key was used for something else.
    """
    known = kept_receipt(connection, customer_id, key, _COMMAND, _digests(connection, move))
    return None if known is None else Moved(**known)


def write(
    connection: Connection,
    move: Move,
    moved: Moved,
    key: str,
    *,
    by: str,
    at: datetime,
) -> None:
    """The three rows of a move; `by` is a person's or a system's name.

    Raises:
        OrderError: another move, of another order, has just used the key.
    """
    digest = _digests(connection, move)[0]
    take_key(connection, moved.customer_id, key, _COMMAND, digest, asdict(moved), at)
    note = note_of(move)
    connection.execute(
        insert(audit_log).values(
            at=at,
            actor=moved.by,
            action=moved.event,
            customer_id=moved.customer_id,
            order_no=moved.order_no,
            case_no=moved.case_no,
            details={"by": by, "key": key, "note": note, "moved": asdict(moved)},
        )
    )
    machine = "order" if moved.case_no is None else "case"
    connection.execute(
        insert(outbox).values(
            topic=f"{machine}.{moved.event}",
            created_at=at,
            payload={**asdict(moved), "by": by, "actor": moved.by, "note": note, "key": key},
        )
    )


def note_of(move: Move) -> str:
    """The words for the buyer, without the numbers of anybody."""
    return mask_text(getattr(move, "note", ""))


def _digests(connection: Connection, move: Move) -> tuple[str, ...]:
    """How a row may hold the move: keyed, because its note is somebody's words."""
    text = json.dumps([type(move).__name__, asdict(move)], default=str, sort_keys=True)
    plain = hashlib.sha256(text.encode()).hexdigest()
    return tuple(keys_of(connection.dialect).indexes(plain, "idempotency_keys.digest"))
