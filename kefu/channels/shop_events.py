"""The door for events from the shop: signed, fresh, well-formed.

    POST /webhooks/rest/events
    {"id": "e-1", "type": "refund_paid", "customer_id": "…", "case_no": "…", "data": {…}}

Whatever cannot pass gets a 4xx with `{"error", "detail"}`. docs/shop-commands.md describes it for
the shop's engineer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kefu.channels.intake import Refusal, is_sender
from kefu.errors import EventError, SignatureError
from kefu.orders.shop_events import EventTable, News, ShopEvent
from kefu.orders.signing import verify_signature
from kefu.settings import Settings

BODY_MAX_BYTES = 16 * 1024

_ID = re.compile(r"[0-9A-Za-z_.:-]{1,100}")
_NUMBER = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_FIELDS = ("id", "type", "customer_id", "order_no", "case_no", "data")


class ShopDoor:
    """Turns requests that carry the shop's signature into events and their words."""

    def __init__(
        self, settings: Settings, table: EventTable, *, clock: Callable[[], datetime]
    ) -> None:
        self._secrets = settings.shop_secrets
        self._zone = settings.zone
        self._table = table
        self._clock = clock

    def receive(self, body: bytes, headers: Mapping[str, str]) -> tuple[ShopEvent, News]:
        """The event, and what its buyer is told.

        Raises:
            Refusal: 401 for the signature, 400, 413 or 422 for the body, 404 where no secret is
                set.
        """
        if not self._secrets:
            raise refused(404, "no_events", "Set KEFU_SHOP_SECRET to take events from the shop.")
        if len(body) > BODY_MAX_BYTES:
            raise refused(413, "event_too_long", f"An event has at most {BODY_MAX_BYTES} bytes.")
        try:
            verify_signature(self._secrets, headers, body, self._clock())
        except SignatureError as error:
            raise refused(401, "bad_signature", str(error)) from error
        event = _event(body)
        try:
            return event, self._table.news(event, self._zone)
        except EventError as error:
            raise refused(422, "bad_event", str(error)) from error


def refused(status: int, code: str, detail: str) -> Refusal:
    """A refusal that no buyer reads."""
    return Refusal(status, code, detail, "")


def _event(body: bytes) -> ShopEvent:
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refused(400, "not_json", "The body is not JSON; send an object.") from error
    if not isinstance(content, dict):
        raise refused(400, "not_an_object", "The body must be a JSON object with id and type.")
    for name in content:
        if name not in _FIELDS:
            raise _wrong(f"`{name[:40]}` is unknown; an event has {', '.join(_FIELDS)}.")
    if not _fits(_ID, content.get("id")):
        raise _wrong("`id` must be 1 to 100 letters, digits or _.:-, another for each event.")
    if not isinstance(content.get("type"), str):
        raise _wrong("`type` must be a string, such as refund_paid.")
    if not is_sender(content.get("customer_id")):
        raise _wrong("`customer_id` must be the id that the buyer's token names.")
    for name in ("order_no", "case_no"):
        if content.get(name) is not None and not _fits(_NUMBER, content[name]):
            raise _wrong(f"`{name}` must be 1 to 64 letters, digits or _.-")
    data = content.get("data")
    if data is not None and not isinstance(data, dict):
        raise _wrong("`data` must be an object.")
    return ShopEvent(
        id=content["id"],
        type=content["type"],
        customer_id=content["customer_id"],
        order_no=content.get("order_no"),
        case_no=content.get("case_no"),
        data=data or {},
    )


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _wrong(detail: str) -> Refusal:
    return refused(422, "bad_event", detail)
