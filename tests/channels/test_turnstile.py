"""One message of a buyer at a time, in order, and only so many waiting."""

from __future__ import annotations

import asyncio

import pytest

from kefu.channels.intake import Refusal
from kefu.channels.turnstile import Turnstile


async def visit(turnstile: Turnstile, sender: str, log: list[str], name: str) -> None:
    async with turnstile.turn(sender):
        log.append(f"{name} in")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        log.append(f"{name} out")


def test_one_buyers_messages_go_one_after_another_in_order():
    async def scene() -> list[str]:
        turnstile, log = Turnstile(5), []
        await asyncio.gather(*(visit(turnstile, "a", log, str(number)) for number in range(5)))
        return log

    assert asyncio.run(scene()) == [f"{n} {way}" for n in range(5) for way in ("in", "out")]


def test_buyers_do_not_wait_for_each_other():
    async def scene() -> list[str]:
        turnstile, log = Turnstile(1), []
        await asyncio.gather(visit(turnstile, "a", log, "a"), visit(turnstile, "b", log, "b"))
        return log

    assert asyncio.run(scene()) == ["a in", "b in", "a out", "b out"]


def test_one_too_many_is_told_to_wait():
    async def scene() -> list[object]:
        turnstile = Turnstile(3)
        visits = (visit(turnstile, "a", [], str(number)) for number in range(5))
        return await asyncio.gather(*visits, return_exceptions=True)

    outcomes = asyncio.run(scene())
    assert outcomes[:3] == [None] * 3
    for refusal in outcomes[3:]:
        assert isinstance(refusal, Refusal)
        assert (refusal.status, refusal.code) == (429, "too_many_messages")
        assert refusal.text


def test_after_an_answer_there_is_room_again():
    async def scene() -> None:
        turnstile = Turnstile(1)
        for number in range(3):
            await visit(turnstile, "a", [], str(number))

    asyncio.run(scene())


def test_nothing_is_kept_of_buyers_who_are_done():
    async def scene() -> Turnstile:
        turnstile = Turnstile(2)
        visits = [visit(turnstile, f"buyer-{n % 40}", [], "") for n in range(200)]
        await asyncio.gather(*visits, return_exceptions=True)
        return turnstile

    turnstile = asyncio.run(scene())
    assert turnstile._locks == turnstile._inside == {}


def test_a_failure_and_a_caller_who_gave_up_leave_the_way_free():
    async def scene() -> Turnstile:
        turnstile, log = Turnstile(5), []

        async def fails() -> None:
            async with turnstile.turn("a"):
                await asyncio.sleep(0)
                raise ValueError("broken")

        first = asyncio.create_task(fails())
        second = asyncio.create_task(visit(turnstile, "a", log, "gives up"))
        third = asyncio.create_task(visit(turnstile, "a", log, "third"))
        await asyncio.sleep(0)
        second.cancel()
        outcomes = await asyncio.gather(first, second, third, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [
            ValueError,
            asyncio.CancelledError,
            type(None),
        ]
        assert log == ["third in", "third out"]
        return turnstile

    turnstile = asyncio.run(scene())
    assert turnstile._locks == turnstile._inside == {}


@pytest.mark.parametrize("limit", [1, 4])
def test_the_limit_is_each_buyers_own(limit: int):
    async def scene() -> list[object]:
        turnstile = Turnstile(limit)
        visits = [visit(turnstile, sender, [], "") for sender in "abc" for _ in range(limit + 1)]
        return await asyncio.gather(*visits, return_exceptions=True)

    outcomes = asyncio.run(scene())
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 3
