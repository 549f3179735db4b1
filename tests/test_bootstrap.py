"""The shell scripts that make the environment, on machines made of temporary folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kefu.settings import HOME

PYTHON_310 = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
TOOLS = ("bash", "cat", "cksum", "dirname", "env", "grep", "mkdir", "mktemp", "rm", "tr", "uname")

SHIM = "#!/bin/sh\necho 'pyenv: python3.10: command not found' >&2\nexit 127\n"
OTHER_VERSION = "#!/bin/sh\nexit 1\n"  # what the probe answers for a Python that is not 3.10

UV = f"""#!/bin/sh
echo "$@" >> "$UV_CALLS"
case "$*" in
    --version) echo "uv 0.0" ;;
    "python install"*) exit ${{UV_PYTHON_INSTALL:-1}} ;;
    "python find"*) echo {PYTHON_310} ;;
    venv*) for last; do :; done; {PYTHON_310} -m venv --without-pip "$last" ;;
    "pip sync"*) exit ${{UV_SYNC:-0}} ;;
    *--torch-backend*) exit ${{UV_TORCH_BACKEND:-0}} ;;
esac
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def link(path: Path, target: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    return path


class Machine:
    """A PATH, a home and a file system root that hold only what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.home, self.root = folder / "bin", folder / "home", folder / "root"
        self.project = folder / "project"
        for each in (self.bin, self.home, self.root, self.project):
            each.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            link(self.bin / tool, Path(found))
        for part in ("scripts", "requirements"):
            shutil.copytree(HOME / part, self.project / part)
        shutil.copy(HOME / "pyproject.toml", self.project)
        self.uv_calls = folder / "uv-calls.txt"

    def run(self, script: str, *arguments: str, **environment: str):
        return subprocess.run(
            [self.project / "scripts" / script, *arguments],
            env={
                "PATH": str(self.bin),
                "HOME": str(self.home),
                "KEFU_ROOT": str(self.root),
                "UV_CALLS": str(self.uv_calls),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def found(self, **environment: str) -> str:
        done = self.run("bootstrap.sh", "--print-python", **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def calls(self) -> list[str]:
        text = self.uv_calls.read_text() if self.uv_calls.exists() else ""
        self.uv_calls.unlink(missing_ok=True)
        return [call for call in text.splitlines() if call != "--version"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


class TestFindingPython:
    def test_python310_on_the_path(self, machine: Machine):
        link(machine.bin / "python3.10", PYTHON_310)
        assert Path(machine.found()).resolve() == PYTHON_310

    def test_hidden_behind_shims_that_fail(self, machine: Machine):
        for name in ("python3.10", "python3", "python"):
            program(machine.bin / name, SHIM)
        real = link(machine.home / ".pyenv/versions/3.10.13/bin/python3.10", PYTHON_310)
        assert machine.found() in (str(real), str(PYTHON_310))

    def test_under_the_plain_name_after_another_version(self, machine: Machine):
        program(machine.bin / "python3", OTHER_VERSION)
        link(machine.bin / "python", PYTHON_310)
        assert Path(machine.found()).resolve() == PYTHON_310

    def test_a_second_one_on_the_path_when_the_first_is_broken(self, machine: Machine):
        program(machine.bin / "python3.10", SHIM)
        link(machine.root / "tools" / "python3.10", PYTHON_310)
        path = f"{machine.bin}{os.pathsep}{machine.root / 'tools'}"
        assert Path(machine.found(PATH=path)).resolve() == PYTHON_310

    @pytest.mark.parametrize("place", ["usr/bin", "usr/local/bin", "opt/python-3.10/bin"])
    def test_in_a_usual_place_that_is_not_on_the_path(self, machine: Machine, place: str):
        link(machine.root / place / "python3.10", PYTHON_310)
        assert Path(machine.found()).resolve() == PYTHON_310

    def test_the_one_that_the_user_names(self, machine: Machine):
        program(machine.bin / "python3.10", SHIM)
        assert Path(machine.found(KEFU_PYTHON=str(PYTHON_310))).resolve() == PYTHON_310

    def test_a_wrong_one_that_the_user_names_is_refused(self, machine: Machine):
        link(machine.bin / "python3.10", PYTHON_310)
        wrong = program(machine.home / "mine", OTHER_VERSION)
        done = machine.run("bootstrap.sh", "--print-python", KEFU_PYTHON=str(wrong))
        assert done.returncode == 1
        assert f"KEFU_PYTHON={wrong} is no working Python 3.10" in done.stderr
        assert len(done.stderr.splitlines()) == 1

    def test_none_at_all_is_said_in_one_line(self, machine: Machine):
        program(machine.bin / "python3.10", SHIM)
        done = machine.run("bootstrap.sh", "--print-python")
        assert done.returncode == 1
        assert "no working Python 3.10" in done.stderr
        assert "pyenv install 3.10" in done.stderr
        assert len(done.stderr.splitlines()) == 1


class TestMakingTheEnvironment:
    @pytest.fixture
    def machine(self, tmp_path: Path) -> Machine:
        machine = Machine(tmp_path)
        link(machine.bin / "python3.10", PYTHON_310)
        program(machine.bin / "uv", UV)
        return machine

    def test_everything_is_installed_with_hashes(self, machine: Machine):
        done = machine.run("bootstrap.sh", "runtime")
        assert done.returncode == 0, done.stderr
        sync = next(call for call in machine.calls() if call.startswith("pip sync"))
        assert "--require-hashes" in sync
        assert sync.endswith("requirements/runtime.txt")

    def test_rasa_gets_our_defaults_from_the_environment_itself(self, machine: Machine):
        machine.run("bootstrap.sh", "runtime")
        (hook,) = (machine.project / ".venv").rglob("kefu_environment.pth")
        assert hook.name > "__editable__.kefu-0.1.0.pth"
        shutil.copytree(HOME / "kefu", hook.parent / "kefu")
        done = subprocess.run(
            [machine.project / ".venv/bin/python", "-c", "import os; print(os.environ['USE_TF'])"],
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout.strip(), done.stderr) == ("0", "")

    def test_the_second_time_nothing_is_done(self, machine: Machine):
        machine.run("bootstrap.sh", "runtime")
        machine.calls()
        done = machine.run("bootstrap.sh", "runtime")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert machine.calls() == []

    def test_changed_requirements_are_installed(self, machine: Machine):
        machine.run("bootstrap.sh", "runtime")
        machine.calls()
        with (machine.project / "requirements/runtime.txt").open("a") as file:
            file.write("# another pin\n")
        machine.run("bootstrap.sh", "runtime")
        assert any(call.startswith("pip sync") for call in machine.calls())

    def test_the_tools_of_make_test_satisfy_make_run(self, machine: Machine):
        machine.run("bootstrap.sh", "dev")
        machine.calls()
        machine.run("bootstrap.sh", "runtime")
        assert machine.calls() == []

    def test_make_run_never_takes_the_tools_away(self, machine: Machine):
        machine.run("bootstrap.sh", "dev")
        machine.calls()
        with (machine.project / "requirements/dev.txt").open("a") as file:
            file.write("# another pin\n")
        machine.run("bootstrap.sh", "runtime")
        assert any(call.endswith("requirements/dev.txt") for call in machine.calls())

    def test_an_environment_of_another_python_is_made_anew(self, machine: Machine):
        program(machine.project / ".venv/bin/python", OTHER_VERSION)
        done = machine.run("bootstrap.sh", "runtime")
        assert done.returncode == 0, done.stderr
        assert (machine.project / ".venv/bin/python").resolve() == PYTHON_310

    def test_the_mirror_that_pip_uses_is_handed_to_uv(self, machine: Machine):
        program(machine.bin / "uv", UV.replace('echo "$@"', 'echo "$UV_DEFAULT_INDEX $@"'))
        machine.run("bootstrap.sh", "runtime", PIP_INDEX_URL="https://mirror.example/simple")
        sync = next(call for call in machine.calls() if "pip sync" in call)
        assert sync.startswith("https://mirror.example/simple ")

    def test_a_missing_python_is_fetched(self, machine: Machine):
        (machine.bin / "python3.10").unlink()
        done = machine.run("bootstrap.sh", "runtime", UV_PYTHON_INSTALL="0")
        assert done.returncode == 0, done.stderr
        assert machine.calls()[0] == "python install 3.10"

    def test_one_that_cannot_be_fetched_is_asked_for(self, machine: Machine):
        (machine.bin / "python3.10").unlink()
        done = machine.run("bootstrap.sh", "runtime")
        assert done.returncode == 1
        assert "Install it (Debian, Ubuntu: python3.10" in done.stderr.splitlines()[-1]

    def test_the_cpu_build_of_torch_comes_apart_from_the_rest(self, machine: Machine):
        done = machine.run("bootstrap.sh", "runtime", KEFU_TORCH="cpu")
        assert done.returncode == 0, done.stderr
        last = [call for call in machine.calls() if "--torch-backend cpu" in call]
        assert len(last) == 1
        assert "torch==" in last[0]

    def test_where_that_build_cannot_be_fetched_one_sentence_says_so(self, machine: Machine):
        done = machine.run("bootstrap.sh", "runtime", KEFU_TORCH="cpu", UV_TORCH_BACKEND="2")
        assert done.returncode == 1
        assert "without KEFU_TORCH" in done.stderr.splitlines()[-1]

    def test_where_uv_cannot_install_pip_has_a_try(self, machine: Machine):
        (machine.project / "requirements/runtime.txt").write_text(
            "# nothing, so pip needs no index\n"
        )
        done = machine.run("bootstrap.sh", "runtime", UV_SYNC="2")
        assert done.returncode == 0, done.stderr
        assert "trying pip" in done.stderr

    def test_where_neither_can_one_sentence_says_so(self, machine: Machine):
        pin = f"no-such-package==1 --hash=sha256:{'0' * 64}\n"
        (machine.project / "requirements/runtime.txt").write_text(pin)
        done = machine.run("bootstrap.sh", "runtime", UV_SYNC="2", PIP_NO_INDEX="1")
        assert done.returncode == 1
        assert "Is the package registry reachable from here?" in done.stderr.splitlines()[-1]

    def test_a_half_made_environment_is_not_taken_for_a_whole_one(self, machine: Machine):
        machine.run("bootstrap.sh", "runtime", KEFU_TORCH="cpu", UV_TORCH_BACKEND="2")
        machine.calls()
        machine.run("bootstrap.sh", "runtime", KEFU_TORCH="cpu")
        assert any(call.startswith("pip sync") for call in machine.calls())


def test_the_cpu_split_keeps_every_hash_and_drops_cuda(tmp_path: Path):
    rest = tmp_path / "rest.txt"
    locked = HOME / "requirements/runtime.txt"
    done = subprocess.run(
        [sys.executable, HOME / "scripts/cpu_requirements.py", locked, rest],
        capture_output=True,
        text=True,
        check=True,
    )
    names = {line.split("==")[0] for line in rest.read_text().splitlines() if line[:1].isalpha()}
    everything = {line.split("==")[0] for line in locked.read_text().splitlines() if "==" in line}
    dropped = {name for name in everything if name[:1].isalpha()} - names
    assert done.stdout.strip() in locked.read_text()
    assert "torch" in dropped
    assert all(name.startswith(("torch", "triton", "nvidia-", "cuda-")) for name in dropped)
    assert {"rasa", "transformers", "tensorflow"} <= names
    assert "--hash=sha256:" in rest.read_text()


@pytest.mark.parametrize("name", ["runtime", "dev", "uv", "qwen"])
def test_locked_requirements_have_hashes_and_name_no_index(name: str):
    text = (HOME / "requirements" / f"{name}.txt").read_text()
    pins = [line for line in text.splitlines() if line[:1].isalpha()]
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert "index-url" not in text
    assert "://" not in text
