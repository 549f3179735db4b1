"""Progress for people: one line a step, alive on a terminal, plain in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_DETAIL_CHARACTERS = 60


class Steps:
    """Prints what is being done, and what was done and how long it took."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show `title` while the block runs.

        Yields a function that takes a log line or a few words to show beside it; without a
        terminal it prints each that is new.
        """
        started = time.monotonic()
        if self.console.is_terminal:
            with self._live(title) as show:
                yield show
        else:
            with self._plain(title) as show:
                yield show
        self.done(f"{title} ({time.monotonic() - started:.1f} s)")

    @contextmanager
    def _live(self, title: str) -> Iterator[Callable[[str], None]]:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}[/dim]"),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(escape(title), total=None, detail="")
            yield lambda detail: progress.update(task, detail=escape(_words(detail)))

    @contextmanager
    def _plain(self, title: str) -> Iterator[Callable[[str], None]]:
        self.console.print(f"› {title}", markup=False, highlight=False)
        last = ""

        def show(detail: str) -> None:
            nonlocal last
            words = _words(detail)
            if words and words != last:
                self.note(words)
                last = words

        yield show

    def done(self, text: str) -> None:
        """One line for what is in order."""
        self.console.print(f"[green]✓[/green] {escape(text)}", highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """One line that is neither good nor bad."""
        self.console.print(f"  {text}", markup=False, highlight=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """One line from a server's log that people should see."""
        self.console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _words(line: str) -> str:
    """A log line's message without time, level and logger; no more than fits beside the title."""
    return line.rsplit("  - ", 1)[-1].strip()[:_DETAIL_CHARACTERS]
