"""Write the fallback threshold into Rasa's config.yml and leave the rest as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kefu.errors import SettingsError

_COMPONENT = "FallbackClassifier"
_KEY = "threshold"


def read_threshold(file: Path) -> float | None:
    """FallbackClassifier's threshold; None where Rasa's default holds.

    Raises:
        SettingsError: as for `write_threshold`.
    """
    node = _keys(_component(_text(file), file)).get(_KEY)
    try:
        return None if node is None else float(node.value)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{file} has a threshold that is no number: write one.") from error


def write_threshold(file: Path, threshold: float) -> None:
    """Change that number in place, or add it below the component's name.

    Raises:
        SettingsError: the file cannot be read or written, or has no FallbackClassifier.
    """
    text = _text(file)
    component = _component(text, file)
    keys, value = _keys(component), repr(threshold)
    if _KEY in keys:
        start, end = _place(keys[_KEY])
        changed = text[:start] + value + text[end:]
    else:
        _, end = _place(keys["name"])
        changed = text[:end] + _added(component, value, text) + text[end:]
    try:
        file.write_bytes(changed.encode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror or error}.") from error


def _added(component: yaml.MappingNode, value: str, text: str) -> str:
    if component.flow_style:
        return f", {_KEY}: {value}"
    line_end = "\r\n" if "\r\n" in text else "\n"
    return f"{line_end}{' ' * component.start_mark.column}{_KEY}: {value}"


def _text(file: Path) -> str:
    """As it is, line ends and byte order mark included, so that nothing else changes."""
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}.") from error


def _component(text: str, file: Path) -> yaml.MappingNode:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise SettingsError(f"{file} is no YAML: {' '.join(str(error).split())}.") from error
    pipeline = _keys(root).get("pipeline")
    for node in pipeline.value if isinstance(pipeline, yaml.SequenceNode) else ():
        name = _keys(node).get("name")
        known = isinstance(name, yaml.ScalarNode) and name.value.rsplit(".")[-1] == _COMPONENT
        if known and isinstance(node, yaml.MappingNode):
            return node
    raise SettingsError(f"{file} has no {_COMPONENT} in its pipeline: add `- name: {_COMPONENT}`.")


def _keys(node: Any) -> dict[str, yaml.Node]:
    """A mapping's values by key; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index
