"""The action server, which dies between the next commit and its reply while a file says so.

`python tests/servers/dying_actions.py PORT`, with KEFU_TEST_DIE naming the file. It runs what
`kefu up` runs. Nothing of this is in the product: it wraps the one place where a write returns.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from pathlib import Path

from kefu.orders.builtin import BuiltinCommands
from kefu.orders.commands import Command, Receipt

_order = Path(os.environ["KEFU_TEST_DIE"])
_execute = BuiltinCommands.execute


def _die_after(self: BuiltinCommands, buyer: str, command: Command, key: str) -> Receipt:
    receipt = _execute(self, buyer, command, key)  # committed
    if _order.exists():
        _order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return receipt


if __name__ == "__main__":
    BuiltinCommands.execute = _die_after  # type: ignore[method-assign]
    sys.argv = ["rasa_sdk", "--actions", "actions", "--port", sys.argv[1]]
    runpy.run_module("rasa_sdk", run_name="__main__")
