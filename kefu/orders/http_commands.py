"""Commands carried out by the shop's own system, over HTTP.

`POST {KEFU_SHOP_URL}/quote/{name}` and `/commands/{name}` with

    {"call": "commands/request_refund", "buyer": "…", "command": {…}, "key": "…", "at": "…"}

docs/shop-commands.md describes both sides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, StrictBool, ValidationError, conint, constr, validator

from kefu.errors import (
    CommandsUnavailableError,
    OrderError,
    OrderNotFoundError,
    RefusedError,
)
from kefu.orders.commands import Command, Payer, Quote, Receipt, name, tidy, to_wire
from kefu.orders.signed_client import Answer, SignedClient
from kefu.orders.written_text import clean
from kefu.settings import Settings

WORDS_MAX_CHARACTERS = 1000

if TYPE_CHECKING:
    Cents = int
    Code = str
    Words = str
else:
    Cents = conint(strict=True, ge=0, le=10**10)
    Code = constr(strict=True, regex=r"^[0-9A-Za-z_.\-]{1,64}\Z")
    Words = constr(strict=True, min_length=1, max_length=WORDS_MAX_CHARACTERS)

_KEY = re.compile(r"[!-~]{1,320}")


class _Answered(BaseModel):
    """What a quote and a receipt have in common; further fields are ignored."""

    order_no: Code
    amount_cents: Cents
    automatic: StrictBool


def _readable(text: str) -> str:
    """The shop's words as a buyer may read them."""
    words = clean(text, WORDS_MAX_CHARACTERS)
    if not words:
        raise ValueError("has no visible character")
    return words


class _Quoted(_Answered):
    summary: Words
    freight_paid_by: Payer | None = None
    kind: Code | None = None

    _summary = validator("summary", allow_reuse=True)(_readable)


class _Done(_Answered):
    number: Code
    kind: Code
    status: Code
    next_step: Words

    _next_step = validator("next_step", allow_reuse=True)(_readable)


class _Refused(BaseModel):
    reason: Words

    _reason = validator("reason", allow_reuse=True)(_readable)


_Model = TypeVar("_Model", bound=_Answered)


class HttpCommands:
    """`OrderCommands` of a shop that has a system of its own. Safe to share between threads.

    The shop decides; nothing is checked here but that the answer can be read and is about the order
    that was asked for.
    """

    def __init__(self, client: SignedClient, *, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock

    @classmethod
    def from_settings(
        cls, settings: Settings, *, clock: Callable[[], datetime]
    ) -> HttpCommands | None:
        """The system at KEFU_SHOP_URL; None where KEFU_SHOP_COMMANDS names the order tables.

        Raises:
            SettingsError: there is no address or no secret.
        """
        if settings.shop_commands == "builtin":
            return None
        client = SignedClient.to_shop(settings, clock)
        return None if client is None else cls(client, clock=clock)

    def quote(self, buyer: str, command: Command) -> Quote:
        """What the shop would do now.

        Raises:
            OrderNotFoundError, RefusedError, OrderError, CommandsUnavailableError.
        """
        command = tidy(command)
        found = self._ask("quote", buyer, command, None, _Quoted)
        return Quote(
            command=command,
            order_no=found.order_no,
            summary=found.summary,
            amount_cents=found.amount_cents,
            freight_paid_by=found.freight_paid_by,
            automatic=found.automatic,
            kind=found.kind or name(command),
        )

    def execute(self, buyer: str, command: Command, key: str) -> Receipt:
        """Have the shop do it; the shop does one key once, so this may be called again.

        Raises:
            OrderNotFoundError, RefusedError, OrderError: as in `quote`; the last one also where the
                key was used for another command.
            CommandsUnavailableError: with `maybe_done` the shop may have done it: the same key
                tells.
        """
        if not _KEY.fullmatch(key):
            raise OrderError("The idempotency key must be 1 to 320 visible ASCII characters.")
        done = self._ask("commands", buyer, tidy(command), key, _Done)
        return Receipt(
            number=done.number,
            order_no=done.order_no,
            kind=done.kind,
            status=done.status,
            amount_cents=done.amount_cents,
            next_step=done.next_step,
            automatic=done.automatic,
        )

    def close(self) -> None:
        """Closes the connections; the object is of no use afterwards."""
        self._client.close()

    def _ask(
        self, verb: str, buyer: str, command: Command, key: str | None, model: type[_Model]
    ) -> _Model:
        call = f"{verb}/{name(command)}"
        content = {
            "call": call,
            "buyer": buyer,
            "command": to_wire(command),
            "key": key,
            "at": self._clock().astimezone(timezone.utc).isoformat(timespec="seconds"),
        }
        answer = self._client.post(f"/{call}", content, key)
        if not answer.ok:
            raise self._refusal(answer, call)
        try:
            found = model.parse_obj(answer.content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise self._nonsense(call, f"its answer has a wrong {place} ({first['msg']})") from None
        wanted = getattr(command, "order_no", found.order_no)
        if found.order_no != wanted:
            raise self._nonsense(call, "its answer is about another order")
        return found

    def _refusal(self, answer: Answer, call: str) -> OrderError | CommandsUnavailableError:
        """The error that an answer outside 2xx stands for."""
        content = answer.content if isinstance(answer.content, dict) else {}
        code = content.get("error")
        if answer.status == 404 and code == "order_not_found":
            return OrderNotFoundError("The shop knows no such order of this buyer: ask again.")
        if answer.status == 409 and code == "key_reused":
            return OrderError("The idempotency key belongs to another command: use one a request.")
        if answer.status in (409, 422):
            with suppress(ValidationError):
                return RefusedError(_Refused.parse_obj(content).reason)
        remedies = {
            401: "give it the secret that KEFU_SHOP_SECRET has, and set both clocks",
            403: "give it the secret that KEFU_SHOP_SECRET has, and set both clocks",
            404: "correct KEFU_SHOP_URL, or let it answer order_not_found as the contract says",
        }
        remedy = remedies.get(answer.status, "look at its log and at docs/shop-commands.md")
        return self._client.error(f"answered {answer.status} to {call}", remedy)

    def _nonsense(self, call: str, what: str) -> CommandsUnavailableError:
        """A 2xx that cannot be used: the shop may well have done what was asked."""
        return self._client.error(
            f"accepted {call}, but {what}",
            "correct it as docs/shop-commands.md says",
            maybe_done=call.startswith("commands/"),
        )
