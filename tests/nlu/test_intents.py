"""The intent model: learns, is calibrated, and survives being stored."""

from __future__ import annotations

import numpy as np
import pytest

from kefu.nlu.intents import IntentScorer, IntentTraining, _inputs, _softmax, train_intents

TOY = {
    "ship": ["什么时候发货", "多久能发货", "今天发货吗", "还不发货", "快点发货", "发货了没"],
    "refund": ["我要退款", "怎么退款", "申请退款", "给我退款吧", "退款行不行", "想退款了"],
    "invoice": ["开发票", "发票怎么开", "要一张发票", "发票抬头写公司", "能开发票吗", "补发票"],
}
TEXTS = [text for texts in TOY.values() for text in texts]
LABELS = [intent for intent, texts in TOY.items() for _ in texts]


@pytest.fixture(scope="module")
def scorer() -> IntentScorer:
    return train_intents(TEXTS, LABELS, IntentTraining())


def best(scorer: IntentScorer, text: str) -> str:
    return scorer.intents[int(scorer.probabilities([text])[0].argmax())]


def test_it_tells_the_training_texts_apart(scorer: IntentScorer):
    rows = scorer.probabilities(TEXTS)
    assert [scorer.intents[place] for place in rows.argmax(axis=1)] == LABELS


@pytest.mark.parametrize(
    ("text", "intent"),
    [("麻烦早点发货", "ship"), ("退款退款", "refund"), ("电子发票", "invoice")],
)
def test_it_tells_new_texts_apart(scorer: IntentScorer, text: str, intent: str):
    assert best(scorer, text) == intent


@pytest.mark.parametrize("text", ["", " ", "😂", "\ud800", "x" * 10_000, "退款"])
def test_probabilities_sum_to_one_whatever_the_text(scorer: IntentScorer, text: str):
    row = scorer.probabilities([text])[0]
    assert row.shape == (3,)
    assert np.isfinite(row).all()
    assert (row >= 0).all()
    assert row.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_text_is_scored_alike_alone_and_among_others(scorer: IntentScorer):
    together = scorer.probabilities(TEXTS)
    alone = scorer.probabilities(TEXTS[4:5])
    np.testing.assert_allclose(together[4], alone[0], atol=1e-6)


def test_picked_rows_give_what_the_whole_matrix_gives(scorer: IntentScorer):
    state = scorer.state()
    texts = [*TEXTS, ""]
    inputs = _inputs(texts, state["idf"].numpy())
    margins = inputs @ state["coefficients"].numpy().T + state["intercepts"].numpy()
    expected = _softmax(margins / state["temperature"])
    np.testing.assert_allclose(scorer.probabilities(texts), expected, atol=1e-5)


def test_it_survives_being_stored(scorer: IntentScorer):
    again = IntentScorer(scorer.state())
    np.testing.assert_array_equal(again.probabilities(TEXTS), scorer.probabilities(TEXTS))
    assert again.intents == sorted(TOY)


def test_the_same_seed_gives_the_same_model(scorer: IntentScorer):
    again = train_intents(TEXTS, LABELS, IntentTraining())
    np.testing.assert_array_equal(again.probabilities(TEXTS), scorer.probabilities(TEXTS))


def test_progress_tells_what_was_measured():
    lines: list[str] = []
    train_intents(TEXTS, LABELS, IntentTraining(held_out=0.2), lines.append)
    assert len(lines) == 1
    assert "held out of the training data" in lines[0]
