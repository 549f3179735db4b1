from __future__ import annotations

from pathlib import Path

import pytest

from kefu.errors import ExamplesError
from kefu.teaching.reader import read_material
from tests.teaching.conftest import DOMAIN, Project, block


def test_where_everything_stands(project: Project):
    material = read_material([project.folder / "data"], project.folder / "domain.yml")
    assert [(e.text, e.intent, e.place.line) for e in material.examples[:2]] == [
        ("在吗", "greet", 4),
        ("你好", "greet", 5),
    ]
    assert [(label.name, label.place.line) for label in material.labels] == [
        ("greet", 2),
        ("ask_stock", 19),
    ]
    assert [(step.name, step.place.line) for step in material.steps] == [
        ("greet", 5),
        ("greet", 11),
        ("ask_stock", 12),
        ("ask_stock", 15),
        ("nlu_fallback", 17),
    ]
    assert [(said.text, said.place.line) for said in material.spoken] == [("蓝的呢", 14)]
    assert material.domain is not None
    assert [(i.name, i.place.line) for i in material.domain.intents] == [
        ("greet", 3),
        ("ask_stock", 4),
    ]
    assert material.domain.entities == {"color", "size"}


class TestWhatIsBroken:
    """The rest of the data is read all the same."""

    @pytest.mark.parametrize(
        ("content", "line", "words"),
        [
            ("nlu:\n- [\n", 3, "is no YAML"),
            ("nlu:\n- intent: greet\n  examples: |\n    - 再吗亲\n    亲\n", 5, "with a dash"),
            ("nlu:\n- intent: greet\n  examples: |\n    - 再吗亲\n     - 亲\n", 5, "deeper than"),
            ("nlu:\n- intent:\n  examples: |\n    - 再吗亲\n", 2, "intent without a name"),
            ("nlu:\n- intent: greet\n  examples:\n  - txt: 再吗亲\n", 4, "no `text:`"),
            ("nlu:\n- intent: greet\n  metadata: !x 1\n  examples: [{text: 再}]\n", 3, "unknown"),
            ("nlu:\n- greet\n", 2, "is no group"),
            ("nlu: greet\n", 1, "no list under `nlu`"),
            ("nlu:\n- intent: 好\n".encode("gbk"), 2, "is not UTF-8"),
        ],
    )
    def test_yaml(self, project: Project, content: str | bytes, line: int, words: str):
        project.write("data/more.yml", content)
        found = project.found()
        assert len(found) == 1, found
        assert found[0].startswith(f"data/more.yml:{line}: error: This line ")
        assert words in found[0]

    def test_every_broken_line_is_named(self, project: Project):
        lines = ("- 再吗亲", "亲", "- 老板", "在")
        text = "".join(f"      {line}\n" for line in lines)
        project.write("data/more.yml", f"nlu:\n  - intent: greet\n    examples: |\n{text}")
        assert [line.split(": ")[0] for line in project.found()] == [
            "data/more.yml:5",
            "data/more.yml:7",
        ]

    def test_json_lines(self, project: Project):
        rows = ['{"text": "在', '{"text": "有没有人", "intent": "greet"}', '{"text": "在"}']
        project.write("some.jsonl", "\n".join(rows))
        found = project.found("some.jsonl")
        assert [line.split(": This")[0] for line in found] == [
            "some.jsonl:1: error",
            "some.jsonl:3: error",
        ]
        assert found[1].endswith('has no "intent": give its name as a string.')

    def test_a_broken_domain_makes_no_name_unknown(self, project: Project):
        project.write("domain.yml", "intents:\n  - [\n")
        found = project.found()
        assert len(found) == 1
        assert found[0].startswith("domain.yml:3: error: This line is no YAML")

    def test_json_of_rasa_is_not_checked(self, project: Project):
        project.write("data/old.json", '{"rasa_nlu_data": {}}')
        assert project.found() == [
            "data/old.json:1: warning: This file is not checked: where Rasa trains on it, turn it "
            "into YAML with `rasa data convert nlu`."
        ]


class TestFiles:
    def test_a_folder_and_a_file_in_it_are_read_once(self, project: Project):
        assert project.found("data", "data/nlu.yml") == []

    def test_a_domain_in_several_files(self, project: Project):
        intents, entities = DOMAIN.split("entities:\n")
        project.write("domain/intents.yml", intents)
        project.write("domain/more/entities.yaml", "entities:\n" + entities)
        assert project.found(domain="domain") == []

    def test_json_lines_in_a_folder_are_left_to_the_evaluation(self, project: Project):
        project.write("data/some.jsonl", "{")
        assert project.found() == []

    def test_without_a_domain_names_are_not_compared(self, project: Project):
        project.write("data/more.yml", "nlu:\n" + block("thank", "多谢"))
        material = read_material([project.folder / "data"], None)
        assert material.domain is None
        assert material.labels[0].name == "thank"

    @pytest.mark.parametrize(
        ("data", "domain", "words"),
        [
            ("none", "domain.yml", "There is no .*none"),
            ("data", "none.yml", "name the domain's file with --domain"),
            ("empty", "domain.yml", "empty holds no YAML"),
        ],
    )
    def test_what_is_not_there(self, project: Project, data: str, domain: str, words: str):
        (project.folder / "empty").mkdir()
        with pytest.raises(ExamplesError, match=words) as raised:
            project.found(data, domain=domain)
        assert "\n" not in str(raised.value)

    def test_files_elsewhere_are_named_whole(self, project: Project, monkeypatch, tmp_path: Path):
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        project.add("在吗", "greet")
        assert project.found()[0].startswith(f"{tmp_path / 'data' / 'nlu.yml'}:4: warning")
