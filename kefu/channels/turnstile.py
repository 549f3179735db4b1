"""One message of a buyer at a time, in order, and only so many waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kefu.channels.intake import Refusal


class Turnstile:
    """Queues a buyer's messages inside this process.

    Rasa's lock polls once a second; whoever waits here finds it free.
    """

    def __init__(self, longest_queue: int) -> None:
        self._longest = longest_queue
        self._locks: dict[str, asyncio.Lock] = {}
        self._inside: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, sender: str) -> AsyncIterator[None]:
        """Waits for the messages before this one.

        Raises:
            Refusal: 429, too many are waiting already.
        """
        waiting = self._inside.get(sender, 0)
        if waiting >= self._longest:
            raise Refusal(
                429,
                "too_many_messages",
                f"{waiting} messages of this sender are unanswered; wait for a reply, then send "
                "this one again.",
                "您发得太快啦，请等我回复上一条后再发这一条～",
            )
        lock = self._locks.setdefault(sender, asyncio.Lock())
        self._inside[sender] = waiting + 1
        try:
            async with lock:
                yield
        finally:
            self._inside[sender] -= 1
            if not self._inside[sender]:
                del self._inside[sender], self._locks[sender]
