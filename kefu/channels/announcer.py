"""Says news into a buyer's conversation, once, between two of the buyer's own turns."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.channels.announcements import Announcement, announce
from kefu.channels.intake import Refusal
from kefu.channels.mailbox import announcements
from kefu.channels.shop_events import refused
from kefu.channels.turnstile import Turnstile
from kefu.orders.shop_events import News, ShopEvent

logger = logging.getLogger(__name__)


class Announcer:
    """Puts announcements into the tracker store.

    Rasa's own way, `trigger_intent`, would need an intent of its own for each event and would
    predict on it: a form that waits would take it for the buyer's answer.

    Args:
        turnstile: of the buyers' messages.
        timeout_seconds: longest time for one event.
        again: what leads over to a form's question.
        first: what must have happened before an event that is new is told; may raise Refusal.
    """

    def __init__(
        self,
        turnstile: Turnstile,
        *,
        timeout_seconds: float,
        again: str,
        first: Callable[[ShopEvent], Awaitable[None]] | None = None,
    ) -> None:
        self._first = first
        self._turnstile = turnstile
        self._timeout_seconds = timeout_seconds
        self._again = again

    async def tell(
        self, agent: Agent | None, event: ShopEvent, news: News
    ) -> tuple[Announcement, bool]:
        """The announcement, and whether it is new; an event that comes again is not said again.

        Raises:
            Refusal: 409, another event had this id; 429, the buyer's turns are taken; 503, it could
                not be said now and may be sent again; and those of `first`.
        """
        if agent is None or not agent.is_ready():
            raise refused(503, "not_ready", "No model is loaded yet; send the event again later.")
        async with self._turnstile.turn(event.customer_id):
            try:
                return await asyncio.wait_for(self._tell(agent, event, news), self._timeout_seconds)
            except Refusal:
                raise
            except Exception as error:
                number = uuid.uuid4().hex[:8]
                logger.error(
                    "event %s of the shop failed, error %s: %s",
                    event.id,
                    number,
                    type(error).__name__,
                    exc_info=error,
                )
                raise refused(
                    503, "not_said", f"It could not be said now (error {number}); send it again."
                ) from error

    async def _tell(self, agent: Agent, event: ShopEvent, news: News) -> tuple[Announcement, bool]:
        # The turnstile orders the turns of this process; Rasa's lock those of all.
        async with agent.lock_store.lock(event.customer_id):
            told = await announcements(agent.tracker_store, event.customer_id)
            known = _this(told, event)
            if known is not None:
                if known.about != (event.type, event.order_no, event.case_no):
                    raise refused(
                        409, "id_reused", "Another event had this id; give each event its own."
                    )
                return known, False
            if self._first is not None:
                await self._first(event)
            tracker = await agent.processor.fetch_tracker_and_update_session(
                event.customer_id, CollectingOutputChannel(), {"customer_id": event.customer_id}
            )
            if not _session_runs(tracker):
                raise refused(
                    503, "no_session", "The action server does not answer; send the event again."
                )
            number = told[-1].number + 1 if told else 1
            tracker.update_with_events(
                announce(tracker, event, news, number, self._again), agent.processor.domain
            )
            await agent.processor.save_tracker(tracker)
            # Rasa falls back to memory without a word where its store fails, so look.
            kept = _this(await announcements(agent.tracker_store, event.customer_id), event)
            if kept is None:
                raise refused(
                    503, "not_kept", "Conversations cannot be stored now; send the event again."
                )
            return kept, True


def _this(told: Sequence[Announcement], event: ShopEvent) -> Announcement | None:
    return next((one for one in told if one.event_id == event.id), None)


def _session_runs(tracker: DialogueStateTracker) -> bool:
    """Whether the newest session really began: its action leaves no event where it failed."""
    for event in reversed(tracker.events):
        if isinstance(event, SessionStarted):
            return True
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME:
            return False
    return False
