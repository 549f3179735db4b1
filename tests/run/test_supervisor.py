import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kefu.errors import StartError
from kefu.run.supervisor import Supervisor
from kefu.settings import HOME
from tests.run.conftest import alive, stand_in, until


def serving(start, port: int, name: str = "server"):
    return start("serve", port, name=name, started=False, health_url=f"http://127.0.0.1:{port}/")


def test_it_is_ready_when_all_answer(start, free_port: int):
    server = serving(start, free_port)
    waited_for: list[list[str]] = []
    Supervisor([server], poll_seconds=0.02).start(waited_for.append)
    assert server.healthy()
    assert waited_for[0] == ["server"]


def test_one_that_ends_too_early_is_named_with_its_last_lines(start, free_port: int):
    broken = start(
        *("say", 4, "no such table: orders"),
        name="action server",
        started=False,
        health_url="http://127.0.0.1:9/",
    )
    supervisor = Supervisor([serving(start, free_port), broken], poll_seconds=0.02)
    with pytest.raises(StartError) as raised:
        supervisor.start()
    message = str(raised.value)
    assert "action server ended with exit code 4" in message
    assert "no such table: orders" in message
    assert "action server.log" in message


def test_one_that_never_answers_is_named(start, free_port: int):
    silent = start(
        "stubborn", name="Rasa", started=False, health_url=f"http://127.0.0.1:{free_port}/"
    )
    supervisor = Supervisor([silent], ready_timeout_seconds=0.3, poll_seconds=0.02)
    with pytest.raises(StartError, match="Rasa did not answer within"):
        supervisor.start()


def test_a_server_without_its_model_counts_as_broken(start):
    words = "ERROR Could not load model due to Error -3 while decompressing."
    server = start("say", 0, words, name="Rasa", started=False, fatal=["Could not load model"])
    server.start()
    server.wait()
    with pytest.raises(StartError, match=r"Rasa cannot serve: .*decompressing"):
        Supervisor([server]).watch()


def test_a_death_while_watching_is_reported(start, free_port: int):
    server = serving(start, free_port)
    supervisor = Supervisor([server], poll_seconds=0.02)
    supervisor.start()
    os.killpg(server._process.pid, signal.SIGKILL)
    with pytest.raises(StartError, match="server ended with exit code -9"):
        supervisor.watch()


PROGRAM = """
import sys
from pathlib import Path
from kefu.run.process import Process
from kefu.run.supervisor import Stopped, Supervisor, stopped_by_signals

folder = Path(sys.argv[1])
server = Process("server", sys.argv[2:], log=folder / "log", folder=folder)
supervisor = Supervisor([server])
try:
    with stopped_by_signals():
        try:
            supervisor.start()
            print("ready", flush=True)
            supervisor.watch()
        finally:
            supervisor.stop()
except Stopped:
    print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_that_was_started(tmp_path: Path, number: signal.Signals):
    note = tmp_path / "child"
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), *stand_in("family", note)]
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        assert until(lambda: note.exists() and note.read_text() != "")
        child = int(note.read_text())
        program.send_signal(number)
        assert program.stdout.read() == "stopped\n"
        assert program.wait(20) == 0
    assert until(lambda: not alive(child))
