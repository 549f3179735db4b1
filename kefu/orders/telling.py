"""What a buyer is told of a case that the shop's staff moved: an event, sent to the assistant.

The event goes through the same door as those of the shop's own system, which finds the tables as it
says and only speaks. Its id comes from the case's own event, so that it is said once, however often
it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from kefu.errors import CommandsUnavailableError
from kefu.orders.builtin.moves import Moved
from kefu.orders.event_values import WORDS_MAX_CHARACTERS
from kefu.orders.signed_client import SignedClient
from kefu.orders.written_text import clean
from kefu.settings import Settings

Outcome = Literal["said", "known", "outdated"]
"""Said now, said before, or no news any more because the case has gone on."""

_LOOPBACK_DOOR = "http://127.0.0.1:{port}/webhooks/rest"
_REVIEWS: dict[tuple[str, str], str] = {
    ("approve", "refund_only"): "refund_approved",
    ("approve", "return_and_refund"): "return_approved",
    ("approve", "exchange"): "exchange_approved",
    ("approve", "compensation"): "compensation_approved",
    ("approve_without_return", "return_and_refund"): "refund_approved",
    ("approve_without_return", "exchange"): "resend_approved",
    ("accept_return", "return_and_refund"): "refund_approved",
    ("accept_return", "exchange"): "return_accepted",
    ("pay_instead", "exchange"): "refund_approved",
}
_TYPES = {
    "return_received": "return_received",
    "resend": "exchange_sent",
    "expire": "case_expired",
}


def news_of(moved: Moved, note: str = "") -> dict[str, Any] | None:
    """The event that tells the buyer of a move; None where there is nothing to tell."""
    if moved.case_no is None:
        return None
    data: dict[str, Any] = {}
    amount = {"amount": moved.amount_cents} if moved.amount_cents else {}
    if moved.event == "refuse":
        kind, data = "case_reviewed", {"result": "refused"}
    elif (moved.event, moved.kind) in _REVIEWS:
        result = _REVIEWS[moved.event, str(moved.kind)]
        if moved.tender == "coupon":
            result = "coupon_approved"
        kind, data = "case_reviewed", {"result": result, **amount}
        if moved.until is not None:
            data["until"] = moved.until
    elif moved.event == "pay":
        if not amount:
            return None
        kind, data = "coupon_sent" if moved.tender == "coupon" else "refund_paid", amount
    elif moved.event in _TYPES:
        kind = _TYPES[moved.event]
    else:
        return None
    words = " ".join(clean(note, WORDS_MAX_CHARACTERS).split())
    if words and kind == "case_reviewed":
        data["reason"] = words
    return {
        "id": f"case-{moved.case_no}-{moved.number}",
        "type": kind,
        "customer_id": moved.customer_id,
        "order_no": moved.order_no,
        "case_no": moved.case_no,
        "data": data,
    }


class Teller:
    """Sends events to a running assistant.

    Args:
        settings: the secret, and the port where `kefu up` serves.
        clock: aware, for signatures.
        url: of another assistant, ending in /webhooks/rest.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], url: str | None = None
    ) -> None:
        self._client = None
        if settings.shop_secrets:
            self._client = SignedClient(
                url or _LOOPBACK_DOOR.format(port=settings.port),
                settings.shop_secrets[0],
                setting="--assistant" if url else "KEFU_PORT",
                timeout_seconds=settings.message_timeout_seconds,
                budget_seconds=settings.message_timeout_seconds,
                clock=clock,
            )

    def tell(self, event: dict[str, Any]) -> Outcome:
        """What became of the event.

        Raises:
            CommandsUnavailableError: there is no secret to sign with, the assistant does not
                answer, or it does not take the event.
        """
        if self._client is None:
            raise CommandsUnavailableError(
                "KEFU_SHOP_SECRET is not set: set it for the assistant and here."
            )
        answer = self._client.post("/events", event, key=str(event["id"]))
        content = answer.content if isinstance(answer.content, dict) else {}
        if answer.ok:
            return "said" if content.get("status") == "said" else "known"
        if content.get("error") == "not_possible":
            return "outdated"
        remedy = "look into its log"
        if answer.status in (401, 404):
            remedy = "give both the same KEFU_SHOP_SECRET"
        raise self._client.error(f"answered {answer.status} to the news", remedy)
