import io
import json
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest

from kefu.errors import ModelError, TrainingDataError
from kefu.settings import load_settings
from kefu.training import ModelShelf, check_model


def archive(path: Path, **metadata: object) -> Path:
    """A file shaped like a trained model: metadata and one component."""
    content = {
        "metadata.json": json.dumps({"rasa_open_source_version": version("rasa"), **metadata}),
        "components/weights.txt": "".join(str(number**3) for number in range(5000)),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as file:
        for name, text in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            file.addfile(member, io.BytesIO(text.encode()))
    return path


NLU = """nlu:
- intent: greet
  examples: |
    - 在吗
    - 你好
"""
TRAINER = """
import json, os, shutil, sys
from pathlib import Path
print("2026-11-20 23:49:19 INFO     x  - Epochs: 100%")
count = Path("count"); count.write_text(str(int(count.read_text()) + 1 if count.exists() else 1))
Path("cache").write_text(os.environ["RASA_CACHE_DIRECTORY"])
shutil.copy("made.tar.gz", f"models/{sys.argv[2]}.tar.gz")
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name, text in {
        "config.yml": "language: zh",
        "domain.yml": "intents: [greet]",
        "data/nlu/talk.yml": NLU,
        "kefu/nlu/tokenizer.py": "# one",
        "kefu/encoder/pretrain/run.py": "# one",
        "models/encoder/model.safetensors": "weights",
        "trainer.py": TRAINER,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    archive(tmp_path / "made.tar.gz")
    return tmp_path


@pytest.fixture
def shelf(home: Path) -> ModelShelf:
    settings = load_settings(encoder=str(home / "models/encoder"))
    return ModelShelf(settings, home, trainer=[sys.executable, "trainer.py"])


class TestFreshness:
    def test_nothing_changed_same_fingerprint(self, shelf: ModelShelf):
        assert shelf.fingerprint == shelf.fingerprint

    @pytest.mark.parametrize(
        "file",
        [
            "config.yml",
            "domain.yml",
            "data/nlu/talk.yml",
            "data/stories/new.yml",
            "kefu/nlu/tokenizer.py",
            "models/encoder/model.safetensors",
        ],
    )
    def test_what_a_model_is_made_from_changes_it(self, shelf: ModelShelf, home: Path, file: str):
        before = shelf.fingerprint
        (home / file).parent.mkdir(exist_ok=True)
        (home / file).write_text("another")
        assert shelf.fingerprint != before

    @pytest.mark.parametrize("file", ["kefu/encoder/pretrain/run.py", "README.md"])
    def test_anything_else_does_not(self, shelf: ModelShelf, home: Path, file: str):
        before = shelf.fingerprint
        (home / file).write_text("another")
        assert shelf.fingerprint == before

    def test_moving_a_line_to_another_file_changes_it(self, shelf: ModelShelf, home: Path):
        before = shelf.fingerprint
        (home / "data/nlu/talk.yml").rename(home / "data/nlu/chat.yml")
        assert shelf.fingerprint != before


class TestTraining:
    def test_it_trains_once_and_never_again_for_the_same_data(self, shelf: ModelShelf, home: Path):
        lines: list[str] = []
        model = shelf.ensure(lines.append)
        assert model == shelf.fitting()
        assert [line.rsplit("  - ")[-1] for line in lines] == ["Epochs: 100%"]
        assert shelf.ensure() == model
        assert (home / "count").read_text() == "1"

    def test_changed_data_means_a_new_model(self, shelf: ModelShelf, home: Path):
        first = shelf.ensure()
        (home / "domain.yml").write_text("intents: [greet, nlu_fallback]")
        assert shelf.ensure() != first
        assert (home / "count").read_text() == "2"

    def test_force_trains_although_one_fits(self, shelf: ModelShelf, home: Path):
        shelf.ensure()
        shelf.ensure(force=True)
        assert (home / "count").read_text() == "2"

    def test_other_machinery_gets_another_cache(self, shelf: ModelShelf, home: Path):
        shelf.ensure()
        before = Path((home / "cache").read_text())
        before.mkdir(parents=True)
        (home / "kefu/nlu/tokenizer.py").write_text("# two")
        shelf.ensure()
        assert Path((home / "cache").read_text()) != before
        assert not before.exists()

    def test_the_last_three_models_stay_and_those_of_people_always(
        self, shelf: ModelShelf, home: Path
    ):
        own = archive(home / "models" / "20261120-mine.tar.gz")
        for round_ in range(5):
            (home / "domain.yml").write_text(f"intents: [greet]\nentities: [e{round_}]")
            newest = shelf.ensure()
        assert len(shelf.ours()) == 3
        assert newest in shelf.ours()
        assert own.exists()

    def test_data_with_an_error_is_shown_and_not_learned(self, shelf: ModelShelf, home: Path):
        file = home / "data/nlu/more.yml"
        file.write_text("nlu:\n- intent: gret\n  examples: |\n    - 您好\n    - 喂\n")
        lines: list[str] = []
        with pytest.raises(TrainingDataError, match=r"more\.yml:2: mend what `kefu check` lists"):
            shelf.ensure(warn=lines.append)
        assert [line.split(": ")[1] for line in lines] == ["error", "warning", "warning"]
        assert lines[0].startswith(f'{file}:2: error: The domain has no intent "gret"')
        assert not (home / "count").exists()

    def test_data_with_a_warning_is_learned(self, shelf: ModelShelf, home: Path):
        lines: list[str] = []
        assert shelf.ensure(warn=lines.append).exists()
        assert [line.split(": ")[:2] for line in lines] == [
            [f"{home / 'data/nlu/talk.yml'}:2", "warning"]
        ]

    def test_data_are_not_looked_at_again_while_a_model_fits(self, shelf: ModelShelf):
        shelf.ensure()
        lines: list[str] = []
        shelf.ensure(warn=lines.append)
        assert lines == []

    def test_a_project_without_a_domain_is_checked_without_it(self, shelf: ModelShelf, home: Path):
        (home / "domain.yml").unlink()
        assert shelf.ensure().exists()

    def test_a_failed_training_says_why(self, shelf: ModelShelf, home: Path):
        (home / "trainer.py").write_text("print('Intent greet is unknown'); raise SystemExit(1)")
        with pytest.raises(ModelError) as raised:
            shelf.ensure()
        assert "exit code 1" in str(raised.value)
        assert "Intent greet is unknown" in str(raised.value)

    def test_without_data_there_is_nothing_to_train_from(self, shelf: ModelShelf, home: Path):
        (home / "config.yml").unlink()
        with pytest.raises(ModelError, match=r"config\.yml is missing"):
            shelf.ensure()


class TestCheckingAModel:
    def test_a_whole_one_tells_its_metadata(self, tmp_path: Path):
        assert (
            check_model(archive(tmp_path / "m.tar.gz", trained_at="today"))["trained_at"] == "today"
        )

    def test_a_missing_one(self, tmp_path: Path):
        with pytest.raises(ModelError, match=r"There is no model at .*: run `kefu train`"):
            check_model(tmp_path / "m.tar.gz")

    @pytest.mark.parametrize("kept", [0, 10, 0.5, 0.95])
    def test_one_that_was_cut_off(self, tmp_path: Path, kept: float):
        model = archive(tmp_path / "m.tar.gz")
        content = model.read_bytes()
        model.write_bytes(content[: int(kept if kept >= 1 else kept * len(content))])
        with pytest.raises(ModelError, match="is damaged: delete that file") as raised:
            check_model(model)
        assert "\n" not in str(raised.value)

    def test_one_with_flipped_bits(self, tmp_path: Path):
        model = archive(tmp_path / "m.tar.gz")
        content = bytearray(model.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 20] = bytes(byte ^ 0xFF for byte in content[middle : middle + 20])
        model.write_bytes(content)
        with pytest.raises(ModelError, match="is damaged"):
            check_model(model)

    def test_something_else_altogether(self, tmp_path: Path):
        model = tmp_path / "m.tar.gz"
        model.write_text("<html>404</html>")
        with pytest.raises(ModelError, match="is damaged"):
            check_model(model)

    def test_an_archive_without_metadata(self, tmp_path: Path):
        model = tmp_path / "m.tar.gz"
        with tarfile.open(model, "w:gz") as file:
            file.addfile(tarfile.TarInfo("empty"), io.BytesIO())
        with pytest.raises(ModelError, match="is damaged"):
            check_model(model)

    def test_one_of_another_rasa(self, tmp_path: Path):
        model = archive(tmp_path / "m.tar.gz", rasa_open_source_version="3.1.0")
        with pytest.raises(ModelError, match=r"made by Rasa 3\.1\.0"):
            check_model(model)

    def test_a_damaged_one_is_not_trained_over(self, shelf: ModelShelf):
        shelf.fitting().parent.mkdir(exist_ok=True)
        shelf.fitting().write_bytes(b"\x1f\x8b")
        with pytest.raises(ModelError, match="is damaged"):
            shelf.ensure()
