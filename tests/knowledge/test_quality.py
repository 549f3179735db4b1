"""The shop's own articles and encoder on questions that nothing was tuned on.

Gates stand a little below what `python -m bench.knowledge --test` measured: without an intent
recall@1 0.660 and recall@5 0.920, with it 0.795 and 0.957; of the answers given 0.824 and 0.804
were right; of what the articles say 0.327 and 0.580 got one; of what they do not say 0.740 and
0.425 got none.
"""

from __future__ import annotations

import numpy as np
import pytest

from bench.knowledge import (
    DEV,
    SIDES,
    TEST,
    abstained,
    answered,
    fresh,
    outcomes,
    precision,
    ranks,
    read_questions,
)
from kefu.encoder import Encoder
from kefu.settings import load_settings

QUESTIONS = read_questions(TEST)


@pytest.fixture(scope="module")
def kb(tmp_path_factory):
    settings = load_settings()
    encoder = Encoder.load(settings.encoder, "cpu")
    return fresh(settings, encoder, tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def places(kb):
    """For each side and each way of asking: the right article's places, counted from 1."""
    return {
        (side, intent): np.array(ranks(kb, QUESTIONS, side, intent))
        for side in SIDES
        for intent in (False, True)
    }


def recall(found: np.ndarray, at: int) -> float:
    return float(((found > 0) & (found <= at)).mean())


def reciprocal(found: np.ndarray) -> float:
    return float(np.mean([1 / place if place else 0.0 for place in found]))


def test_no_held_out_question_was_tuned_on():
    dev = {question.text for question in read_questions(DEV)}
    assert not dev & {question.text for question in QUESTIONS}


def test_every_question_names_an_article_that_exists(kb):
    assert {question.slug for question in QUESTIONS if question.slug} <= set(kb.manifest.slugs)


@pytest.mark.parametrize(("intent", "first", "five"), [(False, 0.62, 0.88), (True, 0.75, 0.92)])
def test_the_right_article_is_found(places, intent, first, five):
    found = places["fused", intent]
    assert recall(found, 1) >= first
    assert recall(found, 5) >= five


@pytest.mark.parametrize("intent", [False, True])
def test_fusion_finds_no_less_than_keywords_alone(places, intent):
    fused, keyword = places["fused", intent], places["keyword", intent]
    assert recall(fused, 5) >= recall(keyword, 5)
    assert reciprocal(fused) >= reciprocal(keyword)


def test_a_free_question_is_answered_rightly_or_not_at_all(kb):
    rows = outcomes(kb, QUESTIONS, intent=False)
    assert precision(rows) >= 0.77
    assert abstained(rows) >= 0.66
    assert answered(rows) >= 0.28


def test_a_question_with_its_intent_mostly_gets_its_answer(kb):
    rows = outcomes(kb, QUESTIONS, intent=True)
    assert precision(rows) >= 0.76
    assert answered(rows) >= 0.53
    assert abstained(rows) >= 0.35
