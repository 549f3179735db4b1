from __future__ import annotations

import json
from pathlib import Path

import pytest

from kefu.errors import ExamplesError
from kefu.evaluation.examples import Example, Span
from kefu.evaluation.reading import read_examples
from kefu.settings import HOME

YAML = """version: "3.1"
nlu:
  - intent: ask_stock
    examples: |
      - [灰](color)的还有吗

      - [37码](size)点不了
  - synonym: 顺丰
    examples: |
      - SF
  - intent: "no"
    metadata:
      source: phone
    examples:
      - text: |
          不用[三件]{"entity": "quantity", "value": "3"}
        metadata: {round: 2}
      - text: 不用
"""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def line(**row: object) -> str:
    return json.dumps(row, ensure_ascii=False)


def complaint(file: Path) -> str:
    with pytest.raises(ExamplesError) as raised:
        read_examples(file)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith(".")
    return str(raised.value)


class TestRasaYaml:
    def test_lines_lists_entities_and_metadata(self, tmp_path: Path):
        assert read_examples(write(tmp_path, "a.yml", YAML)) == [
            Example("灰的还有吗", "ask_stock", frozenset({Span(0, 1, "color")})),
            Example("37码点不了", "ask_stock", frozenset({Span(0, 3, "size")})),
            Example(
                "不用三件", "no", frozenset({Span(2, 4, "quantity")}), {"metadata": {"round": 2}}
            ),
            Example("不用", "no", frozenset(), {"metadata": {"source": "phone"}}),
        ]

    @pytest.mark.parametrize("change", [("\n", "\r\n"), ("", "\ufeff")])
    def test_line_ends_and_a_byte_order_mark_do_not_matter(self, tmp_path: Path, change):
        old, new = change
        changed = YAML.replace(old, new) if old else new + YAML
        plain = read_examples(write(tmp_path, "a.yml", YAML))
        assert read_examples(write(tmp_path, "b.yml", changed)) == plain

    def test_repeated_lines_all_count(self, tmp_path: Path):
        file = write(
            tmp_path, "a.yml", "nlu:\n- intent: a\n  examples: |\n    - 在吗\n    - 在吗\n"
        )
        assert [example.text for example in read_examples(file)] == ["在吗", "在吗"]

    def test_a_retrieval_intent_is_the_one_that_classifiers_learn(self, tmp_path: Path):
        file = write(tmp_path, "a.yml", "nlu:\n- intent: faq/size\n  examples: |\n    - 几码\n")
        assert read_examples(file)[0].intent == "faq"

    def test_the_held_out_sets_are_read_as_rasa_reads_them(self):
        from rasa.shared.nlu.training_data.loading import load_data

        files = (HOME / "tests" / "nlu").glob("*.yml")
        rasas = [each for file in files for each in load_data(str(file)).intent_examples]
        theirs = {
            (
                example.get("text"),
                example.get("intent"),
                frozenset((e["start"], e["end"], e["entity"]) for e in example.get("entities", [])),
            )
            for example in rasas
        }
        ours = read_examples(HOME / "tests" / "nlu")
        assert {(example.text, example.intent, example.spans) for example in ours} == theirs
        assert len(ours) == len(rasas)

    @pytest.mark.parametrize(
        ("content", "number", "words"),
        [
            ("nlu:\n- intent: a\n  examples: |\n    - 在\n\n    吗\n", 6, "a dash"),
            ("nlu:\n- intent: a\n  examples: |\n    - 在\n    - [b]{c}\n", 5, "marks an entity"),
            ("nlu:\n- intent: a\n  examples: |\n    - [b]{'x\": 1}\n", 4, "marks an entity"),
            ("nlu:\n- intent:\n  examples: |\n    - 在\n", 2, "without a name"),
            ("nlu:\n- intent: a\n", 2, "no examples for a"),
            ("nlu:\n- intent: a\n  examples:\n  - txt: 在\n", 4, "no `text:`"),
            ("nlu:\n- just words\n", 2, "no group"),
            ("nlu: words\n", 1, "no list"),
            ("nlu:\n- [\n", 3, "no YAML"),
            ("nlu:\n- a: \x01\n", 2, "no YAML"),
        ],
    )
    def test_what_is_broken_is_named_with_its_line(self, tmp_path, content, number, words):
        file = write(tmp_path, "a.yml", content)
        told = complaint(file)
        assert told.startswith(f"{file}:{number} ")
        assert words in told


class TestJsonLines:
    def test_plain_lines_blank_lines_and_other_keys(self, tmp_path: Path):
        rows = [
            line(text="在吗", intent="greet", id=7),
            "",
            line(text="退了吧", intent="new"),
            "  ",
        ]
        file = write(tmp_path, "a.jsonl", "\ufeff" + "\r\n".join(rows))
        assert read_examples(file) == [
            Example("在吗", "greet", None, {"id": 7}),
            Example("退了吧", "new", None),
        ]

    def test_entities_annotated_none_and_not_annotated(self, tmp_path: Path):
        span = {"start": 0, "end": 2, "entity": "color", "value": "红"}
        rows = [
            line(text="红色", intent="a", entities=[span]),
            line(text="好", intent="a", entities=[]),
            line(text="好", intent="a"),
        ]
        found = read_examples(write(tmp_path, "a.jsonl", "\n".join(rows)))
        assert [each.spans for each in found] == [{Span(0, 2, "color")}, frozenset(), None]

    def test_an_intent_as_rasa_answers_it(self, tmp_path: Path):
        row = line(text="在", intent={"name": "greet", "confidence": 0.9})
        assert read_examples(write(tmp_path, "a.jsonl", row))[0].intent == "greet"

    def test_a_line_separator_inside_a_message_ends_no_line(self, tmp_path: Path):
        row = line(text="在吗\u2028有人\x85没", intent="greet")
        assert len(read_examples(write(tmp_path, "a.jsonl", row))) == 1

    @pytest.mark.parametrize(
        ("broken", "words"),
        [
            ('{"text": "在", "intent": ', "no JSON"),
            ("[" * 100_000, "nested too deeply"),
            ('["在", "greet"]', "no object"),
            (line(intent="a"), 'no "text"'),
            (line(text=3, intent="a"), 'no "text"'),
            (line(text="在"), 'no "intent"'),
            (line(text="在", intent=" "), 'no "intent"'),
            ('{"text": "\\ud83d", "intent": "a"}', "half a character"),
            (line(text="在", intent="a", entities={}), "no list"),
            (line(text="在", intent="a", entities=["在"]), "an entity"),
            (line(text="在", intent="a", entities=[{"start": 0, "end": 1}]), "an entity"),
            (
                line(text="在", intent="a", entities=[{"start": 0, "end": 2, "entity": "b"}]),
                "outside of its text",
            ),
        ],
    )
    def test_what_is_broken_is_named_with_its_line(self, tmp_path: Path, broken: str, words: str):
        file = write(tmp_path, "a.jsonl", f"{line(text='在', intent='a')}\n\n{broken}\n")
        told = complaint(file)
        assert told.startswith(f"{file}:3 ")
        assert words in told


class TestFiles:
    def test_a_folder_is_read_whole_and_in_order(self, tmp_path: Path):
        write(tmp_path, "b/two.jsonl", line(text="二", intent="a"))
        write(tmp_path, "a.yaml", "nlu:\n- intent: a\n  examples: |\n    - 一\n")
        write(tmp_path, "stories.yml", "stories: []\n")
        write(tmp_path, "notes.txt", "{")
        write(tmp_path, ".hidden/c.jsonl", "{")
        assert [example.text for example in read_examples(tmp_path)] == ["一", "二"]

    @pytest.mark.parametrize("name", ["messages.json", "messages", "messages.txt"])
    def test_another_suffix_is_read_as_what_it_looks_like(self, tmp_path: Path, name: str):
        assert len(read_examples(write(tmp_path, name, line(text="在", intent="a")))) == 1
        assert len(read_examples(write(tmp_path, name, YAML))) == 4

    def test_another_encoding_is_named_with_its_line(self, tmp_path: Path):
        file = write(tmp_path, "a.jsonl", b"\n" + line(text="在", intent="a").encode("gbk"))
        assert complaint(file).startswith(f"{file}:2 is not UTF-8")

    @pytest.mark.parametrize("content", ["", "\n \n", "version: '3.1'\n", "nlu:\n"])
    def test_nothing_to_score(self, tmp_path: Path, content: str):
        assert "no labelled messages" in complaint(write(tmp_path, "a.yml", content))

    def test_nothing_there(self, tmp_path: Path):
        assert "There is no" in complaint(tmp_path / "none.jsonl")
