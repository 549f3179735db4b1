"""The sentences that buyers read: sentences.yml, by key, with values filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from kefu.errors import RefusedError, RulesError

FILE = Path(__file__).with_name("sentences.yml")


def say(key: str, **values: object) -> str:
    """The sentence `key` (`refund.too_late`), its `{names}` filled in; more values may be given.

    Raises:
        KeyError: no such sentence, or a value is missing.
    """
    return _sentences()[key].format(**values)


def refuse(key: str, **values: object) -> RefusedError:
    """A refusal with this sentence, to be raised."""
    return RefusedError(say(key, **values), code=key)


def has(key: str) -> bool:
    """Whether there is such a sentence."""
    return key in _sentences()


def read_sentences(file: Path = FILE) -> dict[str, str]:
    """Dotted key → sentence.

    Raises:
        RulesError: the file is no YAML, or a sentence in it is none; names file and key.
    """
    try:
        data: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError(f"{file} cannot be read: {error}") from None
    return dict(_leaves(data, file, ()))


@lru_cache(maxsize=1)
def _sentences() -> Mapping[str, str]:
    return read_sentences()


def _leaves(node: Any, file: Path, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    key = ".".join(path)
    if isinstance(node, dict):
        for name, below in node.items():
            yield from _leaves(below, file, (*path, str(name)))
        return
    if not isinstance(node, str) or not node:
        raise RulesError(f"{file}: {key or 'the whole'}: write a sentence here.")
    try:
        list(Formatter().parse(node))
    except ValueError as error:
        raise RulesError(f"{file}: {key}: {error}; write braces as {{{{ and }}}}.") from None
    yield key, node
