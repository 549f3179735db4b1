"""Pairs of texts for the sentence stage, each kind from its own source.

`paraphrases` and `answers` are written for this project (models/paraphrases/, models/answers/,
formats in their READMEs) and carry hard negatives; `articles` join an article's title, its
questions and its paragraphs; `passages` are
two cuts of one paragraph of the corpus (Izacard et al. 2021, Contriever, arXiv 2112.09118) or
two neighbouring sentences of it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kefu.errors import SettingsError

Draw = Callable[[int, random.Random], list["Pair"]]
_SHORTEST, _LONGEST = 6, 48  # characters of a cut
_SENTENCE = re.compile(r"[^。！？!?；;]+[。！？!?；;]*")


@dataclass(frozen=True)
class Pair:
    """Two texts that mean the same, or belong together.

    Attributes:
        group: pairs of one group are never driven apart.
        other: a text that shares words with both and means something else, or "".
    """

    group: str
    first: str
    second: str
    other: str = ""


@dataclass(frozen=True)
class Paraphrases:
    """One group: `same` ask the same thing; `different` share words with them and do not."""

    name: str
    same: tuple[str, ...]
    different: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """A topic: neighbouring passages, each with the questions that it alone answers."""

    name: str
    passages: tuple[tuple[str, tuple[str, ...]], ...]


def read_answers(paths: Iterable[Path]) -> list[Answers]:
    """The topics of YAML files, in order.

    Raises:
        SettingsError: names the file and topic that cannot be used.
    """
    topics = []
    for path in paths:
        for number, row in enumerate(_rows(path, "topic"), 1):
            found = row.get("passages") if isinstance(row, dict) else None
            passages = tuple(_passage(part) for part in (found if isinstance(found, list) else ()))
            if not passages or not all(text and questions for text, questions in passages):
                raise SettingsError(
                    f"{path}: topic {number} lacks a passage's `text` or `questions`; add them."
                )
            topics.append(Answers(f"{path.stem}/{number}", passages))
    return topics


def read_paraphrases(paths: Iterable[Path]) -> list[Paraphrases]:
    """The groups of YAML files, in order.

    Raises:
        SettingsError: names the file and group that cannot be used.
    """
    groups = []
    for path in paths:
        for number, row in enumerate(_rows(path, "same"), 1):
            same, different = _texts(row, "same"), _texts(row, "different")
            if len(same) < 2:
                raise SettingsError(
                    f"{path}: group {number} needs two texts under `same`; add one."
                )
            groups.append(Paraphrases(f"{path.stem}/{number}", same, different))
    return groups


def from_paraphrases(groups: Sequence[Paraphrases]) -> Draw:
    """Two ways of saying the same and, where there is one, a hard negative."""

    def draw(count: int, chance: random.Random) -> list[Pair]:
        pairs = []
        for group in chance.sample(list(groups), min(count, len(groups))):
            first, second = chance.sample(group.same, 2)
            other = chance.choice(group.different) if group.different else ""
            pairs.append(Pair(group.name, first, second, other))
        return pairs

    return draw


def from_answers(topics: Sequence[Answers]) -> Draw:
    """A question, the passage that answers it and, where there is one, a neighbouring passage."""
    places = [(topic, at) for topic in topics for at in range(len(topic.passages))]

    def draw(count: int, chance: random.Random) -> list[Pair]:
        pairs = []
        for topic, at in chance.sample(places, min(count, len(places))):
            text, questions = topic.passages[at]
            near = [other for place, (other, _) in enumerate(topic.passages) if place != at]
            other = chance.choice(near) if near else ""
            pairs.append(Pair(f"{topic.name}/{at}", chance.choice(questions), text, other))
        return pairs

    return draw


def from_articles(folder: Path) -> Draw:
    """Two texts of one article: title, listed question or paragraph."""
    groups: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---", 2)
        titles = re.findall(r"^title:\s*(.+)$", front, re.M)
        questions = re.findall(r"^\s+- (.+)$", front, re.M)
        paragraphs = [line.strip(" -#*>|") for line in body.splitlines() if len(line) >= 12]
        if len(texts := titles + questions + paragraphs) > 1:
            groups[path.stem] = texts

    def draw(count: int, chance: random.Random) -> list[Pair]:
        names = chance.sample([*groups, *groups], min(count, 2 * len(groups)))
        return [Pair(name, *chance.sample(groups[name], 2)) for name in names]

    return draw


def from_passages(lines: Sequence[str]) -> Draw:
    """Two cuts of one paragraph, or two neighbouring sentences of it as often."""

    def draw(count: int, chance: random.Random) -> list[Pair]:
        picks = chance.sample(range(len(lines)), min(count, len(lines)))
        return [Pair(str(pick), *_two_of(lines[pick], chance)) for pick in picks]

    return draw


def worth_cutting(line: str) -> bool:
    """Whether a line is long enough for two cuts and short enough to be about one thing."""
    return 3 * _SHORTEST <= len(line) <= 200


def _two_of(line: str, chance: random.Random) -> tuple[str, str]:
    parts = [part for part in _SENTENCE.findall(line) if len(part) >= _SHORTEST]
    if len(parts) > 1 and chance.random() < 0.5:
        at = chance.randrange(len(parts) - 1)
        return parts[at][:_LONGEST], parts[at + 1][:_LONGEST]
    return _cut(line, chance), _cut(line, chance)


def _cut(line: str, chance: random.Random) -> str:
    most = min(_LONGEST, max(_SHORTEST, 2 * len(line) // 3))
    length = chance.randint(_SHORTEST, most)
    start = chance.randint(0, len(line) - length)
    return line[start : start + length]


def _rows(path: Path, key: str) -> list[Any]:
    """The list in a YAML file, every scalar the text that was written: 12:30, no, 007.

    Raises:
        SettingsError: the file cannot be read or holds no list.
    """
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} cannot be read as YAML ({error}); fix it.") from error
    if rows and not isinstance(rows, list):
        raise SettingsError(f"{path} is no list; begin each entry with `- {key}:`.")
    return rows or []


def _passage(row: Any) -> tuple[str, tuple[str, ...]]:
    text = row.get("text") if isinstance(row, dict) else None
    return (text.strip() if isinstance(text, str) else "", _texts(row, "questions"))


def _texts(row: Any, key: str) -> tuple[str, ...]:
    texts = row.get(key) if isinstance(row, dict) else None
    if not isinstance(texts, list):
        return ()
    return tuple(text.strip() for text in texts if isinstance(text, str) and text.strip())
