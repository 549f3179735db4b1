"""The shop's table of context rules: what it decides, what it leaves, what it complains of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import ModelError
from kefu.nlu.context_reader import Vocabulary, read_table, read_vocabulary
from kefu.nlu.context_table import Context, Decision, Parsed, Span, Table, bare
from kefu.settings import HOME
from tests.nlu.context_examples import EXAMPLES, FULL, after

PATH = HOME / "kefu/nlu/context.yml"
VOCABULARY = read_vocabulary(HOME / "domain.yml")
TABLE = read_table(PATH, VOCABULARY)
_MARKED = re.compile(r"\[([^\]]+)\]\((\w+)\)")


def parsed(marked: str, *ranking: str) -> Parsed:
    """A message with entities marked as in data/nlu: 要[红色](color)的."""
    text, spans, rest = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[rest : match.start()]
        spans.append(Span(match[2], len(text), len(text) + len(match[1])))
        text, rest = text + match[1], match.end()
    return Parsed(text + marked[rest:], ranking, spans)


CASES = [
    pytest.param(rule, context, text, intent, id=f"{rule}-{text}")
    for rule, context, texts, intent in EXAMPLES
    for text in texts.split("|")
]

COUNTER = [(context, text) for context, texts in FULL for text in texts.split("|")]


class TestTheShopsTable:
    @pytest.mark.parametrize(("rule", "context", "text", "intent"), CASES)
    def test_a_short_message_means_what_its_rule_says(self, rule, context, text, intent):
        assert TABLE.decide(context, parsed(text)) == Decision(rule, intent)

    @pytest.mark.parametrize(("context", "text"), COUNTER)
    def test_a_full_message_stays_what_the_classifier_said(self, context: Context, text: str):
        assert TABLE.decide(context, parsed(text)) is None

    def test_every_rule_has_an_example_and_there_are_enough_of_both(self):
        assert {rule for rule, *_ in EXAMPLES} == {rule.name for rule in TABLE.rules}
        assert len(TABLE.rules) >= 40
        assert len(COUNTER) >= 40

    @pytest.mark.parametrize(("rule", "context", "text", "intent"), CASES)
    def test_without_a_conversation_nothing_is_decided(self, rule, context, text, intent):
        assert TABLE.decide(Context(), parsed(text)) is None

    def test_the_order_of_two_orders_questions_is_the_classifiers(self):
        said = parsed("还要几天", "ask_stock", "ask_arrival_time", "ask_ship_time")
        assert TABLE.decide(after("query_order"), said) == Decision(
            "order_when", "ask_arrival_time"
        )

    @given(
        st.sampled_from([*sorted(VOCABULARY.intents), "nlu_fallback", None]),
        st.frozensets(st.sampled_from(sorted(VOCABULARY.actions)), max_size=2),
        st.sampled_from([None, "person"]),
        st.sampled_from([None, "task_order", "task_reason", "task_confirmed"]),
        st.sampled_from([text for *_, texts, _ in EXAMPLES for text in texts.split("|")])
        | st.text("那这个呢多久什么时候可以吗好的不用没有多少钱谁出1234，。 ？", max_size=16),
    )
    def test_it_never_invents_an_intent(self, matter, done, offer, asks, text):
        form = "task_form" if asks else None
        context = Context(matter, done, "转人工", form, asks, {"offer": offer})
        decision = TABLE.decide(context, parsed(text))
        assert decision is None or decision.intent in VOCABULARY.intents

    @given(st.text(max_size=200))
    def test_any_text_has_an_answer_and_long_ones_are_left_alone(self, text: str):
        decision = TABLE.decide(after("ask_stock"), Parsed(text))
        assert decision is None or len(bare(text)) <= TABLE.longest

    @pytest.mark.timeout(10)
    @pytest.mark.parametrize("repeated", ["那", "要", "可以", "好", "谁", "不", "1", "这个"])
    def test_the_longest_message_takes_no_long_time(self, repeated: str):
        for rule in TABLE.rules:
            for matter in sorted(rule.after)[:2] or [None]:
                context = Context(matter=matter, form=rule.form, did=rule.did, slots=rule.slots)
                TABLE.decide(context, Parsed(repeated * (TABLE.longest // len(repeated)) + "x"))
                TABLE.decide(context, Parsed(repeated * 1_000))


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("多久呀？", "多久"),
        ("亲，可以吗亲～", "可以吗"),
        ("请问一下多久哈", "多久"),
        (" ＯＫ👌 ", "ok"),
        ("呢？", "呢"),
        ("啊", "啊"),
        ("老板", "老板"),
        ("。。。", ""),
    ],
)
def test_what_is_left_of_a_message(text: str, stripped: str):
    assert bare(text) == stripped


SMALL: dict[str, Any] = {
    "longest": 6,
    "talk": ["thank"],
    "groups": {"ways": ["ask_a", "ask_b"]},
    "around": ["的", "要"],
    "phrases": {"soon": ["多久"], "that": ["那个呢"]},
    "rules": [
        {"rule": "first", "after": ["ask_a"], "text": ["soon"], "intent": "ask_b"},
        {"rule": "second", "after": ["ways"], "text": ["soon", "that"], "intent": "same"},
        {"rule": "third", "said": "几号", "only": ["color"], "intent": ["ask_a", "ask_b"]},
        {"rule": "inside", "form": "form", "asks": ["slot"], "text": ["that"], "intent": "ask_a"},
    ],
}
NAMES = Vocabulary(
    intents=frozenset({"ask_a", "ask_b", "thank"}),
    entities=frozenset({"color", "size"}),
    actions=frozenset({"utter_a"}),
    slots=frozenset({"slot"}),
    forms=frozenset({"form"}),
)


class TestHowATableIsRead:
    @pytest.fixture
    def table(self, tmp_path: Path) -> Table:
        return self.read(tmp_path, SMALL)

    def read(self, folder: Path, content: object) -> Table:
        file = folder / "context.yml"
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
        file.write_text(text, encoding="utf-8")
        return read_table(file, NAMES)

    def test_the_first_rule_that_fits_decides(self, table: Table):
        assert table.decide(after("ask_a"), Parsed("多久")) == Decision("first", "ask_b")

    def test_a_group_stands_for_its_intents_and_same_for_the_matter(self, table: Table):
        assert table.decide(after("ask_b"), Parsed("多久")) == Decision("second", "ask_b")
        assert table.decide(after("thank"), Parsed("多久")) is None

    def test_of_several_intents_the_best_ranked_or_the_first(self, table: Table):
        context = Context(said="请问要几号的？")
        assert table.decide(context, parsed("[红](color)的", "ask_b")) == Decision("third", "ask_b")
        assert table.decide(context, parsed("[红](color)的")) == Decision("third", "ask_a")

    @pytest.mark.parametrize(
        "text", ["红的", "[红](color)的有吗", "[红](color)[大](size)", "[大](size)"]
    )
    def test_only_means_that_nothing_else_is_named(self, table: Table, text: str):
        assert table.decide(Context(said="几号"), parsed(text)) is None

    def test_a_rule_without_a_form_rests_inside_one_and_the_other_way_round(self, table: Table):
        inside = Context("ask_b", form="form", asks="slot")
        assert table.decide(inside, Parsed("那个呢")) == Decision("inside", "ask_a")
        assert table.decide(inside, Parsed("多久")) is None
        assert table.decide(Context("ask_b"), Parsed("那个呢")) == Decision("second", "ask_b")

    def test_what_the_form_asks_must_be_what_the_rule_names(self, table: Table):
        other = Context("ask_b", form="form", asks="other")
        assert table.decide(other, Parsed("那个呢")) is None

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"rules": []}, "rules is a list with at least one rule"),
            ({"longest": 0}, "longest is a whole number above 0"),
            ({"longest": True}, "longest is a whole number above 0"),
            ({"other": 1}, "the table has the unknown key 'other'"),
            ({"talk": ["chat"]}, "talk names the unknown intent 'chat'"),
            ({"groups": {"ways": ["ask_c"]}}, "group 'ways' names the unknown intent 'ask_c'"),
            ({"groups": {"ways": ["ask_a"], "ask_a": ["ask_b"]}}, "group 'ask_a' has the name of"),
            ({"phrases": {"soon": ["(多"]}}, "phrase 'soon' has a bad regular expression"),
            ({"phrases": {"soon": ["多?"]}}, "phrase 'soon' matches a message without a word"),
            ({"phrases": {"soon": "多久"}}, "phrase 'soon' needs a list of texts"),
            ({"phrases": {"soon": ["多"], "that": ["那"], "x": ["x"]}}, "phrase 'x' is in no rule"),
            (
                {"phrases": {True: ["好"]}},
                "phrases has the name True, which YAML takes for no text",
            ),
            ({"around": ["("]}, "around has a bad regular expression"),
        ],
    )
    def test_what_is_wrong_with_a_table_is_said(self, change: dict, complaint: str, tmp_path: Path):
        with pytest.raises(ModelError, match=re.escape(complaint)):
            self.read(tmp_path, {**SMALL, **change})

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"intent": "ask_c"}, "rule 'x' names the unknown intent 'ask_c'"),
            ({"intent": "nlu_fallback"}, "rule 'x' names the unknown intent 'nlu_fallback'"),
            ({"intent": ["ask_a", "same"]}, "rule 'x' names the unknown intent 'same'"),
            ({"intent": "same"}, "rule 'x' says 'same' and therefore needs 'after'"),
            ({"after": ["ask_c"]}, "rule 'x' names the unknown intent or group 'ask_c'"),
            ({"after": []}, "rule 'x' needs a list of texts, not []"),
            ({"did": ["utter_b"]}, "rule 'x' names the unknown action 'utter_b'"),
            ({"form": "formula"}, "rule 'x' names the unknown form 'formula'"),
            ({"asks": ["name"]}, "rule 'x' names the unknown slot 'name'"),
            ({"slots": {"name": 1}}, "rule 'x' names the unknown slot 'name'"),
            ({"slots": ["name"]}, "rule 'x' needs names with values"),
            ({"text": ["late"]}, "rule 'x' names the unknown phrase 'late'"),
            ({"only": ["colour"]}, "rule 'x' names the unknown entity 'colour'"),
            ({"said": "["}, "rule 'x' has a bad regular expression"),
            ({"when": "now"}, "rule 5 has the unknown key 'when'"),
            ({"rule": "first"}, "rule 'first' stands there twice"),
            ({"did": None}, "rule 'x' needs a condition on the conversation"),
            ({"text": None}, "rule 'x' needs a condition on the conversation (after, asks"),
            ({"intent": None}, "rule 5 lacks 'intent'"),
        ],
    )
    def test_what_is_wrong_with_a_rule_is_said(self, change: dict, complaint: str, tmp_path: Path):
        rule = {"rule": "x", "did": ["utter_a"], "text": ["soon"], "intent": "ask_a", **change}
        rule = {key: value for key, value in rule.items() if value is not None}
        with pytest.raises(ModelError, match=re.escape(complaint)):
            self.read(tmp_path, {**SMALL, "rules": [*SMALL["rules"], rule]})

    @pytest.mark.parametrize("content", ["rules: [", "\tx", ""])
    def test_what_is_no_table_is_named(self, content: str, tmp_path: Path):
        with pytest.raises(ModelError, match=r"context\.yml"):
            self.read(tmp_path, content)

    def test_a_missing_table_is_named(self, tmp_path: Path):
        with pytest.raises(ModelError, match=r"none\.yml cannot be read"):
            read_table(tmp_path / "none.yml", NAMES)


class TestVocabulary:
    def test_a_domain_may_be_a_folder_and_an_intent_a_mapping(self, tmp_path: Path):
        (tmp_path / "one.yml").write_text("intents: [greet, {thank: {use_entities: []}}]")
        (tmp_path / "two.yml").write_text(
            "slots: {offer: {type: text}}\nforms: {form: {}}\nactions: [action_a]\n"
            "responses: {utter_a: []}\nentities: [color]\n"
        )
        assert read_vocabulary(tmp_path) == Vocabulary(
            intents=frozenset({"greet", "thank"}),
            entities=frozenset({"color"}),
            actions=frozenset({"action_a", "utter_a", "form"}),
            slots=frozenset({"offer"}),
            forms=frozenset({"form"}),
        )

    def test_a_missing_domain_is_named(self, tmp_path: Path):
        with pytest.raises(ModelError, match=r"domain\.yml cannot be read"):
            read_vocabulary(tmp_path / "domain.yml")
