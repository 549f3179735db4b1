from kefu.run.logs import LogFilter

LOG = """\
2026-11-20 23:24:24 INFO     root  - Starting Rasa server on http://127.0.0.1:5005
2026-11-20 23:24:25 WARNING  rasa.core.tracker_store  - cannot reach the store
2026-11-20 23:24:25 INFO     root  - Rasa server is up and running.
  a line that belongs to it
2026-11-20 23:24:26 ERROR    actions  - no orders
Traceback (most recent call last):
  File "orders.py", line 3, in run
ValueError: no
2026-11-20 23:24:27 DEBUG    root  - nothing
/venv/rasa/shared/utils/io.py:97: UserWarning: Issue found in 'data/stories.yml':
Found intent 'x' in stories which is not part of the domain.
2026-11-20 23:24:28 INFO     root  - on
{"event": "all is well", "level": "info"}
{"event": "slow answer", "level": "warning"}
"""

SHOWN = """\
2026-11-20 23:24:25 WARNING  rasa.core.tracker_store  - cannot reach the store
2026-11-20 23:24:26 ERROR    actions  - no orders
Traceback (most recent call last):
  File "orders.py", line 3, in run
ValueError: no
/venv/rasa/shared/utils/io.py:97: UserWarning: Issue found in 'data/stories.yml':
Found intent 'x' in stories which is not part of the domain.
{"event": "slow answer", "level": "warning"}
"""


def test_warnings_and_errors_are_shown_with_what_follows_them():
    seen = LogFilter()
    shown = [line for line in LOG.splitlines() if seen.shows(line)]
    assert shown == SHOWN.splitlines()


def test_a_program_that_dies_at_once_is_heard():
    assert LogFilter().shows("Traceback (most recent call last):")
