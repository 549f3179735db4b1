"""Posts announcements to the shop's front end, where KEFU_PUSH_URL names one.

A courtesy: whoever misses it finds the message by GET /webhooks/rest/messages.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from kefu.errors import CommandsUnavailableError
from kefu.orders.signed_client import SignedClient

logger = logging.getLogger(__name__)


class Push:
    """Posts in the background, signed, with the client's tries; does nothing without a client."""

    def __init__(self, client: SignedClient | None) -> None:
        self._client = client
        self._running: set[asyncio.Task[None]] = set()

    def send(self, message: dict[str, Any], key: str) -> None:
        """Post a message; the same key for the same message again."""
        if self._client is None:
            return
        task = asyncio.create_task(self._post(self._client, message, key))
        self._running.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._running.discard)

    async def _post(self, client: SignedClient, message: dict[str, Any], key: str) -> None:
        try:
            answer = await asyncio.to_thread(client.post, "", message, key)
        except CommandsUnavailableError as error:
            logger.error("message %s of a buyer was not pushed: %s", message["number"], error)
            return
        if not answer.ok:
            logger.error(
                "message %s of a buyer was not pushed: KEFU_PUSH_URL answered %s, see its log.",
                message["number"],
                answer.status,
            )
