"""Which lines of a server's log belong on the screen: warnings, errors and what follows them."""

from __future__ import annotations

import re

_RECORD = re.compile(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S*\s+(?P<level>[A-Z]+)\s")
_JSON_RECORD = re.compile(r'^\{.*"level": ?"(?P<level>[a-z]+)"')
_PYTHON_WARNING = re.compile(r"^\S.*:\d+: \w*Warning: ")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TRACEBACK = "Traceback (most recent call last):"
_SHOWN = frozenset({"WARNING", "ERROR", "CRITICAL"})


def plain(line: str) -> str:
    """The line without colours: Rasa colours warnings even in a file."""
    return _COLOUR.sub("", line)


class LogFilter:
    """Reads a log line by line. A line that starts no record goes the way of the one before it."""

    def __init__(self) -> None:
        self._showing = False

    def shows(self, line: str) -> bool:
        """Whether people should see this line now."""
        record = _RECORD.match(line) or _JSON_RECORD.match(line)
        if record is not None:
            self._showing = record["level"].upper() in _SHOWN
        elif _PYTHON_WARNING.match(line) or line.startswith(_TRACEBACK):
            self._showing = True
        return self._showing
