import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from actions.once import Once

ASKERS = 16


def asked_together(once: Once[object]) -> list[object]:
    """What many threads get that ask at the same time: a value or an error each."""

    def ask() -> object:
        try:
            return once()
        except ValueError as error:
            return error

    with ThreadPoolExecutor(ASKERS) as pool:
        return [answer.result() for answer in [pool.submit(ask) for _ in range(ASKERS)]]


def slow(make: Callable[[], object], made: list[object]) -> Once[object]:
    def work() -> object:
        made.append(None)
        time.sleep(0.05)
        return make()

    return Once(work)


def test_many_who_ask_at_once_get_the_same():
    made: list[object] = []
    got = asked_together(slow(object, made))
    assert len(made) == 1
    assert len(got) == ASKERS
    assert len(set(map(id, got))) == 1


def test_a_failure_is_told_to_all_who_waited_and_not_kept():
    def fail() -> object:
        raise ValueError("no file")

    begun, go, made = Event(), Event(), [fail, object]

    def work() -> object:
        begun.set()
        go.wait(10)
        return made.pop(0)()

    once = Once(work)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once)
        assert begun.wait(10)
        second = pool.submit(once)
        time.sleep(0.05)  # it waits for the first one's loading now
        go.set()
        errors = [asked.exception(10) for asked in (first, second)]
    assert isinstance(errors[0], ValueError)
    assert errors[1] is errors[0]
    assert not once.made
    assert once() is once()


def test_nothing_is_made_before_it_is_asked_for():
    made: list[object] = []
    once = Once(lambda: made.append(None))
    assert (once.made, made) == (False, [])
    once()
    assert (once.made, made) == (True, [None])


def test_what_is_forgotten_is_made_anew():
    once = Once(object)
    before = once()
    once.forget()
    assert not once.made
    assert once() is not before


def test_an_interruption_leaves_it_to_the_next_who_asks():
    answers: list[type[BaseException] | None] = [KeyboardInterrupt, None]

    def work() -> str:
        error = answers.pop(0)
        if error is not None:
            raise error
        return "made"

    once = Once(work)
    with pytest.raises(KeyboardInterrupt):
        once()
    assert once() == "made"


def test_who_waits_no_longer_leaves_the_making_to_the_next():
    go, made = Event(), []

    def work() -> str:
        go.wait(20)
        made.append(None)
        return "made"

    once = Once(work)
    for _ in range(2):
        with pytest.raises(TimeoutError, match="not made within"):
            once.within(0.01)
    go.set()
    assert once() == once.within(0) == "made"
    assert len(made) == 1


def test_the_error_of_what_is_made_reaches_who_waits():
    def work() -> object:
        raise ValueError("no file")

    with pytest.raises(ValueError, match="no file"):
        Once(work).within(20)
