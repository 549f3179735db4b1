"""Logs without the phones and numbers that a buyer's words or a broken statement carry.

An exception may hold a row, a warning a whole message, and any logger may print them: ours, Rasa's,
the driver's. So what is masked is the record itself, before any logger or handler has it.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

from kefu.orders.masking import mask_text

_formatter = logging.Formatter()


def mask_logs() -> None:
    """From now on mask, as `mask_text` does, all that this process logs and warns of.

    For the start of a server; again it does nothing more. A line takes some 15 µs, one that its
    level holds back nothing.
    """
    make = logging.getLogRecordFactory()
    if not isinstance(make, _MaskedRecords):
        logging.setLogRecordFactory(_MaskedRecords(make))
        warnings.showwarning = _masked_warnings(warnings.showwarning)


class _MaskedRecords:
    """Makes records as `make` does, with message and traceback masked."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make

    def __call__(self, *args: Any, **values: Any) -> logging.LogRecord:
        record = self._make(*args, **values)
        try:
            said = record.getMessage()
        except Exception:  # noqa: BLE001 - logging itself would print the arguments
            said = f"{record.msg} (its arguments do not fit)"
        record.msg, record.args = mask_text(said), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = mask_text(_formatter.formatException(record.exc_info))
        return record


def _masked_warnings(show: Callable[..., None]) -> Callable[..., None]:
    def show_masked(message: Warning | str, category: type[Warning], *where: Any) -> None:
        show(mask_text(str(message)), category, *where)

    return show_masked
