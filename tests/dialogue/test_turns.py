"""The learned policy's core: what was said and done decides what comes next."""

from __future__ import annotations

import numpy as np
import pytest

from kefu.dialogue.turns import Turn, TurnScorer, TurnTraining, train_turns

PLAN = TurnTraining(epochs=80)


def turn(*facts: str) -> Turn:
    return Turn(frozenset(facts))


ASKED = turn("intent=ask_product", "after=action_listen")
OFFERED = turn("intent=ask_product", "slot=offer=1.0", "after=action_answer_question")
YES, NO = (turn(f"intent={word}", "after=action_listen") for word in ("affirm", "deny"))
YES_OFFERED, NO_OFFERED = (Turn(said.facts | {"slot=offer=1.0"}) for said in (YES, NO))
LESSONS: list[tuple[list[Turn], str]] = [
    ([ASKED], "action_answer_question"),
    ([ASKED, OFFERED], "action_listen"),
    ([ASKED, OFFERED, YES_OFFERED], "action_open_ticket"),
    ([ASKED, OFFERED, NO_OFFERED], "utter_deny"),
    ([YES], "utter_affirm"),
    ([NO], "utter_deny"),
    ([turn("intent=greet", "after=action_listen")], "utter_greet"),
    ([turn("intent=greet", "after=action_listen"), YES], "utter_affirm"),
]


@pytest.fixture(scope="module")
def scorer() -> TurnScorer:
    return train_turns(
        [dialogue for dialogue, _ in LESSONS] * 4,
        [action for _, action in LESSONS] * 4,
        longest=4,
        plan=PLAN,
    )


def best(scorer: TurnScorer, dialogue: list[Turn]) -> str:
    scores = scorer.probabilities(dialogue)
    return max(scores, key=scores.__getitem__)


@pytest.mark.parametrize(("dialogue", "action"), LESSONS)
def test_it_learns_the_toy_dialogues(scorer: TurnScorer, dialogue: list[Turn], action: str):
    assert best(scorer, dialogue) == action


def test_yes_means_what_was_offered(scorer: TurnScorer):
    before = [turn("intent=greet", "after=action_listen"), ASKED, OFFERED]
    assert best(scorer, [*before, YES_OFFERED]) == "action_open_ticket"
    assert best(scorer, [*before, NO_OFFERED]) == "utter_deny"


def test_probabilities_cover_the_known_actions_and_sum_to_one(scorer: TurnScorer):
    scores = scorer.probabilities([YES])
    assert set(scores) == {action for _, action in LESSONS} == set(scorer.actions)
    assert sum(scores.values()) == pytest.approx(1.0, abs=1e-5)
    assert all(score >= 0 for score in scores.values())


def test_facts_never_seen_are_no_error_and_known_ones_still_count(scorer: TurnScorer):
    strange = turn("intent=greet", "after=action_listen", "entity=planet")
    assert best(scorer, [strange]) == "utter_greet"
    assert sum(scorer.probabilities([turn("slot=mood=blue")]).values()) == pytest.approx(1.0)


def test_an_empty_dialogue_and_an_empty_turn_have_an_answer(scorer: TurnScorer):
    for dialogue in ([], [turn()], [turn(), YES]):
        assert sum(scorer.probabilities(dialogue).values()) == pytest.approx(1.0, abs=1e-5)


def test_what_is_older_than_the_memory_makes_no_difference(scorer: TurnScorer):
    recent = [ASKED, OFFERED, NO_OFFERED, YES]
    assert scorer.probabilities([turn("intent=goodbye"), *recent]) == scorer.probabilities(recent)


def test_it_survives_being_stored(scorer: TurnScorer):
    again = TurnScorer.restore(scorer.state(), PLAN)
    for dialogue, _ in LESSONS:
        assert again.probabilities(dialogue) == scorer.probabilities(dialogue)


def test_the_same_seed_gives_the_same_policy(scorer: TurnScorer):
    again = train_turns(
        [dialogue for dialogue, _ in LESSONS] * 4,
        [action for _, action in LESSONS] * 4,
        longest=4,
        plan=PLAN,
    )
    assert again.probabilities([YES]) == scorer.probabilities([YES])


def test_progress_tells_how_much_was_learned():
    lines: list[str] = []
    train_turns([[YES], [NO]], ["utter_affirm", "utter_deny"], 4, PLAN, progress=lines.append)
    assert lines == ["policy: 1.000 of 2 training decisions right"]


WORDS = {"affirm": np.eye(3, 8, dtype=np.float32), "deny": np.eye(3, 8, 4, dtype=np.float32)}


@pytest.fixture(scope="module")
def listener() -> TurnScorer:
    lessons = [([YES], "utter_affirm"), ([NO], "utter_deny")] * 8
    dialogues, actions = zip(*lessons, strict=True)
    return train_turns(dialogues, actions, longest=4, plan=PLAN, messages=WORDS)


@pytest.mark.parametrize(("intent", "action"), [("affirm", "utter_affirm"), ("deny", "utter_deny")])
def test_words_tell_where_the_intent_was_lost(listener: TurnScorer, intent: str, action: str):
    lost = frozenset({"intent=nobody_knows", "after=action_listen"})
    assert best(listener, [Turn(lost, WORDS[intent][1])]) == action
    scores = [listener.probabilities([Turn(lost, vector)])[action] for vector in WORDS[intent]]
    assert min(scores) > listener.probabilities([Turn(lost)])[action]


def test_without_words_the_intent_decides(listener: TurnScorer):
    assert best(listener, [YES]) == "utter_affirm"
    assert best(listener, [NO]) == "utter_deny"


def test_a_listener_survives_being_stored(listener: TurnScorer):
    again = TurnScorer.restore(listener.state(), PLAN)
    told = [Turn(YES.facts, WORDS["affirm"][0])]
    assert again.dimension == listener.dimension == 8
    assert again.probabilities(told) == listener.probabilities(told)


def test_only_a_turn_after_listening_has_heard_a_message():
    assert YES.heard == "affirm"
    assert OFFERED.heard is None
    assert turn("after=action_listen").heard is None
