from pathlib import Path

from tests.run.conftest import alive, until


def test_a_server_is_healthy_once_it_answers(start, free_port: int):
    server = start("serve", free_port, health_url=f"http://127.0.0.1:{free_port}/")
    assert until(server.healthy)


def test_one_that_serves_nothing_yet_is_not(start, free_port: int):
    server = start("stubborn", health_url=f"http://127.0.0.1:{free_port}/")
    assert not server.healthy()


def test_its_log_goes_to_a_file_and_warnings_to_the_screen(start, tmp_path: Path):
    screen: list[str] = []
    lines = ("2026-11-20 23:24:24 INFO x - a", "2026-11-20 23:24:25 WARNING x - 价格缺失")
    program = start("say", 3, *lines, name="talker", echo=screen.append)
    assert program.wait() == 3
    assert (tmp_path / "talker.log").read_text(encoding="utf-8").splitlines() == list(lines)
    assert screen == [lines[1]]
    assert program.last_lines(1) == [lines[1]]


def test_a_progress_bar_is_one_line_and_colours_go(start, tmp_path: Path):
    screen: list[str] = []
    warning = "\x1b[93m/rasa/io.py:97: UserWarning: no examples for intent wait\x1b[0m"
    program = start("say", 0, "1/2\r2/2", warning, name="talker", echo=screen.append)
    program.wait()
    log = (tmp_path / "talker.log").read_text().splitlines()
    assert log == ["2/2", "/rasa/io.py:97: UserWarning: no examples for intent wait"]
    assert screen == log[1:]


def test_words_that_mean_it_will_never_serve_are_noticed(start):
    program = start("say", 0, "INFO Could not load model due to a flood", fatal=["Could not load"])
    program.wait()
    assert program.failure == "INFO Could not load model due to a flood"


def test_stopping_ends_its_children_too(start, tmp_path: Path):
    note = tmp_path / "child"
    program = start("family", note)
    assert until(lambda: note.exists() and note.read_text() != "")
    child = int(note.read_text())
    assert alive(child)
    program.stop()
    assert until(lambda: not alive(child))


def test_one_that_ignores_the_polite_signal_is_ended_by_force(start):
    heard: list[str] = []
    program = start("stubborn", listen=heard.append)
    assert until(lambda: heard == ["deaf"])
    program.stop(grace_seconds=0.2)
    assert program.exit_code is not None


def test_stopping_twice_or_before_the_start_is_no_error(start):
    program = start("stubborn", started=False)
    program.stop()
    program.start()
    program.stop(grace_seconds=0.1)
    program.stop()
