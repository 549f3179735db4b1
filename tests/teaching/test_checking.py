from __future__ import annotations

import pytest

from kefu.errors import TrainingDataError
from kefu.settings import HOME
from kefu.teaching.checking import approve, count, examine
from kefu.teaching.findings import Severity
from kefu.teaching.marks import misaligned_entities
from kefu.teaching.material import Material
from kefu.teaching.reader import read_material
from tests.teaching.conftest import Project


class TestApproval:
    def shown(self, project: Project) -> list[str]:
        lines: list[str] = []
        approve([project.folder / "data"], project.folder / "domain.yml", lines.append)
        return lines

    def test_data_without_a_fault(self, project: Project):
        assert self.shown(project) == []

    def test_warnings_are_shown_and_stop_nothing(self, project: Project):
        project.add("要[X](size)L的")
        assert [line[:24] for line in self.shown(project)] == ["data/more.yml:4: warning"]

    def test_an_error_stops(self, project: Project):
        project.add("要[X](colour)L的")
        lines: list[str] = []
        with pytest.raises(TrainingDataError) as raised:
            approve([project.folder / "data"], project.folder / "domain.yml", lines.append)
        assert str(raised.value) == (
            "The training data has an error at data/more.yml:4: mend what `kefu check` lists and "
            "train again."
        )
        assert [line.split(": ")[1] for line in lines] == ["error", "warning"]

    def test_of_many_findings_the_errors_are_shown(self, project: Project):
        project.add("\n".join(f"{n}，要[X](size)L的" for n in range(40)))
        project.write("data/z.yml", "nlu:\n- intent: greet\n- intent: greet\n")
        lines: list[str] = []
        with pytest.raises(TrainingDataError, match=r"at data/z\.yml:2 and 1 more: mend"):
            approve([project.folder / "data"], project.folder / "domain.yml", lines.append)
        assert [line.split(": ")[1] for line in lines[:3]] == ["error", "error", "warning"]
        assert len(lines) == 31
        assert lines[-1] == "… and 12 more: `kefu check` lists all of them."


def test_findings_go_by_file_and_line(project: Project):
    project.write("data/a.yml", "nlu:\n- intent: greet\n- intent: gret\n  examples: []\n")
    places = [line.split(": ")[0] for line in project.found()]
    assert places == ["data/a.yml:2", "data/a.yml:3", "data/a.yml:3"]


@pytest.mark.parametrize(
    ("message", "counted"),
    [
        ("还有没有啊", "0 errors, 0 warnings"),
        ("[红](colour)的", "1 error, 0 warnings"),
        ("[X](size)L", "0 errors, 1 warning"),
    ],
)
def test_how_many(project: Project, message: str, counted: str):
    project.add(message)
    material = read_material([project.folder / "data"], project.folder / "domain.yml")
    assert count(examine(material)) == counted


class TestTheProjectsOwnData:
    @pytest.fixture(scope="class")
    def material(self) -> Material:
        return read_material([HOME / "data"], HOME / "domain.yml")

    def test_has_no_error(self, material: Material):
        errors = [str(f) for f in examine(material) if f.severity is Severity.ERROR]
        assert errors == []

    def test_marks_whole_tokens(self, material: Material):
        assert [str(finding) for finding in misaligned_entities(material)] == []
