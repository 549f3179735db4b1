"""The REST channel: Rasa's address and body, with a guarded door.

`POST /webhooks/rest/webhook` with `{"sender": "…", "message": "…"}` answers
`[{"recipient_id": "…", "text": "…", "buttons": […]}, …]`, never an empty list. What cannot pass
gets a 4xx with `{"error", "detail", "text"}`. Fields of the body other than these two are ignored:
Rasa's own channel would take `metadata` from whoever writes it. `/events` and `/messages` are in
`proactive`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.utils.cli import print_error, print_error_and_exit
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from kefu.channels.beside import refuse_believers
from kefu.channels.identity import Doorkeeper
from kefu.channels.intake import Incoming, Refusal, read_message
from kefu.channels.proactive import Proactive
from kefu.channels.turnstile import Turnstile
from kefu.errors import KefuError
from kefu.orders.masked_log import mask_logs
from kefu.settings import Settings, load_settings

logger = logging.getLogger(__name__)

Handler = Callable[[UserMessage], Awaitable[Any]]

_APOLOGY = "抱歉，刚才没有处理好，请稍后再说一次，或回复“转人工”。（错误编号 {id}）"
_NOTHING_TO_SAY = (
    "抱歉，我刚才没能给您答复，麻烦您再说一次；还是不行的话，回复“转人工”，由人工客服接着为您处理。"
)


def _now() -> datetime:
    return datetime.now(timezone.utc)


class RestInput(InputChannel):
    """Rasa input channel that knows who is speaking."""

    @classmethod
    def name(cls) -> str:
        """The same path as Rasa's own channel, so that existing front ends fit."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> RestInput:
        """Called by Rasa; ends the process with one line where a setting forbids to serve.

        Rasa's process has heard no buyer yet: from here on its logs are masked.
        """
        mask_logs()
        try:
            return cls(load_settings())
        except KefuError as error:
            print_error_and_exit(str(error))
            raise  # not reached; tells the type checker so

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = _now) -> None:
        self._settings = settings
        self._doorkeeper = Doorkeeper(settings)
        self._turnstile = Turnstile(settings.sender_max_pending)
        self._proactive = Proactive(settings, self._doorkeeper, self._turnstile, clock=clock)

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Routes `/` (health), `/webhook`, `/events` and `/messages` below /webhooks/rest."""
        blueprint = Blueprint("kefu_rest", __name__)

        @blueprint.listener("before_server_start")
        async def look_beside(app: Sanic, _: object) -> None:
            if self._settings.development:  # anybody on this machine may be any buyer
                return
            try:
                refuse_believers(app.ctx.input_channels)
            except KefuError as error:
                print_error(str(error))
                sys.stdout.flush()
                os._exit(1)  # Sanic would show sys.exit as a traceback

        @blueprint.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            try:
                incoming = read_message(request.body, self._settings.message_max_characters)
                buyer = self._doorkeeper.buyer(
                    incoming.sender, request.ip, {k.lower(): v for k, v in request.headers.items()}
                )
                async with self._turnstile.turn(incoming.sender):
                    reply = await self._reply(incoming, buyer, on_new_message)
                return json(reply, ensure_ascii=False)
            except Refusal as refusal:
                return json(refusal.body(), status=refusal.status, ensure_ascii=False)

        self._proactive.add_routes(blueprint)
        return blueprint

    async def _reply(
        self, incoming: Incoming, buyer: str, on_new_message: Handler
    ) -> list[dict[str, Any]]:
        """What the assistant says; an apology where it fails or stays silent."""
        collector = CollectingOutputChannel()
        message = UserMessage(
            incoming.text,
            collector,
            incoming.sender,
            input_channel=self.name(),
            metadata={"customer_id": buyer},
        )
        try:
            await asyncio.wait_for(on_new_message(message), self._settings.message_timeout_seconds)
        except Exception as error:
            number = uuid.uuid4().hex[:8]
            logger.error(
                "message %s of a buyer failed: %s", number, type(error).__name__, exc_info=error
            )
            return [*collector.messages, _says(incoming, _APOLOGY.format(id=number))]
        return collector.messages or [_says(incoming, _NOTHING_TO_SAY)]


def _says(incoming: Incoming, text: str) -> dict[str, Any]:
    return {"recipient_id": incoming.sender, "text": text}
