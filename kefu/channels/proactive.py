"""The routes by which the assistant speaks first: the shop's events in, their messages out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Any

from rasa.core.tracker_store import TrackerStore
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from kefu.channels.announcements import Announcement
from kefu.channels.announcer import Announcer
from kefu.channels.books import Books
from kefu.channels.identity import Doorkeeper
from kefu.channels.intake import Refusal, read_sender
from kefu.channels.mailbox import announcements
from kefu.channels.push import Push
from kefu.channels.shop_events import ShopDoor
from kefu.channels.turnstile import Turnstile
from kefu.orders.shop_events import read_events
from kefu.orders.signed_client import SignedClient
from kefu.settings import Settings

logger = logging.getLogger(__name__)

MESSAGES_AT_ONCE = 50

_LATER = "请稍后再试。"


class Proactive:
    """What the shop reports and the buyer has not asked for.

    Args:
        settings: secret, push address, limits.
        doorkeeper: of the buyers.
        turnstile: of the buyers' messages.
        clock: aware.

    Raises:
        SettingsError: KEFU_PUSH_URL without a secret, or no keys for the built-in tables.
        RulesError: events.yml cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        doorkeeper: Doorkeeper,
        turnstile: Turnstile,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        table = read_events()
        self._door = ShopDoor(settings, table, clock=clock)
        books = Books.of(settings, clock)
        self._announcer = Announcer(
            turnstile,
            timeout_seconds=settings.message_timeout_seconds,
            again=table.again,
            first=None if books is None else books.enter,
        )
        self._push = Push(SignedClient.to_push(settings, clock))
        self._doorkeeper = doorkeeper
        self._longest_seconds = settings.message_timeout_seconds
        # Looking for news is no turn in the conversation, but no reason to look twice at once.
        self._looking = Turnstile(settings.sender_max_pending)

    def add_routes(self, blueprint: Blueprint) -> None:
        """POST `/events` for the shop and GET `/messages` for the buyer."""

        @blueprint.route("/events", methods=["POST"])
        async def event(request: Request) -> HTTPResponse:
            try:
                return json(await self._hear(request), ensure_ascii=False)
            except Refusal as refusal:
                body = {"error": refusal.code, "detail": refusal.detail}
                return json(body, status=refusal.status, ensure_ascii=False)

        @blueprint.route("/messages", methods=["GET"])
        async def messages(request: Request) -> HTTPResponse:
            try:
                return json(await self._look(request), ensure_ascii=False)
            except Refusal as refusal:
                return json(refusal.body(), status=refusal.status, ensure_ascii=False)

    async def _hear(self, request: Request) -> dict[str, Any]:
        event, news = self._door.receive(request.body, dict(request.headers))
        agent = getattr(request.app.ctx, "agent", None)
        told, new = await self._announcer.tell(agent, event, news)
        # Also where it is not new: the shop asks again when it does not know what became of it.
        self._push.send(told.message, f"{event.customer_id}:{event.id}")
        return {"status": "said" if new else "known", "number": told.number}

    async def _look(self, request: Request) -> dict[str, Any]:
        sender = read_sender(request.args.get("sender"))
        number = _number(request.args.get("after", "0"))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self._doorkeeper.buyer(sender, request.ip, headers)
        agent = getattr(request.app.ctx, "agent", None)
        if agent is None:
            raise Refusal(503, "not_ready", "The assistant is starting; ask again later.", _LATER)
        async with self._looking.turn(sender):
            told = await _found(agent.tracker_store, sender, self._longest_seconds)
        newer = (one.message for one in told if one.number > number)
        found = list(islice(newer, MESSAGES_AT_ONCE))
        return {"messages": found, "after": found[-1]["number"] if found else number}


async def _found(store: TrackerStore, sender: str, longest_seconds: float) -> list[Announcement]:
    try:
        return await asyncio.wait_for(announcements(store, sender), longest_seconds)
    except Exception as error:
        logger.error("a buyer's messages cannot be read: %s", type(error).__name__, exc_info=error)
        raise Refusal(
            503, "not_found_now", "The conversations cannot be read; ask again later.", _LATER
        ) from error


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise Refusal(
        400,
        "bad_after",
        "`after` must be the number of the last message that you have, or be left out.",
        _LATER,
    )
