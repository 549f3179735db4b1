"""Something that is made once, whichever threads ask for it first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetError
from threading import Lock, Thread
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Once(Generic[Made]):
    """Calls a function at the first use; whoever asks meanwhile waits for that one call.

    When it fails, all who waited get its error, and the next who asks has it tried again.

    Args:
        make: takes nothing and gives what is kept.
    """

    def __init__(self, make: Callable[[], Made]) -> None:
        self.__doc__ = make.__doc__
        self._make = make
        self._lock = Lock()
        self._made: Future[Made] | None = None

    def __call__(self) -> Made:
        """What was made; raises what `make` raises."""
        made, mine = self._taken()
        if mine:
            self._fill(made)
        return made.result()

    def within(self, seconds: float) -> Made:
        """Like a call, but waits no longer; the making goes on, for the next who asks.

        Raises:
            TimeoutError: it is not there yet.
        """
        made, mine = self._taken()
        if mine:
            Thread(target=self._fill, args=(made,)).start()
        try:
            return made.result(seconds)
        except NotYetError:
            if made.done():  # `make` itself ran out of time
                raise
            raise TimeoutError(f"not made within {seconds:g} seconds") from None

    def _taken(self) -> tuple[Future[Made], bool]:
        """Where it will be, and whether it is the caller's to make."""
        with self._lock:
            if self._made is not None:
                return self._made, False
            self._made = Future()
            return self._made, True

    def _fill(self, made: Future[Made]) -> None:
        try:
            made.set_result(self._make())
        except BaseException as error:  # noqa: BLE001 - handed to those who wait
            with self._lock:
                self._made = None
            made.set_exception(error)

    @property
    def made(self) -> bool:
        """Whether it is there, so that a call would not wait."""
        made = self._made
        return made is not None and made.done()

    def forget(self) -> None:
        """Have it made anew at the next use. What was made before is the caller's to close."""
        with self._lock:
            self._made = None
