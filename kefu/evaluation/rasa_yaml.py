"""Labelled messages from Rasa's NLU YAML, with the line that each stands in.

Rasa's own reader drops repeated messages, passes over broken ones and knows no line numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from kefu.evaluation.examples import Example, Span, broken

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLANKS = "\n\r "  # what Rasa strips from an example


def parse_rasa_yaml(content: str, name: str) -> Iterator[Example]:
    """The examples of all intents; none where the file has no `nlu`.

    Args:
        content: the file's text.
        name: what errors call the file.

    Raises:
        ExamplesError: no YAML, or a broken line.
    """
    return _Reader(content, name).examples()


class _Reader:
    """Walks the nodes, which know their lines."""

    def __init__(self, content: str, name: str) -> None:
        self._name = name
        try:
            self._loader = _Loader(content)
            self._root = self._loader.get_single_node()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise broken(f"{name}:{line}", f"is no YAML: {error.problem}") from error
        except (yaml.YAMLError, RecursionError) as error:
            line = content.count("\n", 0, getattr(error, "position", 0)) + 1
            raise broken(
                f"{name}:{line}", "is no YAML: it holds a character that is not allowed there"
            ) from error

    def examples(self) -> Iterator[Example]:
        groups = _children(self._root).get("nlu")
        if groups is None or _empty(groups):
            return
        if not isinstance(groups, yaml.SequenceNode):
            raise self._broken(groups, "has no list under `nlu`: begin each group with `- intent:`")
        for group in groups.value:
            if not isinstance(group, yaml.MappingNode):
                raise self._broken(group, "is no group: begin it with `- intent:`")
            yield from self._group(_children(group))

    def _group(self, group: dict[str, yaml.Node]) -> Iterator[Example]:
        intent = group.get("intent")
        if intent is None:  # a synonym, lookup table or regular expression
            return
        if not isinstance(intent, yaml.ScalarNode) or not intent.value.strip():
            raise self._broken(intent, "has an intent without a name: write one after `intent:`")
        label = intent.value.strip().split("/")[0]  # Rasa's classifier learns what stands before
        examples = group.get("examples")
        extra = {"metadata": self._plain(group["metadata"])} if "metadata" in group else {}
        if isinstance(examples, yaml.SequenceNode):
            for node in examples.value:
                yield self._listed(node, label, extra)
        elif isinstance(examples, yaml.ScalarNode) and not _empty(examples):
            yield from self._block(examples, label, extra)
        else:
            raise self._broken(intent, f"has no examples for {label}: write `examples: |`")

    def _block(
        self, node: yaml.ScalarNode, intent: str, extra: dict[str, Any]
    ) -> Iterator[Example]:
        """The lines of `examples: |`, each beginning with a dash."""
        first = node.start_mark.line + (2 if node.style == "|" else 1)
        for number, line in enumerate(node.value.split("\n")):
            if not line.strip():
                continue
            place = f"{self._name}:{first + (number if node.style == '|' else 0)}"
            if not line.lstrip().startswith("-"):
                raise broken(place, "does not begin with a dash: write `- ` before the message")
            yield _marked(line.lstrip()[1:].strip(_BLANKS), intent, extra, place)

    def _listed(self, node: yaml.Node, intent: str, extra: dict[str, Any]) -> Example:
        """One of `examples:` as a list of `text` and, it may be, `metadata`."""
        keys = _children(node)
        text = keys.get("text")
        if not isinstance(text, yaml.ScalarNode):
            raise self._broken(node, "has no `text:`: give the message there")
        own = {key: self._plain(value) for key, value in keys.items() if key != "text"}
        place = f"{self._name}:{text.start_mark.line + 1}"
        return _marked(text.value.strip(_BLANKS), intent, {**extra, **own}, place)

    def _plain(self, node: yaml.Node) -> Any:
        return self._loader.construct_object(node, deep=True)

    def _broken(self, node: yaml.Node, what: str) -> Exception:
        return broken(f"{self._name}:{node.start_mark.line + 1}", what)


def _marked(line: str, intent: str, extra: dict[str, Any], place: str) -> Example:
    """An example from a line with Rasa's marks, `[words](entity)`."""
    from rasa.shared.exceptions import RasaException
    from rasa.shared.nlu.training_data.entities_parser import (
        find_entities_in_training_example,
        replace_entities,
    )

    try:
        spans = frozenset(
            Span(entity["start"], entity["end"], entity["entity"])
            for entity in find_entities_in_training_example(line)
        )
    except (RasaException, KeyError) as error:
        raise broken(
            place, 'marks an entity in a way that Rasa cannot read: write [words]{"entity": …}'
        ) from error
    return Example(replace_entities(line), intent, spans, extra)


def _children(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """A mapping's values by key; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value.strip() in ("", "~", "null")
