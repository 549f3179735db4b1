"""Stories' messages get the words of messages with the same intent."""

from __future__ import annotations

import numpy as np
import pytest

from kefu.dialogue.lending import Lender

MESSAGES = {
    "greet": np.array([[1, 0], [2, 0]], dtype=np.float32),
    "deny": np.array([[0, 1], [0, 2], [0, 3]], dtype=np.float32),
    "wait": np.zeros((0, 2), dtype=np.float32),
}
HEARD = [["greet", None, "deny"], ["deny"], [None, "wait"], ["planet"]]


@pytest.fixture
def lender() -> Lender:
    return Lender(HEARD, 4, MESSAGES, np.random.default_rng(7))


def test_each_message_gets_a_vector_of_its_intent(lender: Lender):
    vectors, told = lender.lend(np.arange(4), 1.0)
    assert vectors.shape == (4, 4, 2)
    assert told.tolist() == [
        [True, False, True, False],
        [True, False, False, False],
        [False] * 4,  # nobody wrote a message to wait, none is known for planet
        [False] * 4,
    ]
    assert vectors[0, 0].tolist() in MESSAGES["greet"].tolist()
    assert vectors[0, 2].tolist() in MESSAGES["deny"].tolist()
    assert vectors[~told].abs().sum() == 0


def test_all_messages_come_up_in_time(lender: Lender):
    drawn = {tuple(lender.lend(np.array([1]), 1.0)[0][0, 0].tolist()) for _ in range(60)}
    assert drawn == {tuple(row) for row in MESSAGES["deny"].tolist()}


def test_a_share_of_the_messages_gets_words(lender: Lender):
    told = [bool(lender.lend(np.array([1]), 0.25)[1][0, 0]) for _ in range(400)]
    assert 0.15 < np.mean(told) < 0.35
    assert not lender.lend(np.arange(4), 0.0)[1].any()


def test_without_messages_there_is_nothing_to_lend():
    lender = Lender(HEARD, 4, {}, np.random.default_rng(7))
    vectors, told = lender.lend(np.arange(4), 1.0)
    assert lender.dimension == 0
    assert vectors.shape == (4, 4, 0)
    assert not told.any()
