"""How the test server's environment finds a Python that will do."""

from pathlib import Path

import pytest

from tests.servers import qwen_env


def program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no Python but what the test puts into the returned folder."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(qwen_env, "FOLDERS", ())
    monkeypatch.setattr(qwen_env, "HOME", tmp_path)
    return tmp_path


def test_a_shim_that_fails_is_passed_over(only: Path) -> None:
    program(only / "bin", "python3.11", "echo 'pyenv: python3.11: command not found' >&2; exit 127")
    program(only / "pyenv/versions/3.12.1/bin", "python3.12", "echo 3.12; echo /real/python")
    assert qwen_env.find_python() == "/real/python"


def test_the_lowest_version_that_will_do_is_taken(only: Path) -> None:
    program(only / "bin", "python3.13", "echo 3.13; echo /thirteen")
    program(only / "bin", "python3.11", "echo 3.11; echo /eleven")
    assert qwen_env.find_python() == "/eleven"


def test_an_older_python_does_not_do_and_the_error_says_what_to_install(only: Path) -> None:
    program(only / "bin", "python3", "echo 3.10; echo /ten")
    with pytest.raises(
        qwen_env.QwenEnvironmentError, match=r"needs Python 3\.11 or newer.*install"
    ):
        qwen_env.find_python()


def test_uv_is_asked_where_there_is_no_python(only: Path) -> None:
    python = program(only / "fetched", "python", "echo 3.12; echo /fetched/python")
    program(only / "bin", "uv", f'[ "$2" = find ] && echo {python}; exit 0')
    assert qwen_env.find_python() == "/fetched/python"
