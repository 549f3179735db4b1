import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kefu.run.process import Process

STAND_IN = Path(__file__).with_name("stand_in.py")


def stand_in(*words: object) -> list[str]:
    return [sys.executable, str(STAND_IN), *map(str, words)]


def until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Makes stand-ins and stops them after the test."""
    made: list[Process] = []

    def make(*words: object, name: str = "stand-in", started: bool = True, **options) -> Process:
        process = Process(
            name, stand_in(*words), log=tmp_path / f"{name}.log", folder=tmp_path, **options
        )
        made.append(process)
        if started:
            process.start()
        return process

    yield make
    for process in made:
        process.stop(grace_seconds=0.1)
