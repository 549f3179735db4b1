import io
import re

import pytest
from rich.console import Console

from kefu.run.steps import Steps


def printed(*, terminal: bool) -> str:
    screen = io.StringIO()
    steps = Steps(Console(file=screen, force_terminal=terminal, width=100))
    with steps.step("training [the] model") as show:
        show("2026-11-20 23:49:19 INFO     kefu.nlu.tagging  - round 3 of 8")
        show("2026-11-20 23:49:29 INFO     kefu.nlu.tagging  - round 3 of 8")
    return screen.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_step_ends_with_how_long_it_took(terminal: bool):
    assert re.search(r"✓.* training \[the\] model \(\d+\.\d s\)", printed(terminal=terminal))


def test_without_a_terminal_each_new_detail_is_a_line():
    assert printed(terminal=False).splitlines()[:2] == ["› training [the] model", "  round 3 of 8"]


def test_a_step_that_fails_is_not_called_done():
    screen = io.StringIO()
    steps = Steps(Console(file=screen))
    with pytest.raises(ValueError, match="no"), steps.step("index"):
        raise ValueError("no")
    assert "✓" not in screen.getvalue()
