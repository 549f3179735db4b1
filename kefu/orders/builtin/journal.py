"""What each write leaves besides the order's own rows: its key, an audit row, an outbox row."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from kefu.errors import OrderError
from kefu.orders.builtin.rows import KEY_USED, key_used
from kefu.orders.commands import Command, Receipt, name, to_wire
from kefu.orders.masking import mask_address, mask_name, mask_phone, mask_tax_number, mask_text
from kefu.orders.tables import audit_log, idempotency_keys, outbox
from kefu.orders.tables.sealed import keys_of

_MASKS: Mapping[str, Callable[[str], str]] = {
    "recipient": mask_name,
    "phone": mask_phone,
    "address": mask_address,
    "title": mask_name,
    "tax_number": mask_tax_number,
    "email": mask_name,
}
_DIGITS = re.compile(r"\d{7,}")
_FREE_TEXT = ("reason", "description", "evidence")


def replay(connection: Connection, customer_id: str, command: Command, key: str) -> Receipt | None:
    """The receipt of the same command under the same key, if it was carried out before.

    Raises:
        OrderError: the key was used for something else.
    """
    known = kept_receipt(connection, customer_id, key, name(command), _digests(connection, command))
    if known is not None:
        return Receipt(**known)
    # Cases from before there were keys carry their own.
    if key_used(connection, customer_id, key):
        raise OrderError(KEY_USED)
    return None


def kept_receipt(
    connection: Connection, customer_id: str, key: str, command: str, digests: Sequence[str]
) -> dict[str, Any] | None:
    """What was answered under the key, None where it is new.

    Args:
        connection: to the order database.
        customer_id: whose key it is.
        key: as it is kept.
        command: what is to be done now.
        digests: of it, under each key for personal data.

    Raises:
        OrderError: the key was used for something else.
    """
    known = connection.execute(
        select(idempotency_keys).where(
            idempotency_keys.c.customer_id == customer_id, idempotency_keys.c.key == key
        )
    ).first()
    if known is None:
        return None
    if known.command != command or known.digest not in digests:
        raise OrderError(KEY_USED)
    receipt: dict[str, Any] = known.receipt
    return receipt


def write(
    connection: Connection,
    customer_id: str,
    command: Command,
    key: str,
    receipt: Receipt,
    *,
    asked: Command,
    case_no: str | None,
    pay_cents: int,
    at: datetime,
) -> None:
    """The three rows of a write.

    `command` is as it was carried out, `asked` as the buyer gave it, which is what comes again in a
    retry. `pay_cents` is what whoever pays is to pay back now.

    Raises:
        OrderError: another write, of another order, has just used the key.
    """
    digest = _digests(connection, asked)[0]
    take_key(connection, customer_id, key, name(asked), digest, asdict(receipt), at)
    said = to_wire(command)
    connection.execute(
        insert(audit_log).values(
            at=at,
            actor="buyer",
            action=name(command),
            customer_id=customer_id,
            order_no=receipt.order_no,
            case_no=case_no,
            details={
                "command": masked(said),
                "status": receipt.status,
                "kind": receipt.kind,
                "amount_cents": receipt.amount_cents,
                "automatic": receipt.automatic,
            },
        )
    )
    connection.execute(
        insert(outbox).values(
            topic=f"order.{name(command)}",
            created_at=at,
            payload={
                "customer_id": customer_id,
                "order_no": receipt.order_no,
                "case_no": case_no,
                "command": _for_the_shop(said),
                "kind": receipt.kind,
                "status": receipt.status,
                "amount_cents": receipt.amount_cents,
                "pay_cents": pay_cents,
                "automatic": receipt.automatic,
            },
        )
    )


def take_key(
    connection: Connection,
    customer_id: str,
    key: str,
    command: str,
    digest: str,
    receipt: Mapping[str, Any],
    at: datetime,
) -> None:
    """Put down what was answered under a key.

    Raises:
        OrderError: another write, of another order, has just used the key.
    """
    try:
        with connection.begin_nested():
            connection.execute(
                insert(idempotency_keys).values(
                    customer_id=customer_id,
                    key=key,
                    command=command,
                    digest=digest,
                    receipt=receipt,
                    created_at=at,
                )
            )
    except IntegrityError:
        raise OrderError(KEY_USED) from None


def digest(command: Command) -> str:
    """SHA-256 of the whole command, in hexadecimal."""
    text = json.dumps([name(command), to_wire(command)], ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _digests(connection: Connection, command: Command) -> tuple[str, ...]:
    """How a row may hold the command: under the current key, under older ones, or as before.

    A bare hash of a phone number, which is all that an address change may hold, can be guessed.
    """
    plain = digest(command)
    return (*keys_of(connection.dialect).indexes(plain, "idempotency_keys.digest"), plain)


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The command's fields with personal data as it may be read by the shop's staff."""
    return {field: _masked(field, value) for field, value in values.items()}


def _masked(field: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(field, piece) for piece in value]
    if not isinstance(value, str):
        return value
    if field in _MASKS:
        return _MASKS[field](value)
    if field in _FREE_TEXT:
        return _DIGITS.sub(lambda found: mask_phone(found[0]), mask_text(value))
    return value


def _for_the_shop(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the shop needs to act stays whole; personal data in free text is of no use to it."""
    return {
        field: _without_numbers(value) if field in _FREE_TEXT else value
        for field, value in values.items()
    }


def _without_numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_numbers(piece) for piece in value]
    return mask_text(value) if isinstance(value, str) else value
