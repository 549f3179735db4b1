"""Ratings on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from kefu.handoff.ratings import COMMENT_MAX_CHARACTERS, RatingBook
from kefu.orders.database import reading
from kefu.orders.tables import ratings

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)


@pytest.fixture
def book(engine: Engine) -> RatingBook:
    return RatingBook(engine, clock=lambda: NOW)


def rows(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(ratings).order_by(ratings.c.id)))


def test_a_rating_is_written_down(engine: Engine, book: RatingBook):
    assert book.rate("buyer-0001", "sender", 4, " 还不错\x00 ", "key") == 4
    (row,) = rows(engine)
    assert (row.customer_id, row.sender_id, row.score) == ("buyer-0001", "sender", 4)
    assert (row.comment, row.created_at, row.ticket_no) == ("还不错", NOW, None)


def test_the_same_key_writes_once_and_gives_what_was_written(engine: Engine, book: RatingBook):
    book.rate(None, "sender", 5, "", "key")
    assert book.rate(None, "sender", 1, "", "key") == 5
    assert [row.score for row in rows(engine)] == [5]
    book.rate(None, "another", 1, "", "key")
    assert [row.score for row in rows(engine)] == [5, 1]


def test_of_many_deliveries_at_once_one_is_written(engine: Engine, book: RatingBook):
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: book.rate(None, "sender", 3, "", "key"), range(8)))
    assert told == [3] * 8
    assert len(rows(engine)) == 1


@pytest.mark.parametrize("score", [0, 6, -1, 100])
def test_a_score_that_is_none_is_refused(engine: Engine, book: RatingBook, score: int):
    with pytest.raises(ValueError, match="1 to 5"):
        book.rate(None, "sender", score, "", "key")
    assert rows(engine) == []


def test_a_long_comment_is_cut(engine: Engine, book: RatingBook):
    book.rate(None, "sender", 3, "长" * 10_000, "key")
    assert rows(engine)[0].comment == "长" * COMMENT_MAX_CHARACTERS
