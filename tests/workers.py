"""Which tests run in one process when several share the work (`pytest -n 2 --dist loadgroup`).

A pytest plugin. A file's tests stay together, because they share what it makes; so do all tests
that talk to the one assistant and its language model, so that these start once. What may take
longest begins first: a long file that began last would keep one process busy while the other has
nothing.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

SHARED = frozenset({"assistant", "qwen_server"})


def pytest_configure(config: pytest.Config) -> None:
    """A worker waits neither for another's cache of Rasa nor for the processor against a clock."""
    if not hasattr(config, "workerinput"):
        return
    folder = tempfile.TemporaryDirectory(prefix="kefu-rasa-cache-")  # one SQLite file
    config.add_cleanup(folder.cleanup)
    os.environ["RASA_CACHE_DIRECTORY"] = folder.name
    settings.register_profile("worker", deadline=None)
    settings.load_profile("worker")


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not hasattr(config, "workerinput"):
        return
    longest: dict[str, float] = {}
    for item in items:
        group = _group(item)
        item.add_marker(pytest.mark.xdist_group(group))
        longest[group] = max(longest.get(group, 0.0), _limit(item))
    items.sort(key=lambda item: -longest[_group(item)])


def _group(item: pytest.Item) -> str:
    if SHARED.intersection(getattr(item, "fixturenames", ())):
        return "assistant"
    return str(item.path.relative_to(Path(__file__).parent))


def _limit(item: pytest.Item) -> float:
    """Seconds that the test may take, where it says so itself."""
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark and mark.args else 0.0
