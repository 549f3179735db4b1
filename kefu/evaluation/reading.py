"""Labelled messages from files: Rasa's NLU YAML, JSON Lines, or a folder of both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from kefu.errors import ExamplesError
from kefu.evaluation.examples import Example, broken
from kefu.evaluation.json_lines import parse_json_lines
from kefu.evaluation.rasa_yaml import Complain, parse_rasa_yaml

_YAML = frozenset({".yml", ".yaml"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})


def read_examples(path: Path) -> list[Example]:
    """Every labelled message of a file, or of the files below a folder, in order.

    A folder's files with other suffixes, hidden ones, and YAML without `nlu` are passed over.

    Raises:
        ExamplesError: nothing is there, or a line is broken; names file and line.
    """
    if not path.exists():
        raise ExamplesError(f"There is no {path}: name a file or a folder of labelled messages.")
    found = [example for file in _files(path) for example in _parse(file)]
    if not found:
        raise ExamplesError(
            f"{path} holds no labelled messages: give Rasa NLU YAML with `nlu:`, or JSON Lines "
            'with one {"text": …, "intent": …} a line.'
        )
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if file.suffix.lower() in _YAML | _JSON_LINES and file.is_file() and not hidden:
            yield file


def _parse(file: Path) -> Iterator[Example]:
    def refuse(number: int, what: str) -> NoReturn:
        raise broken(f"{file}:{number}", what)

    content = read_content(file, refuse)
    if is_json_lines(file, content):
        return parse_json_lines(content, str(file))
    return parse_rasa_yaml(content, str(file))


def is_json_lines(file: Path, content: str) -> bool:
    """Whether a file's name, or where that leaves it open its text, is that of JSON Lines."""
    suffix = file.suffix.lower()
    return suffix in _JSON_LINES or (suffix not in _YAML and content.lstrip().startswith("{"))


def read_content(file: Path, complain: Complain) -> str:
    """The file's text without a byte order mark, every line end a line feed.

    Args:
        file: what to read.
        complain: takes the first line that is not UTF-8; where it returns, the text is empty.

    Raises:
        ExamplesError: the file cannot be read at all.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ExamplesError(f"{file} cannot be read: {error.strerror or error}.") from error
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        complain(line, "is not UTF-8: save the file in that encoding")
        return ""
    return content.replace("\r\n", "\n").replace("\r", "\n")
