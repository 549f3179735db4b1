"""One request to the shop's own system, and each of its tries."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from kefu.orders.resolving import addresses

ANSWER_MAX_BYTES = 256 * 1024

_CONNECT_SECONDS = 2.0
_TRY_AGAIN = frozenset({408, 425, 429})  # and 5xx
# The request never left this machine, so whatever it asked for has not happened.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Answer:
    """An answer that no further try would change; `content` is None where it is no JSON."""

    status: int
    content: Any

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class CallFailed(Exception):  # noqa: N818  an outcome of one try; the client makes a KefuError of it
    """There is no answer: `what` the server did, and the `remedy`."""

    def __init__(self, what: str, remedy: str, wait_seconds: float = 0.0) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.wait_seconds = wait_seconds  # the server asks for


class TryAgain(CallFailed):
    """A failure that the next try may not meet."""


class Call:
    """One request with its tries.

    Args:
        http: connections.
        url: where to post.
        body: the same for each try.
        headers: made anew for each try.
        timeout_seconds: longest silence of the server.
        deadline: of `time.monotonic`, for all tries.
        setting: name of the variable that holds the address.

    Attributes:
        maybe_done: whether a try may have reached the server and got no answer.
    """

    def __init__(
        self,
        http: httpx.Client,
        url: str,
        body: bytes,
        *,
        headers: Callable[[], Mapping[str, str]],
        timeout_seconds: float,
        deadline: float,
        setting: str,
    ) -> None:
        self.maybe_done = False
        self._http = http
        self._url = url
        self._body = body
        self._headers = headers
        self._timeout_seconds = timeout_seconds
        self._deadline = deadline
        self._setting = setting

    def once(self) -> Answer:
        """One try.

        Raises:
            TryAgain: another one makes sense.
            CallFailed: none does.
        """
        silence = min(self._timeout_seconds, max(self._deadline - time.monotonic(), 0.001))
        self._look_up(min(_CONNECT_SECONDS, silence))
        try:
            with self._http.stream(
                "POST",
                self._url,
                content=self._body,
                headers=dict(self._headers()),
                timeout=httpx.Timeout(silence, connect=min(_CONNECT_SECONDS, silence)),
            ) as response:
                status = response.status_code
                if status in _TRY_AGAIN or status >= 500:
                    self.maybe_done |= status >= 500
                    wait = _retry_after(response.headers)
                    raise TryAgain(f"answered {status}", "look at its log", wait)
                return Answer(status, self._read(response))
        except _NOT_SENT as error:
            remedy = f"start it or correct {self._setting}"
            raise TryAgain("cannot be reached", remedy) from error
        except httpx.TimeoutException as error:
            raise self._too_slow() from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self.maybe_done = True
            raise TryAgain("broke off", "look at its log") from error

    def _look_up(self, seconds: float) -> None:
        """See that the resolver answers: httpx would wait for it without end."""
        try:
            addresses(httpx.URL(self._url).host, seconds)
        except TimeoutError as error:
            remedy = f"look at the resolver or correct {self._setting}"
            raise TryAgain("cannot be found", remedy) from error
        except (OSError, httpx.InvalidURL):
            pass  # httpx says so itself; or a proxy knows the name

    def _read(self, response: httpx.Response) -> Any:
        """The JSON of the body, which may come drop by drop, but not for ever."""
        whole = bytearray()
        for piece in response.iter_bytes():
            whole += piece
            if time.monotonic() > self._deadline:
                raise self._too_slow()
            if len(whole) > ANSWER_MAX_BYTES:
                self.maybe_done = True
                raise CallFailed(f"sent more than {ANSWER_MAX_BYTES} bytes", "shorten its answer")
        try:
            return json.loads(whole)
        except (ValueError, RecursionError):
            return None

    def _too_slow(self) -> TryAgain:
        self.maybe_done = True
        settings = "KEFU_SHOP_TIMEOUT_SECONDS or KEFU_SHOP_BUDGET_SECONDS"
        return TryAgain("did not answer in time", f"look at its load or raise {settings}")


def _retry_after(headers: httpx.Headers) -> float:
    """Seconds that the server asks for; 0 where it asks for none, or names a date."""
    asked = headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0.0
