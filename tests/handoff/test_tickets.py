"""Bringing in a person, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from kefu.errors import DatabaseError
from kefu.handoff.tickets import KEPT_TURNS, TicketDesk, Turn
from kefu.orders.database import reading, writing
from kefu.orders.status import TicketStatus
from kefu.orders.tables import tickets

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)
TALK = (
    Turn("buyer", "被子开线了😡\n怎么办", NOW - timedelta(minutes=2)),
    Turn("assistant", "非常抱歉，我为您转接人工。", NOW - timedelta(minutes=1)),
)


@pytest.fixture
def desk(engine: Engine) -> TicketDesk:
    return TicketDesk(engine, clock=lambda: NOW)


def rows(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(tickets).order_by(tickets.c.id)))


def test_a_ticket_keeps_who_why_and_the_conversation(desk: TicketDesk, engine: Engine) -> None:
    ticket = desk.open("buyer-0001", "sender", "质量问题", TALK, "key")
    assert re.fullmatch(r"T261120-\d{5}", ticket.ticket_no)
    assert ticket.status is TicketStatus.OPEN
    assert ticket.created_at == NOW
    (row,) = rows(engine)
    assert (row.ticket_no, row.customer_id, row.sender_id) == (
        ticket.ticket_no,
        "buyer-0001",
        "sender",
    )
    assert row.reason == "质量问题"
    assert row.conversation == [
        {"speaker": "buyer", "text": "被子开线了😡\n怎么办", "at": "2026-11-20T03:58:00+00:00"},
        {
            "speaker": "assistant",
            "text": "非常抱歉，我为您转接人工。",
            "at": "2026-11-20T03:59:00+00:00",
        },
    ]


def test_a_visitor_without_a_name_gets_a_ticket_too(desk: TicketDesk, engine: Engine) -> None:
    desk.open(None, "visitor", "", (), "key")
    (row,) = rows(engine)
    assert row.customer_id is None
    assert row.conversation == []


def test_characters_that_databases_dislike_do_no_harm(desk: TicketDesk, engine: Engine) -> None:
    desk.open(None, "visitor", "急\x00\ud800！", [Turn("buyer", "a\x00b\ud800", NOW)], "key")
    (row,) = rows(engine)
    assert row.reason == "急！"


def test_the_last_turns_of_a_long_conversation_are_kept_whole(
    desk: TicketDesk, engine: Engine
) -> None:
    long = [Turn("buyer", f"{number} " + "长" * 1000, NOW) for number in range(KEPT_TURNS + 20)]
    desk.open(None, "visitor", "", long, "key")
    kept = rows(engine)[0].conversation
    assert [turn["text"] for turn in kept] == [turn.text for turn in long[-KEPT_TURNS:]]


def test_the_queue_counts_open_tickets_before(desk: TicketDesk, engine: Engine) -> None:
    positions = [desk.open(None, f"s{n}", "", TALK, "key").queue_position for n in range(4)]
    assert positions == [0, 1, 2, 3]
    with writing(engine) as connection:
        connection.execute(
            update(tickets).where(tickets.c.sender_id == "s0").values(status="taken")
        )
        connection.execute(
            update(tickets).where(tickets.c.sender_id == "s2").values(status="closed")
        )
    assert desk.open(None, "s3", "", TALK, "key").queue_position == 1


def test_the_same_key_gives_the_same_ticket_again(desk: TicketDesk, engine: Engine) -> None:
    first = desk.open("buyer-0001", "sender", "质量问题", TALK, "key")
    assert desk.open("buyer-0001", "sender", "质量问题", TALK, "key") == first
    assert len(rows(engine)) == 1


def test_another_senders_same_key_is_another_ticket(desk: TicketDesk) -> None:
    one = desk.open("buyer-0001", "one", "", TALK, "key")
    assert desk.open("buyer-0002", "two", "", TALK, "key").ticket_no != one.ticket_no


def test_many_deliveries_of_one_request_open_one_ticket(desk: TicketDesk, engine: Engine) -> None:
    gate = Barrier(20)

    def ask(_: int) -> str:
        gate.wait(30)
        return desk.open("buyer-0001", "sender", "", TALK, "key").ticket_no

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(ask, range(20)))) == 1
    assert len(rows(engine)) == 1


def test_a_taken_number_is_drawn_again_but_not_for_ever(engine: Engine) -> None:
    class Dice(Random):
        draws: Iterator[int] = iter([7, 7, 8, *[7] * 100])

        def randrange(self, *args: object) -> int:
            return next(self.draws)

    desk = TicketDesk(engine, clock=lambda: NOW, random=Dice())
    numbers = [desk.open(None, sender, "", TALK, "key").ticket_no for sender in ("one", "two")]
    assert numbers == ["T261120-00007", "T261120-00008"]
    with pytest.raises(DatabaseError, match="tickets"):
        desk.open(None, "three", "", TALK, "key")
    assert len(rows(engine)) == 2


def test_without_tables_the_error_is_one_sentence(bare_engine: Engine) -> None:
    desk = TicketDesk(bare_engine, clock=lambda: NOW)
    with pytest.raises(DatabaseError, match="kefu db upgrade"):
        desk.open(None, "visitor", "", TALK, "key")
