"""Reads training data and domain; what is broken becomes a finding, and reading goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from kefu.errors import ExamplesError
from kefu.evaluation.json_lines import parse_json_lines
from kefu.evaluation.rasa_yaml import Complain, RasaYaml, children, line_of, read_marks
from kefu.evaluation.reading import is_json_lines, read_content
from kefu.teaching.findings import Finding, Place, error, warning
from kefu.teaching.material import Domain, Material, Named, Utterance
from kefu.teaching.stories import buyer_steps


def read_material(data: Sequence[Path], domain: Path | None) -> Material:
    """Reads what `rasa train` would read.

    Args:
        data: files, and folders of which every YAML file below is read. JSON Lines, which Rasa
            does not read, are read where they are named.
        domain: a file or a folder of them; None for no domain.

    Raises:
        ExamplesError: something that was named is not there.
    """
    return _Reader().read(data, domain)


class _Reader:
    def __init__(self) -> None:
        self._examples: list[Utterance] = []
        self._spoken: list[Utterance] = []
        self._labels: list[Named] = []
        self._steps: list[Named] = []
        self._problems: list[Finding] = []
        self._trains = False

    def read(self, data: Sequence[Path], domain: Path | None) -> Material:
        found = {file.resolve(): file for path in data for file in self._below(path)}
        if not found:
            names = ", ".join(str(path) for path in data)
            raise ExamplesError(f"{names} holds no YAML: name the folder of the training data.")
        for file in found.values():
            self._data(file)
        return Material(
            examples=self._examples,
            spoken=self._spoken,
            labels=self._labels,
            steps=self._steps,
            domain=None if domain is None else self._domain(domain),
            trains=self._trains,
            problems=self._problems,
        )

    def _below(self, path: Path) -> Iterator[Path]:
        from rasa.shared.data import get_data_files

        if not path.exists():
            raise ExamplesError(f"There is no {path}: name a file or a folder that exists.")
        if path.is_file():
            yield path
            return
        for file in map(Path, get_data_files(str(path), lambda name: True)):
            if file.suffix == ".json":
                advice = "turn it into YAML with `rasa data convert nlu`"
                told = f"This file is not checked: where Rasa trains on it, {advice}."
                self._problems.append(warning(Place(file, 1), told))
            else:
                yield file

    def _data(self, file: Path) -> None:
        complain = self._complaints(file)
        content = read_content(file, complain)
        if is_json_lines(file, content):
            self._json_lines(file, content)
            return
        self._trains = True
        parsed = RasaYaml(content, complain)
        for block in parsed.blocks():
            self._labels.append(Named(block.intent, Place(file, block.number)))
            for line in block.lines:
                if line.deep:
                    complain(
                        line.number,
                        "is indented deeper than its block and Rasa passes over it: begin its "
                        "dash below the others",
                    )
                else:
                    place = Place(file, line.number)
                    self._examples.append(self._utterance(place, line.text, block.intent))
        for step in buyer_steps(parsed.root, complain):
            place = Place(file, step.line)
            if step.intent is not None:
                self._steps.append(Named(step.intent, place))
            if step.text is not None:
                self._spoken.append(self._utterance(place, step.text, None))

    def _json_lines(self, file: Path, content: str) -> None:
        """Line by line, so that one that is broken hides none of the others."""
        named: set[str] = set()
        for number, line in enumerate(content.split("\n"), start=1):
            place = Place(file, number)
            try:
                for example in parse_json_lines(line, str(file)):
                    spans = sorted(example.spans or ())
                    self._examples.append(
                        Utterance(place, example.text, spans, None, example.intent, learned=False)
                    )
                    if example.intent not in named:
                        named.add(example.intent)
                        self._labels.append(Named(example.intent, place))
            except ExamplesError as broken:  # says FILE:1, for it was given one line
                what = str(broken).removeprefix(f"{file}:1 ")
                self._problems.append(error(place, f"This line {what}"))

    def _utterance(self, place: Place, marked: str, intent: str | None) -> Utterance:
        try:
            text, spans = read_marks(marked)
        except ValueError as unreadable:
            self._problems.append(error(place, f"This line {unreadable}."))
            return Utterance(place, marked, (), None, intent)
        return Utterance(place, text, spans, marked, intent)

    def _domain(self, path: Path) -> Domain | None:
        if not path.exists():
            raise ExamplesError(f"There is no {path}: name the domain's file with --domain.")
        before = len(self._problems)
        intents: list[Named] = []
        entities: list[Named] = []
        for file in sorted(path.rglob("*.y*ml")) if path.is_dir() else [path]:
            complain = self._complaints(file)
            root = RasaYaml(read_content(file, complain), complain).root
            intents += _names(children(root).get("intents"), file)
            entities += _names(children(root).get("entities"), file)
        if len(self._problems) > before:  # half a domain would make every other name unknown
            return None
        return Domain(intents, frozenset(entity.name for entity in entities))

    def _complaints(self, file: Path) -> Complain:
        return lambda number, what: self._problems.append(
            error(Place(file, number), f"This line {what}.")
        )


def _names(node: yaml.Node | None, file: Path) -> Iterator[Named]:
    """A domain's list, whose entries are names or, with options, mappings of one name."""
    for entry in node.value if isinstance(node, yaml.SequenceNode) else ():
        names = [entry.value] if isinstance(entry, yaml.ScalarNode) else list(children(entry))
        yield from (Named(name, Place(file, line_of(entry))) for name in names[:1])
