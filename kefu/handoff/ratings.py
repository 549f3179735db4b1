"""What buyers think of the service: one row a rating, for the shop's reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from kefu.handoff.scores import BEST, WORST
from kefu.orders.database import writing
from kefu.orders.tables import ratings
from kefu.orders.written_text import clean

COMMENT_MAX_CHARACTERS = 500


class RatingBook:
    """Takes ratings. Safe to share between threads.

    Args:
        engine: of the order database.
        clock: aware.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def rate(
        self, customer_id: str | None, sender_id: str, score: int, comment: str, key: str
    ) -> int:
        """Write a rating down; the same sender's same key writes nothing more.

        Args:
            customer_id: None for a visitor whom no token names.
            sender_id: of the conversation.
            score: 1 is worst, 5 is best.
            comment: the buyer's words; the first 500 characters are kept.
            key: of the message.

        Returns:
            The score that stands under this key.

        Raises:
            ValueError: the score is not from 1 to 5.
            DatabaseError: the database is missing or does not answer in time; nothing was written.
        """
        if not WORST <= score <= BEST:
            raise ValueError(f"A score is {WORST} to {BEST}, not {score}: ask for it again.")
        values = {
            "customer_id": customer_id,
            "sender_id": sender_id,
            "score": score,
            "comment": clean(comment, COMMENT_MAX_CHARACTERS),
            "created_at": self._clock(),
            "idempotency_key": key,
        }
        with writing(self._engine) as connection:
            try:
                with connection.begin_nested():
                    connection.execute(insert(ratings).values(values))
            except IntegrityError:
                return _score(connection, sender_id, key)
        return score


def _score(connection: Connection, sender_id: str, key: str) -> int:
    """What was written before."""
    held = ratings.c.sender_id == sender_id, ratings.c.idempotency_key == key
    return int(connection.execute(select(ratings.c.score).where(*held)).scalar_one())
