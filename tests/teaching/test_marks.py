from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.evaluation.rasa_yaml import read_marks
from kefu.teaching import marks
from kefu.teaching.findings import Finding, Place
from kefu.teaching.material import Domain, Material, Utterance
from tests.teaching.conftest import Project


def the_one(project: Project, place: str = "data/more.yml:4") -> str:
    """The only finding there is, without its place."""
    found = project.found()
    assert len(found) == 1, found
    assert found[0].startswith(f"{place}: ")
    assert found[0].endswith(".")
    return found[0].removeprefix(f"{place}: ")


@pytest.mark.parametrize(
    "message",
    [
        "[红色](color)的[37码](size)有没有啊",
        '[红]{"entity": "color", "value": "红色"}的有没有啊',
        "[红](color:红色)的有没有啊",
        "（红色）(那款)有没有啊",
        "【红色】的有没有啊",
        "红色(大红)有没有啊",
    ],
)
def test_whole_marks_and_other_brackets_are_fine(project: Project, message: str):
    project.add(message)
    assert project.found() == []


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("要[红色](", '"]("'),
        ("要[红色](color 的", '"](color 的"'),
        ("要红色](color)的", '"](color)的"'),
        ("要[红色]()的", '"]()的"'),
        ("要[](color)的", '"[](color)的"'),
        ("要[红色] (color)的", '"(color)的"'),
        ("要[红色]（color）的", '"（color）的"'),
        ("要【红色】(color)的", '"(color)的"'),
        ("要[红色](color)的[大号](", '"]("'),
        ('要[红色]｛"entity": "color"}', '"｛"entity": "color"}"'),
    ],
)
def test_a_broken_mark(project: Project, message: str, named: str):
    project.add(message)
    told = the_one(project)
    assert told.startswith(f"error: There is a broken mark at {named}: write [words](entity)")


@pytest.mark.parametrize("mark", ["{color}", "{'entity': 'color'}", '{"value": "红"}'])
def test_a_mark_that_rasa_cannot_read(project: Project, mark: str):
    project.add(f"[红]{mark}的有没有啊")
    assert the_one(project).startswith("error: This line marks an entity in a way")


@pytest.mark.parametrize("words", ["[微笑]", "[", "]"])
def test_brackets_that_mark_nothing_may_be_meant(project: Project, words: str):
    project.add(f"还有没有啊{words}")
    assert the_one(project).startswith(f'warning: "{words}" marks nothing: write [words](entity)')


def test_marks_inside_one_another(project: Project):
    project.add("要[大[红](color)](size)的")
    assert the_one(project).startswith("error: Marks cannot stand inside one another: take one out")


def test_a_pair_of_brackets_that_rasa_takes_for_a_mark(project: Project):
    """`[words][{…}, {…}]` gives words several types; without any, Rasa drops what is there."""
    project.add("这个[图片][图片]还有没有")
    assert the_one(project).startswith('error: Rasa takes "[图片][图片]" for a mark and drops')


def test_a_mark_over_nothing_but_blanks(project: Project):
    project.add("要[ ](color)的")
    assert the_one(project) == "error: A mark for color holds no words: take it out."


@pytest.mark.parametrize("words", [" 红色", "红色 ", "　红色"])
def test_a_mark_with_a_blank_at_its_end(project: Project, words: str):
    project.add(f"要[{words}](color)的")
    assert the_one(project).startswith(f'warning: The mark "{words}" (color) begins or ends with')


def test_an_entity_that_the_domain_does_not_list(project: Project):
    project.add("[红](colour)的还有吗，[绿](colour)的呢")
    assert the_one(project) == (
        'error: The domain has no entity "colour": add it to the domain\'s entities, '
        "or write color."
    )


def test_an_entity_nothing_like_those_of_the_domain(project: Project):
    project.add("[顺丰](courier)有没有啊")
    assert the_one(project).endswith("add it to the domain's entities.")


class TestOverlaps:
    def test_two_types_for_the_same_words(self, project: Project):
        project.add('要[深红][{"entity": "color"}, {"entity": "size"}]的')
        assert the_one(project) == (
            'error: The entities "深红" (color) and "深红" (size) overlap: keep one of them.'
        )

    @pytest.mark.parametrize(
        ("second", "overlap"), [((1, 3), True), ((0, 1), True), ((2, 3), False), ((3, 4), False)]
    )
    def test_in_json_lines(self, project: Project, second: tuple[int, int], overlap: bool):
        entities = [
            {"start": 0, "end": 2, "entity": "color"},
            {"start": second[0], "end": second[1], "entity": "size"},
        ]
        row = {"text": "深红大号还有吗", "intent": "ask_stock", "entities": entities}
        project.write("tests.jsonl", "\n" + json.dumps(row))
        found = project.found("tests.jsonl")
        assert len(found) == overlap
        assert all(line.startswith("tests.jsonl:2: error: The entities") for line in found)


class TestAlignment:
    @pytest.mark.parametrize(
        ("message", "words", "token"),
        [
            ("第1[23](size)45个", "23", "12345"),
            ("第[12](size)345个", "12", "12345"),
            ("要[3](size)7码的", "3", "37"),
            ("要[1](size).5米的", "1", "1.5"),
            ("要iPho[ne](color)的", "ne", "iPhone"),
            ("要[X](size)L的", "X", "XL"),
            ("要K4[0](size)的", "0", "K40"),
            ("要[红k](color)g的", "红k", "kg"),
        ],
    )
    def test_a_mark_that_cuts_a_number_or_a_word(self, project, message, words, token):
        project.add(message)
        entity = "color" if "(color)" in message else "size"
        assert the_one(project) == (
            f'warning: The entity "{words}" ({entity}) cuts the token "{token}": mark the whole '
            "word or number, or none of it."
        )

    def test_two_marks_that_share_a_number(self, project: Project):
        project.add("[41](size)[42](size)都要")
        told = project.found()
        assert [line.split(" cuts ")[0].split("entity ")[1] for line in told] == [
            '"41" (size)',
            '"42" (size)',
        ]

    @pytest.mark.parametrize(
        "message",
        [
            "要[37码](size)的",
            "要37[码](size)的",
            "[3](size)件[1.5](size)米",
            "[iPhone](color) 15",
            "[XL](size)、[L](size)",
            "要12。[5](size)个",
        ],
    )
    def test_whole_tokens_are_fine(self, project: Project, message: str):
        project.add(message)
        assert project.found() == []


def test_texts_in_stories_are_looked_at_too(project: Project):
    project.write(
        "data/more.yml",
        "stories:\n- story: one\n  steps:\n  - user: 要[X](colour)L的\n    intent: ask_stock\n",
    )
    found = project.found()
    assert [line.split(": ")[0] for line in found] == ["data/more.yml:4"] * 2
    assert "no entity" in found[0]
    assert "cuts the token" in found[1]


CHECKS = (
    marks.broken_marks,
    marks.empty_marks,
    marks.unknown_entities,
    marks.overlapping_entities,
    marks.misaligned_entities,
)
PARTS = st.lists(
    st.tuples(
        st.text("红色大号（）的吗，", min_size=1),
        st.sampled_from(["", "(color)", '{"entity":"size"}']),
    ),
    min_size=1,
)


def written(parts: list[tuple[str, str]]) -> str:
    return "".join(f"[{words}]{kind}" if kind else words for words, kind in parts)


def findings(marked: str) -> list[Finding]:
    text, spans = read_marks(marked)
    said = Utterance(Place(Path("a.yml"), 1), text, spans, marked, "greet")
    domain = Domain([], frozenset({"color", "size"}))
    material = Material([said], [], [], [], domain, True, [])
    return [finding for check in CHECKS for finding in check(material)]


@given(PARTS)
def test_whatever_is_marked_by_the_rules_is_fine(parts: list[tuple[str, str]]):
    assert findings(written(parts)) == []


@given(PARTS, st.sampled_from("[]"), st.data())
def test_one_bracket_too_many_is_always_found(parts, bracket: str, data):
    line = written(parts)
    place = data.draw(st.integers(0, len(line)))
    broken = line[:place] + bracket + line[place:]
    try:
        found = findings(broken)
    except ValueError:  # Rasa cannot read it, which the reader tells
        return
    assert found != []
