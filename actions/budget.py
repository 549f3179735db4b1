"""What one message may wait for the database, however many actions answer it."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

from rasa_sdk import Tracker

from actions.conversation import message_key
from kefu.orders.patience import Budget
from kefu.settings import get_settings

# Where the first action has waited in vain, each further one looks only so long: enough for a
# database that is back, and three actions still answer within 3 s.
FURTHER_SHARE = 0.2

KEPT_MESSAGES = 1_000

_budgets: OrderedDict[str, tuple[float, Budget]] = OrderedDict()
_lock = Lock()


def message_budget(tracker: Tracker) -> Budget:
    """The budget of the buyer's last message.

    It is new for a message that is delivered again after KEFU_MESSAGE_TIMEOUT_SECONDS.
    """
    settings, key, now = get_settings(), message_key(tracker), time.monotonic()
    seconds = settings.database_timeout_seconds
    with _lock:
        begun, budget = _budgets.pop(key, (now, Budget(seconds)))
        if now - begun > settings.message_timeout_seconds:
            begun, budget = now, Budget(seconds)
        budget.left = max(budget.left, FURTHER_SHARE * seconds)
        _budgets[key] = begun, budget
        if len(_budgets) > KEPT_MESSAGES:
            _budgets.popitem(last=False)
    return budget
