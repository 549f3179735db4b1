import io
import threading

from rich.console import Console

from kefu.doctor.findings import Check, Finding, State, examine, table


def good() -> Finding:
    return Finding("well", State.GOOD, "all is well")


def test_a_check_that_raises_harms_no_other():
    def ill() -> Finding:
        raise RuntimeError("no such\nthing")

    raised, fine = examine([Check("ill", ill), Check("well", good)])
    assert (raised.part, raised.state, raised.detail) == ("ill", State.BROKEN, "no such thing")
    assert fine == good()


def test_a_check_that_hangs_is_left_behind():
    never = threading.Event()

    def hang() -> Finding:
        never.wait(30)
        return good()

    hung, fine = examine([Check("slow", hang), Check("well", good)], timeout_seconds=0.1)
    never.set()
    assert hung.state is State.BROKEN
    assert "no answer within" in hung.detail
    assert fine == good()


def test_the_table_shows_part_state_detail_and_next_step():
    screen = io.StringIO()
    finding = Finding("order database", State.BROKEN, "[none]", "kefu db upgrade")
    Console(file=screen, width=100).print(table([good(), finding]))
    text = screen.getvalue()
    assert "✓" in text
    assert any(
        "order database" in line and "✗" in line and "[none]" in line and "kefu db upgrade" in line
        for line in text.splitlines()
    )
