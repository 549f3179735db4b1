"""Figures that a hand can check, and scikit-learn's where it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from kefu.evaluation.confusions import confusions
from kefu.evaluation.examples import Example, Prediction, Span
from kefu.evaluation.intervals import ends
from kefu.evaluation.measures import (
    Row,
    calibration_error,
    entity_figures,
    intent_figures,
    scope_auroc,
)

RIGHT = ["a", "a", "a", "b", "b", "c"]
SAID = ["a", "a", "b", "b", "c", None]
A, B, C, WRONG_C = Span(0, 1, "x"), Span(2, 4, "y"), Span(0, 2, "x"), Span(0, 2, "y")


def said(*spans: Span) -> Prediction:
    found = [{**span._asdict(), "value": ""} for span in spans]
    return Prediction("a", 1.0, [("a", 1.0)], found)


class TestIntents:
    def test_each_intent(self):
        assert intent_figures(RIGHT, SAID, 10).rows == (
            Row("a", 1.0, pytest.approx(2 / 3), pytest.approx(0.8), 3, 2),
            Row("b", 0.5, 0.5, 0.5, 2, 2),
            Row("c", 0.0, 0.0, 0.0, 1, 1),
        )

    def test_the_averages(self):
        found = intent_figures(RIGHT, SAID, 10)
        assert found.accuracy.value == pytest.approx(3 / 6)
        assert found.weighted_f1.value == pytest.approx((3 * 0.8 + 2 * 0.5) / 6)
        assert found.macro_f1.value == pytest.approx((0.8 + 0.5 + 0.0) / 3)

    def test_an_intent_that_is_only_predicted_counts_in_the_macro_average(self):
        found = intent_figures(["a", "a"], ["a", "z"], 10)
        assert found.macro_f1.value == pytest.approx((2 / 3 + 0) / 2)
        assert found.weighted_f1.value == pytest.approx(2 / 3)

    def test_an_intent_that_the_model_does_not_know_is_missed(self):
        rows = {row.name: row for row in intent_figures(["new", "a"], ["a", "a"], 10).rows}
        assert (rows["new"].f1, rows["new"].expected, rows["new"].predicted) == (0.0, 1, 0)
        assert rows["a"].precision == 0.5

    @given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde")), min_size=1))
    def test_the_averages_are_scikit_learns(self, pairs: list[tuple[str, str]]):
        right, claimed = zip(*pairs, strict=True)
        found = intent_figures(right, claimed, 2)
        for average, estimate in (("macro", found.macro_f1), ("weighted", found.weighted_f1)):
            theirs = f1_score(right, claimed, average=average, zero_division=0)
            assert estimate.value == pytest.approx(theirs)

    def test_the_interval_holds_the_figure_and_narrows_with_more_messages(self):
        few, many = (intent_figures(RIGHT * n, SAID * n, 300).weighted_f1 for n in (5, 50))
        assert few.low < few.value < few.high
        assert many.high - many.low < (few.high - few.low) / 2

    def test_no_mistake_no_interval(self):
        found = intent_figures(RIGHT, RIGHT, 50).macro_f1
        assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


class TestEntities:
    def test_span_and_type_must_both_be_right(self):
        examples = [
            Example("", "a", frozenset({A, B})),
            Example("", "a", frozenset({C})),
            Example("", "a", None),
        ]
        found = entity_figures(examples, [said(A), said(WRONG_C), said(A, B)], 10)
        assert found is not None
        assert found.messages == 2
        assert found.micro_f1.value == pytest.approx(2 * 1 / (3 + 2))
        assert found.rows == (
            Row("x", 1.0, 0.5, pytest.approx(2 / 3), 2, 1),
            Row("y", 0.0, 0.0, 0.0, 1, 1),
        )

    def test_two_extractors_that_agree_count_once(self):
        found = entity_figures([Example("", "a", frozenset({A}))], [said(A, A)], 10)
        assert found is not None
        assert found.micro_f1.value == 1.0

    def test_samples_without_an_entity_have_no_f1(self):
        examples = [Example("", "a", frozenset(spans)) for spans in ({A}, (), (), ())]
        found = entity_figures(examples, [said(A), said(), said(), said()], 200)
        assert found is not None
        assert found.micro_f1.low == 1.0

    @pytest.mark.parametrize("spans", [None, frozenset()])
    def test_nothing_annotated_nothing_measured(self, spans: frozenset[Span] | None):
        assert entity_figures([Example("", "a", spans)], [said(A)], 10) is None


class TestConfidence:
    def test_calibration_error(self):
        # Bins: two at 0.95, one right; 0.55 right; 0.05 wrong.
        sure, right = np.array([0.95, 0.95, 0.55, 0.05]), np.array([True, False, True, False])
        gaps = 2 * abs(0.95 - 0.5) + abs(0.55 - 1) + abs(0.05 - 0)
        assert calibration_error(sure, right) == pytest.approx(gaps / 4)

    def test_gaps_of_one_bin_cancel_and_those_of_two_do_not(self):
        right = np.array([True, False])
        assert calibration_error(np.array([0.5, 0.5]), right) == pytest.approx(0.0)
        assert calibration_error(np.array([0.45, 0.55]), right) == pytest.approx(0.55)

    def test_a_bin_holds_its_upper_end(self):
        # 1/15 is in the lowest bin and 0.1 in the next: beside each other they would cancel.
        sure, right = np.array([1 / 15, 0.1, 0.0, 1.0]), np.array([False, True, False, True])
        assert calibration_error(sure, right) == pytest.approx((1 / 15 + 0.9) / 4)

    def test_auroc_counts_pairs_in_order_and_ties_half(self):
        intents = ["a", "b", "a", "out_of_scope", "out_of_scope"]
        scores = np.array([0.9, 0.6, 0.4, 0.5, 0.6])
        assert scope_auroc(intents, scores) == pytest.approx((2 + 1.5 + 0) / 6)

    @pytest.mark.parametrize("intent", ["a", "out_of_scope"])
    def test_one_kind_alone_has_no_auroc(self, intent: str):
        assert scope_auroc([intent] * 3, np.ones(3)) is None

    def test_confidence_in_scope_is_that_of_the_best_other_intent(self):
        ranking = [("out_of_scope", 0.7), ("a", 0.2), ("b", 0.1)]
        assert Prediction("out_of_scope", 0.7, ranking, ()).in_scope_confidence == 0.2
        assert Prediction("out_of_scope", 0.7, ranking[:1], ()).in_scope_confidence == 0.0


def test_a_confusion_costs_what_mending_it_would_bring():
    found = confusions(list("uvwxyz"), RIGHT, SAID)
    assert [(each.expected, each.predicted, each.texts) for each in found] == [
        ("a", "b", ("w",)),
        ("c", None, ("z",)),
        ("b", "c", ("y",)),
    ]
    now = (3 * 0.8 + 2 * 0.5) / 6
    # With w understood a is perfect and b is predicted once; with z c is predicted twice and right
    # once; with y b is predicted three times and right twice.
    after = [(3 * 1 + 2 * 2 / 3) / 6, (3 * 0.8 + 2 * 0.5 + 2 / 3) / 6, (3 * 0.8 + 2 * 0.8) / 6]
    assert [each.cost for each in found] == pytest.approx([value - now for value in after])


def test_an_interval_is_the_same_each_time_and_leaves_out_what_is_no_number():
    rows = np.array([0.0, 1.0, np.nan])

    def mean(picks):
        return np.array([rows[:2][picks % 2].mean(), rows[picks].mean()])

    found = ends(3, mean, 200)
    assert found.shape == (2, 2)
    assert not np.isnan(found).any()
    assert (found == ends(3, mean, 200)).all()
