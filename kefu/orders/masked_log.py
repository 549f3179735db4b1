"""Log lines without the phones and numbers that a buyer's words or a broken statement carry."""

from __future__ import annotations

import logging

from kefu.orders.masking import mask_text

_formatter = logging.Formatter()


class MaskedLog(logging.Filter):
    """Masks message and traceback as `mask_text` does, for all handlers; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Called by the logger."""
        record.msg, record.args = mask_text(record.getMessage()), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = mask_text(_formatter.formatException(record.exc_info))
        return True
