"""Signed JSON over HTTP to the shop's own system: in time, tried again under the same key."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from kefu.errors import CommandsUnavailableError, SettingsError
from kefu.orders.signed_call import Answer, Call, CallFailed, TryAgain
from kefu.orders.signing import signed_headers
from kefu.settings import Settings

__all__ = ["ATTEMPTS", "Answer", "SignedClient", "check_shop_settings"]

ATTEMPTS = 4
"""The budget of seconds usually ends first; this is for a server that refuses at once."""

# No earlier than this after a failure, doubled each time; random, so that callers do not march.
_PAUSE = wait_random_exponential(multiplier=0.1, max=1.0)


def check_shop_settings(settings: Settings) -> None:
    """See that what is said of the shop's systems goes together.

    Raises:
        SettingsError: commands without an address, or an address without a secret.
    """
    if settings.shop_commands == "http" and settings.shop_url is None:
        raise SettingsError(
            "KEFU_SHOP_COMMANDS=http needs KEFU_SHOP_URL: set it to the shop's own system."
        )
    for setting, url in (("SHOP", settings.shop_url), ("PUSH", settings.push_url)):
        if url is not None and not settings.shop_secrets:
            raise SettingsError(
                f"KEFU_{setting}_URL needs KEFU_SHOP_SECRET, under which requests are signed: "
                "set it to the secret that the server at that address knows."
            )


class SignedClient:
    """Posts JSON bodies, signed. Safe to share between threads.

    A connection that fails, a silence, 5xx, 408, 425 and 429 are tried again, each try signed anew
    and all with the same idempotency key, while the budget lasts. `Retry-After` in seconds is
    obeyed.

    Args:
        url: address that the paths of `post` are appended to.
        secret: both sides know it.
        setting: name of the variable that holds `url`, for messages.
        timeout_seconds: longest silence of the server.
        budget_seconds: longest time that `post` takes, all tries and pauses together.
        clock: aware; for the signature.
        sleep: waits between two tries.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        setting: str,
        timeout_seconds: float,
        budget_seconds: float,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/")
        # For messages: an address may carry a password.
        self._shown = str(httpx.URL(self.url).copy_with(username=None, password=None))
        self._secret = secret
        self._setting = setting
        self._timeout_seconds = timeout_seconds
        self._budget_seconds = budget_seconds
        self._clock = clock
        self._sleep = sleep
        # Servers close idle connections after 5 s and more; we let go before, so that no request
        # is sent into a connection that is just being closed.
        self._http = httpx.Client(
            limits=httpx.Limits(max_connections=20, keepalive_expiry=3.0), follow_redirects=False
        )

    @classmethod
    def to_shop(cls, settings: Settings, clock: Callable[[], datetime]) -> SignedClient | None:
        """For KEFU_SHOP_URL; None where it is not set. Raises as `check_shop_settings`."""
        return cls._from(settings, "KEFU_SHOP_URL", settings.shop_url, clock)

    @classmethod
    def to_push(cls, settings: Settings, clock: Callable[[], datetime]) -> SignedClient | None:
        """For KEFU_PUSH_URL, as `to_shop`."""
        return cls._from(settings, "KEFU_PUSH_URL", settings.push_url, clock)

    @classmethod
    def _from(
        cls, settings: Settings, setting: str, url: str | None, clock: Callable[[], datetime]
    ) -> SignedClient | None:
        check_shop_settings(settings)
        if url is None:
            return None
        return cls(
            str(url),
            settings.shop_secrets[0],
            setting=setting,
            timeout_seconds=settings.shop_timeout_seconds,
            budget_seconds=settings.shop_budget_seconds,
            clock=clock,
        )

    def post(self, path: str, content: Mapping[str, Any], key: str | None = None) -> Answer:
        """The server's answer to a JSON object.

        Args:
            path: begins with `/`, or is empty.
            content: JSON values.
            key: idempotency key, visible ASCII.

        Raises:
            CommandsUnavailableError: no answer within the budget, or none that can be read;
                `maybe_done` where a try may have reached the server.
        """
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        call = Call(
            self._http,
            self.url + path,
            body,
            headers=lambda: {
                "Content-Type": "application/json",
                **({} if key is None else {"Idempotency-Key": key}),
                **signed_headers(self._secret, body, self._clock()),
            },
            timeout_seconds=self._timeout_seconds,
            deadline=time.monotonic() + self._budget_seconds,
            setting=self._setting,
        )
        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(self._budget_seconds),
            wait=_pause,
            retry=retry_if_exception_type(TryAgain),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(call.once)
        except CallFailed as failure:
            raise self.error(failure.what, failure.remedy, maybe_done=call.maybe_done) from failure

    def error(
        self, what: str, remedy: str, *, maybe_done: bool = False
    ) -> CommandsUnavailableError:
        """What is wrong with the server at this address, as one sentence."""
        return CommandsUnavailableError(
            f"The server at {self._shown} {what}: {remedy}.", maybe_done=maybe_done
        )

    def close(self) -> None:
        """Closes the connections; the object is of no use afterwards."""
        self._http.close()


def _pause(state: RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.wait_seconds if isinstance(failure, CallFailed) else 0.0
    return max(_PAUSE(state), asked)
