from __future__ import annotations

import pytest

from kefu.knowledge.evidence import Evidence, Terms, confidence

TERMS = Terms([{1, 2}, {1, 3}, {1}, {4}])


def test_a_rarer_term_has_more_idf_and_an_unknown_one_most():
    assert 0 < TERMS.idf(1) < TERMS.idf(2) < TERMS.idf(99)


def test_coverage_is_the_weighed_share_of_the_question():
    assert TERMS.coverage([1, 2], {1, 2}) == pytest.approx(1)
    assert TERMS.coverage([1, 2], set()) == 0
    assert TERMS.coverage([], {1}) == 0
    assert TERMS.coverage([1, 2], {2}) > TERMS.coverage([1, 2], {1}) > 0


def test_share_grows_with_the_documents_weights():
    assert TERMS.share([2], {2: 2.0}) == pytest.approx(2)
    assert TERMS.share([2, 99], {2: 2.0}) < 1


@pytest.mark.parametrize("better", [{"nearness": 1.0}, {"margin": 0.4}, {"intent": True}])
def test_more_evidence_is_more_confidence(better):
    weak = {"share": 0.4, "nearness": 0.2, "margin": 0.1, "intent": False}
    assert 0 < confidence(Evidence(**weak)) < confidence(Evidence(**{**weak, **better})) < 1


def test_without_a_shared_word_only_an_intent_can_speak():
    assert confidence(Evidence(0, 0.9, 0.5, intent=False)) == 0
    assert confidence(Evidence(0, 0.9, 0.5, intent=True)) > 0
