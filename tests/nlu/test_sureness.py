"""The least confidence of an entity, from messages whose entities are known."""

from __future__ import annotations

import numpy as np
import pytest

from kefu.nlu.sureness import least_confidence
from kefu.nlu.tagging import Decoder

TAGS = ["B-color", "I-color", "O"]


def scores(*sure: float) -> np.ndarray:
    """One token a number: the chance that a colour begins there."""
    rows = np.array([[p, 1e-6, 1 - p - 1e-6] for p in sure], dtype=np.float32)
    return np.log(rows)


RIGHT = (scores(0.95, 0.1), ["B-color", "O"])
DOUBTFUL = (scores(0.55, 0.1), ["O", "O"])


def decided(messages: list[tuple[np.ndarray, list[str]]]) -> tuple[float, float]:
    found, expected = zip(*messages, strict=True)
    return least_confidence(found, expected, TAGS)


def test_doubtful_entities_that_are_wrong_are_left_out():
    least, f1 = decided([RIGHT] * 60 + [DOUBTFUL] * 30)
    assert 0.55 < least <= 0.95
    assert f1 == pytest.approx(1.0)


def test_doubtful_entities_that_are_right_are_kept():
    least, f1 = decided([RIGHT] * 60 + [(DOUBTFUL[0], RIGHT[1])] * 30)
    assert least <= 0.55
    assert f1 == pytest.approx(1.0)


def test_the_lowest_of_equals_is_taken():
    assert decided([RIGHT] * 60) == (0.0, pytest.approx(1.0))


def test_too_few_entities_decide_nothing():
    assert decided([RIGHT] * 10 + [DOUBTFUL] * 30) == (0.0, 0.0)


def test_a_longer_entity_must_be_found_whole():
    red = np.log(np.array([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05]], dtype=np.float32))
    assert decided([(red, ["B-color", "I-color"])] * 60)[1] == pytest.approx(1.0)
    assert decided([(red, ["B-color", "O"])] * 60)[1] == 0.0


def test_the_decoder_leaves_out_what_it_is_not_sure_of():
    both = np.concatenate([scores(0.95), scores(0.55)])
    assert [span.first for span in Decoder(TAGS).spans(both)] == [0, 1]
    assert [span.first for span in Decoder(TAGS, 0.6).spans(both)] == [0]
