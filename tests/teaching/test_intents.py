from __future__ import annotations

import json

import pytest

from tests.teaching.conftest import ASK_STOCK, DOMAIN, GREET, STORIES, Project, block


def test_a_project_without_a_fault(project: Project):
    assert project.found() == []


class TestNumberOfExamples:
    def nlu(self, project: Project, greetings: str) -> None:
        project.write("data/nlu.yml", "nlu:\n" + block("ask_stock", ASK_STOCK))
        project.write("data/more.yml", "nlu:\n" + block("greet", greetings))

    def test_one(self, project: Project):
        self.nlu(project, "在吗")
        assert project.found() == [
            "data/more.yml:2: error: The intent greet has one example, which can be neither held "
            "out nor generalised: write at least 15 that differ."
        ]

    def test_the_same_one_again_is_no_second(self, project: Project):
        self.nlu(project, "在吗\n在吗？")
        assert "greet has one example" in project.found()[0]

    @pytest.mark.parametrize("count", [2, 14])
    def test_few(self, project: Project, count: int):
        self.nlu(project, "\n".join(GREET.splitlines()[:count]))
        assert project.found() == [
            f"data/more.yml:2: warning: The intent greet has only {count} examples: "
            "write at least 15 that differ."
        ]

    def test_enough(self, project: Project):
        self.nlu(project, GREET)
        assert project.found() == []

    def test_they_are_counted_over_all_blocks_and_files(self, project: Project):
        lines = GREET.splitlines()
        self.nlu(project, "\n".join(lines[:8]))
        project.write("data/deep/other.yaml", "nlu:\n" + block("greet", "\n".join(lines[8:])))
        assert project.found() == []

    def test_json_lines_teach_nothing(self, project: Project):
        self.nlu(project, "在吗")
        row = json.dumps({"text": "有没有人", "intent": "greet"})
        project.write("more.jsonl", row)
        assert "greet has one example" in project.found("data", "more.jsonl")[0]

    def test_none(self, project: Project):
        project.write("data/nlu.yml", "nlu:\n" + block("ask_stock", ASK_STOCK))
        project.write("data/stories.yml", "stories: []\n")
        assert project.found() == [
            "domain.yml:3: error: The intent greet has no example: write at least 15, or take it "
            "out."
        ]

    def test_intents_of_rasa_itself_need_none(self, project: Project):
        project.write("domain.yml", DOMAIN.replace("  - greet\n", "  - greet\n  - nlu_fallback\n"))
        assert project.found() == []

    def test_nothing_at_all(self, project: Project):
        project.write("data/nlu.yml", "nlu: []\n")
        project.write("data/stories.yml", "stories: []\n")
        assert [line.split(" error")[0] for line in project.found()] == [
            "domain.yml:3:",
            "domain.yml:4:",
        ]

    def test_an_evaluation_set_need_not_have_every_intent(self, project: Project):
        project.write("some.jsonl", json.dumps({"text": "有没有人", "intent": "greet"}))
        assert project.found("some.jsonl") == []


class TestBlocks:
    @pytest.mark.parametrize("examples", ["", " |\n", " |\n\n\n", " []", " ''"])
    def test_without_a_line(self, project: Project, examples: str):
        project.write("data/more.yml", f"nlu:\n  - intent: greet\n    examples:{examples}\n")
        assert project.found() == [
            "data/more.yml:2: error: This line has no examples for greet: write `examples: |`."
        ]

    def test_with_an_empty_line(self, project: Project):
        project.add("\n", "greet")
        assert project.found() == [
            "data/more.yml:4: warning: This example is empty: write the message, or delete the "
            "line."
        ]

    def test_a_block_of_empty_lines_teaches_nothing(self, project: Project):
        project.write("domain.yml", DOMAIN.replace("  - greet\n", "  - greet\n  - thank\n"))
        project.add("\n", "thank")
        assert "The intent thank has no example" in "".join(project.found())


class TestUnknownInData:
    def test_it_is_named_at_its_block(self, project: Project):
        project.add("\n".join(f"{line}啊" for line in GREET.splitlines()), "gret")
        assert project.found() == [
            'data/more.yml:2: error: The domain has no intent "gret": add it to the domain\'s '
            "intents, or write greet."
        ]

    def test_out_of_scope_is_in_every_domain(self, project: Project):
        project.add(
            "\n".join(f"今天{day}天气咋样" for day in "一二三四五六日上下前后大小长短"),
            "out_of_scope",
        )
        assert project.found() == []

    def test_a_retrieval_intent_is_known_by_what_stands_before_the_slash(self, project: Project):
        project.add("还有几个", "ask_stock/left")
        assert project.found() == []

    def test_in_json_lines_once_a_name(self, project: Project):
        rows = [{"text": text, "intent": "bargain"} for text in ("便宜点", "少十块")]
        project.write("some.jsonl", "\n".join(json.dumps(row) for row in rows))
        assert project.found("some.jsonl") == [
            'some.jsonl:1: error: The domain has no intent "bargain": add it to the domain\'s '
            "intents."
        ]


class TestStories:
    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            ("      - intent: greet\n      - action", "      - intent: thank\n      - action", 5),
            ("          - intent: ask_stock\n", "          - intent: thank\n", 12),
            ("        intent: ask_stock\n", "        intent: thank\n", 15),
            (
                '      - user: "[蓝](color)的呢"\n        intent: ask_stock',
                "      - user: /thank",
                14,
            ),
            ("      - intent: nlu_fallback", "      - intent: /thank{}", 17),
        ],
    )
    def test_an_intent_that_the_domain_does_not_list(self, project, old, new, line):
        assert old in STORIES
        project.write("data/stories.yml", STORIES.replace(old, new))
        found = project.found()
        assert len(found) == 1, found
        assert found[0].startswith(f"data/stories.yml:{line}: error: The domain has no intent")
        assert '"thank' in found[0]

    def test_every_place_is_named(self, project: Project):
        project.write("data/stories.yml", STORIES.replace("intent: ask_stock", "intent: bargain"))
        assert [line.split(": ")[0] for line in project.found()] == [
            "data/stories.yml:12",
            "data/stories.yml:15",
        ]

    def test_an_intent_without_an_example(self, project: Project):
        project.write("data/nlu.yml", "nlu:\n" + block("greet", GREET))
        assert project.found() == [
            "data/stories.yml:12: error: No message can lead here, for the intent ask_stock has no "
            "example: write at least 15.",
            "domain.yml:4: error: The intent ask_stock has no example: write at least 15, or take "
            "it out.",
        ]

    def test_an_end_to_end_text_has_no_intent(self, project: Project):
        changed = STORIES.replace("        intent: ask_stock\n", "")
        assert changed != STORIES
        project.write("data/stories.yml", changed)
        assert project.found() == []

    def test_a_step_without_a_name(self, project: Project):
        project.write("data/stories.yml", STORIES.replace("nlu_fallback", ""))
        assert project.found() == [
            "data/stories.yml:17: error: This line has a step without an intent: write one after "
            "`intent:`."
        ]

    def test_another_shape_is_for_rasa_to_refuse(self, project: Project):
        project.write("data/stories.yml", "stories:\n  steps: 3\nrules:\n- 1\n- steps: [a, [b]]\n")
        assert project.found() == []
