"""The curve and its maximum, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import SettingsError
from kefu.evaluation.examples import Prediction
from kefu.evaluation.picture import draw
from kefu.evaluation.scoring import fallback_at
from kefu.evaluation.threshold import best, curve

OOS = "out_of_scope"
# (right, predicted, confidence): refusing the last two, both wrong, is best.
REFUSE = [("a", "a", 0.9), ("a", "a", 0.8), (OOS, "b", 0.5), ("b", "a", 0.3)]


def split(rows: list[tuple[str, str | None, float]]) -> tuple[list[str], list[Prediction]]:
    made = [Prediction(name, sure, [(name, sure)] if name else [], ()) for _, name, sure in rows]
    return [right for right, _, _ in rows], made


def test_f1_at_every_threshold():
    found = curve(*split(REFUSE))
    assert found.edges.tolist() == [0.0, 0.3, 0.5, 0.8, 0.9, 1.0]
    # 3 in scope; answers 4, 3, 2, 1, 0 of which 2, 2, 2, 1, 0 are right
    assert found.f1 == pytest.approx([4 / 7, 4 / 6, 4 / 5, 2 / 4, 0])
    assert found.precision == pytest.approx([2 / 4, 2 / 3, 1, 1, 1])
    assert found.recall == pytest.approx([2 / 3, 2 / 3, 2 / 3, 1 / 3, 0])


def test_a_step_holds_its_upper_end_as_rasa_compares():
    found = curve(*split(REFUSE))
    assert [found.step(at) for at in (0.0, 0.3, 0.31, 0.8, 0.81, 1.0)] == [0, 0, 1, 2, 3, 4]


def test_the_best_is_the_middle_of_its_plateau():
    choice = best(curve(*split(REFUSE)))
    assert (choice.low, choice.high, choice.threshold) == (0.5, 0.8, 0.65)
    assert choice.f1 == pytest.approx(0.8)


def test_out_of_scope_that_is_known_as_such_is_no_answer():
    rows = [*REFUSE, (OOS, OOS, 0.99), (OOS, OOS, 0.1)]
    assert curve(*split(rows)).f1.max() == pytest.approx(4 / 5)
    # A message in scope that is taken for out_of_scope is a miss, at any confidence.
    missed = curve(*split([*REFUSE, ("b", OOS, 0.99)]))
    assert missed.f1.max() == pytest.approx(4 / (2 + 4))


def test_a_message_that_gets_no_intent_is_a_miss():
    assert curve(*split([*REFUSE, ("b", None, 0.0)])).f1.max() == pytest.approx(4 / 6)


def test_where_everything_is_right_nothing_should_be_refused():
    choice = best(curve(*split([("a", "a", 0.4), ("b", "b", 0.8)])))
    assert (choice.low, choice.high, choice.threshold, choice.f1) == (0.0, 0.4, 0.2, 1.0)


def test_of_two_plateaus_the_wider_one():
    found = curve(*split([("a", "a", 0.9), (OOS, "b", 0.2), (OOS, "b", 0.15), ("a", "a", 0.1)]))
    assert found.f1 == pytest.approx([4 / 6, 2 / 5, 2 / 4, 2 / 3, 0])
    assert best(found).threshold == 0.55


def test_as_few_digits_as_stay_on_the_plateau():
    rows = [("a", "a", 0.9), ("a", "a", 0.5124), (OOS, "a", 0.5121)]
    assert best(curve(*split(rows))).threshold in (0.5122, 0.5123)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", OOS]),
            st.sampled_from(["a", "b", OOS, None]),
            st.floats(0.01, 1),
        ),
        min_size=1,
    )
)
def test_no_other_threshold_is_better(rows: list[tuple[str, str | None, float]]):
    rows.append(("a", "a", 0.5))
    intents, predictions = split(rows)
    inside = sum(intent != OOS for intent in intents)

    def f1(threshold: float) -> float:
        stays = [row for row in rows if row[2] >= threshold and row[1] not in (None, OOS)]
        return 2 * sum(right == name for right, name, _ in stays) / (len(stays) + inside)

    choice = best(curve(intents, predictions))
    assert f1(choice.threshold) == pytest.approx(choice.f1)
    tried = {0.0, 1.0, *(sure for _, _, sure in rows)}
    assert max(f1(threshold) for threshold in tried) <= choice.f1 + 1e-9


def test_without_a_message_in_scope_there_is_no_curve():
    with pytest.raises(ValueError, match="in scope"):
        curve(*split([(OOS, OOS, 0.9)]))
    assert fallback_at(0.5, *split([(OOS, OOS, 0.9)])) is None


def test_what_a_threshold_refuses():
    found = fallback_at(0.6, *split([*REFUSE, (OOS, OOS, 0.7)]))
    assert found is not None
    assert (found.in_scope, found.out_of_scope) == (pytest.approx(1 / 3), 0.5)
    assert found.f1 == pytest.approx(4 / 5)


class TestPicture:
    def test_it_is_the_same_each_time_and_says_the_threshold(self, tmp_path):
        found = curve(*split(REFUSE))
        for name in ("one.svg", "two.svg"):
            draw(found, best(found), 4, tmp_path / "images" / name)
        one, two = (tmp_path / "images" / name for name in ("one.svg", "two.svg"))
        assert one.read_bytes() == two.read_bytes()
        assert "0.65, F1 0.800" in one.read_text(encoding="utf-8")

    def test_png(self, tmp_path):
        found = curve(*split(REFUSE))
        draw(found, best(found), 4, tmp_path / "one.png")
        assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")

    def test_another_suffix_is_refused(self, tmp_path):
        found = curve(*split(REFUSE))
        with pytest.raises(SettingsError, match="cannot be written"):
            draw(found, best(found), 4, tmp_path / "one.doc")
