"""Loads what a first question needs, in the background, once the action server listens.

torch, MacBERT and the index take seconds: a server that loaded them first would answer nobody that
long, and one that loaded them at the first question would keep that buyer waiting. A question that
comes meanwhile waits for the same loading; where it fails, the next question tries again.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from threading import Event, Thread

from pluggy import HookimplMarker
from rasa_sdk.plugin import plugin_manager
from sanic import Sanic

from actions import services
from kefu.orders.database import reading
from kefu.orders.patience import Budget, spending
from kefu.settings import get_settings

logger = logging.getLogger(__name__)

_QUESTION = "怎么退货"  # any: the first forward pass and the first search cost more than others


def _database() -> None:
    with (
        spending(Budget(get_settings().database_timeout_seconds)),
        reading(services.engine()),
    ):
        pass


def _knowledge() -> None:
    services.opened_knowledge().search(_QUESTION, limit=1)


STEPS: Mapping[str, Callable[[], object]] = {
    "The order database": _database,
    "The language model's client": services.language_model,
    "The knowledge base": _knowledge,
}


class WarmUp:
    """One thread that takes each step once and goes on after one that fails.

    Args:
        steps: what to load, by the name that the log gives it, the quickest first.
    """

    def __init__(self, steps: Mapping[str, Callable[[], object]] = STEPS) -> None:
        self._steps = steps
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="warm-up")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, seconds: float = 0.0) -> bool:
        """Begin no further step; wait so long for the one under way, and say whether it has ended.

        The process ends after that step in any case: torch, torn out of its own import, would make
        it crash.
        """
        self._stopping.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        for name, load in self._steps.items():
            if self._stopping.is_set():
                return
            try:
                load()
            except Exception as error:  # noqa: BLE001 - the question that needs it says the rest
                if self._stopping.is_set():  # an import fails where Python is ending
                    return
                logger.warning(
                    "%s could not be made ready, which the first question tries again: %s",
                    name,
                    error,
                )


@HookimplMarker("rasa_sdk")
def attach_sanic_app_extensions(app: Sanic) -> None:
    """Called by rasa-sdk before its server starts."""
    warm_up = WarmUp()

    async def begin(app: Sanic, loop: object) -> None:
        warm_up.start()

    async def end(app: Sanic, loop: object) -> None:
        warm_up.stop()

    app.register_listener(begin, "after_server_start")
    app.register_listener(end, "after_server_stop")


if not plugin_manager().is_registered(sys.modules[__name__]):
    plugin_manager().register(sys.modules[__name__])
