"""One program that we start: its log, its health, its end."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from kefu.run.logs import LogFilter, plain

_KEPT_LINES = 200
_HEALTH_TIMEOUT_SECONDS = 2.0


class Process:
    """A program in a process group of its own, so that a signal from the terminal misses it.

    Whatever it prints goes to its log file; warnings and errors also to `echo`.

    Args:
        name: what people call it.
        command: program and arguments.
        log: file that is written anew at each start.
        folder: where it runs.
        environment: on top of ours.
        health_url: answers 200 once it serves; None for a program that serves nothing.
        fatal: words in its log that mean it will never serve, although it goes on running.
        echo: takes each line that people should see.
        listen: takes every line.

    Attributes:
        failure: the line with `fatal` words, once there was one.
        echoed: whether `echo` was given anything.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        health_url: str | None = None,
        fatal: Sequence[str] = (),
        echo: Callable[[str], None] = lambda line: None,
        listen: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.name = name
        self.log = log
        self.failure: str | None = None
        self.echoed = False
        self.command = list(command)
        self._folder = folder
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._health_url = health_url
        self._fatal = tuple(fatal)
        self._echo = echo
        self._listen = listen
        self._last: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        """Start it; its log is read in a thread."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            self.command,
            cwd=self._folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101 - PIPE above
        lines = io.TextIOWrapper(self._process.stdout, "utf-8", "replace", newline="\n")
        self._reader = threading.Thread(
            target=self._read, args=(lines,), name=f"{self.name}-log", daemon=True
        )
        self._reader.start()

    def _read(self, lines: IO[str]) -> None:
        seen = LogFilter()
        with lines, self.log.open("w", encoding="utf-8") as log:
            for line in lines:
                text = plain(line).rstrip().rsplit("\r", 1)[-1]  # of a progress bar its last state
                log.write(f"{text}\n")
                log.flush()
                self._last.append(text)
                if self.failure is None and any(words in text for words in self._fatal):
                    self.failure = text
                self._listen(text)
                if seen.shows(text):
                    self.echoed = True
                    self._echo(text)

    @property
    def exit_code(self) -> int | None:
        """None while it runs, or before its start."""
        return None if self._process is None else self._process.poll()

    def wait(self) -> int:
        """Its exit code, once it has ended and its log is read to the end."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        code = self._process.wait()
        self._finish_log()
        return code

    def healthy(self) -> bool:
        """Whether its health address answers 200."""
        if self._health_url is None:
            return self.exit_code is None
        try:
            with urllib.request.urlopen(  # noqa: S310 - our own address
                self._health_url, timeout=_HEALTH_TIMEOUT_SECONDS
            ) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def last_lines(self, count: int = 12) -> list[str]:
        """The end of its log."""
        if self.exit_code is not None:
            self._finish_log()
        return [line for line in self._last if line][-count:]

    def _finish_log(self) -> None:
        if self._reader is not None:
            self._reader.join(timeout=2.0)

    def stop(self, grace_seconds: float = 10.0) -> None:
        """End it and everything that it started: politely, then by force. Safe to call twice."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(grace_seconds)
        self._signal(signal.SIGKILL)  # what it left behind in its group
        self._process.wait()
        self._finish_log()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None  # noqa: S101 - checked by stop
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
