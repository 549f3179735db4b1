"""Labelled messages from Rasa's NLU YAML, with the line that each stands in.

Rasa's own reader drops repeated messages, passes over broken ones and knows no line numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from kefu.evaluation.examples import Example, Span, broken

Complain = Callable[[int, str], object]
"""Takes a line's number, from 1, and what is wrong with it, as it follows "this line"."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLANKS = "\n\r "  # what Rasa strips from an example


@dataclass(frozen=True)
class Line:
    """One example as it stands in a file.

    Attributes:
        number: of the line in the file, from 1.
        text: with its marks.
        extra: metadata.
        deep: blanks stand before its dash. Rasa's reader passes over such a line.
    """

    number: int
    text: str
    extra: Mapping[str, Any]
    deep: bool = False


@dataclass(frozen=True)
class Block:
    """The examples of one `- intent:`; none where it is broken."""

    intent: str
    number: int
    lines: Sequence[Line]


def parse_rasa_yaml(content: str, name: str) -> Iterator[Example]:
    """The examples of all intents; none where the file has no `nlu`.

    Args:
        content: the file's text.
        name: what errors call the file.

    Raises:
        ExamplesError: no YAML, or a broken line.
    """

    def refuse(number: int, what: str) -> NoReturn:
        raise broken(f"{name}:{number}", what)

    for block in RasaYaml(content, refuse).blocks():
        for line in block.lines:
            try:
                text, spans = read_marks(line.text)
            except ValueError as error:
                refuse(line.number, str(error))
            yield Example(text, block.intent, frozenset(spans), line.extra)


def read_marks(line: str) -> tuple[str, list[Span]]:
    """A line's text without Rasa's marks, `[words](entity)`, and what they mark.

    Raises:
        ValueError: Rasa cannot read a mark; says so as it follows "this line".
    """
    from rasa.shared.exceptions import RasaException
    from rasa.shared.nlu.training_data.entities_parser import (
        find_entities_in_training_example,
        replace_entities,
    )

    try:
        spans = [
            Span(entity["start"], entity["end"], entity["entity"])
            for entity in find_entities_in_training_example(line)
        ]
    except (RasaException, KeyError) as error:
        raise ValueError(
            'marks an entity in a way that Rasa cannot read: write [words]{"entity": …}'
        ) from error
    return replace_entities(line), spans


class RasaYaml:
    """Walks the nodes of a file, which know their lines.

    Args:
        content: the file's text.
        complain: takes whatever is broken; where it returns, reading goes on behind that.

    Attributes:
        root: the whole; None where the text is empty or no YAML.
    """

    def __init__(self, content: str, complain: Complain) -> None:
        self._complain = complain
        self.root: yaml.Node | None = None
        try:
            self._loader = _Loader(content)
            self.root = self._loader.get_single_node()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            complain(line, f"is no YAML: {error.problem}")
        except (yaml.YAMLError, RecursionError) as error:
            line = content.count("\n", 0, getattr(error, "position", 0)) + 1
            complain(line, "is no YAML: it holds a character that is not allowed there")

    def blocks(self) -> Iterator[Block]:
        """Every intent's examples, in order; none where the file has no `nlu`."""
        groups = children(self.root).get("nlu")
        if groups is None or _empty(groups):
            return
        if not isinstance(groups, yaml.SequenceNode):
            self._broken(groups, "has no list under `nlu`: begin each group with `- intent:`")
            return
        for group in groups.value:
            if not isinstance(group, yaml.MappingNode):
                self._broken(group, "is no group: begin it with `- intent:`")
                continue
            intent = children(group).get("intent")
            if intent is None:  # a synonym, lookup table or regular expression
                continue
            if not isinstance(intent, yaml.ScalarNode) or not intent.value.strip():
                self._broken(intent, "has an intent without a name: write one after `intent:`")
                continue
            # Rasa's classifier learns what stands before the slash of a retrieval intent.
            label = intent.value.strip().split("/")[0]
            yield Block(label, line_of(intent), list(self._lines(label, intent, children(group))))

    def _lines(
        self, label: str, intent: yaml.Node, group: Mapping[str, yaml.Node]
    ) -> Iterator[Line]:
        examples = group.get("examples")
        extra = {"metadata": self._plain(group["metadata"])} if "metadata" in group else {}
        if isinstance(examples, yaml.SequenceNode) and examples.value:
            yield from (line for node in examples.value for line in self._listed(node, extra))
        elif isinstance(examples, yaml.ScalarNode) and not _empty(examples):
            yield from self._written(examples, extra)
        else:
            self._broken(intent, f"has no examples for {label}: write `examples: |`")

    def _written(self, node: yaml.ScalarNode, extra: Mapping[str, Any]) -> Iterator[Line]:
        """The lines of `examples: |`, each beginning with a dash."""
        first = node.start_mark.line + (2 if node.style == "|" else 1)
        for place, line in enumerate(node.value.split("\n")):
            if not line.strip():
                continue
            number = first + (place if node.style == "|" else 0)
            if line.lstrip().startswith("-"):
                text = line.lstrip()[1:].strip(_BLANKS)
                yield Line(number, text, extra, deep=not line.startswith("-"))
            else:
                self._complain(number, "does not begin with a dash: write `- ` before the message")

    def _listed(self, node: yaml.Node, extra: Mapping[str, Any]) -> Iterator[Line]:
        """One of `examples:` as a list of `text` and, it may be, `metadata`."""
        keys = children(node)
        text = keys.get("text")
        if not isinstance(text, yaml.ScalarNode):
            self._broken(node, "has no `text:`: give the message there")
            return
        own = {key: self._plain(value) for key, value in keys.items() if key != "text"}
        yield Line(line_of(text), text.value.strip(_BLANKS), {**extra, **own})

    def _plain(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node, deep=True)
        except yaml.YAMLError:
            self._broken(node, "holds a value of unknown type: write text, numbers and lists only")
            return None

    def _broken(self, node: yaml.Node, what: str) -> None:
        self._complain(line_of(node), what)


def line_of(node: yaml.Node) -> int:
    """The line that a node begins in, from 1."""
    return int(node.start_mark.line) + 1


def children(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """A mapping's values by key; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value.strip() in ("", "~", "null")
