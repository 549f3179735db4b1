from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from kefu.orders.masked_log import MaskedLog


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    written = io.StringIO()
    logger, handler = logging.getLogger("masked"), logging.StreamHandler(written)
    seal = MaskedLog()
    logger.addHandler(handler)
    logger.addFilter(seal)
    yield logger, written
    logger.removeHandler(handler)
    logger.removeFilter(seal)


def test_a_message_and_its_arguments(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.error("no answer to %s, 100%% sure", "打13800000001，税号91330100MA2ABCDE0X")
    assert "打138****0001，税号9133**********DE0X, 100% sure" in written.getvalue()


def test_a_traceback(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    try:
        int("13800000001号")
    except ValueError:
        logger.exception("failed")
    assert "Traceback" in written.getvalue()
    assert "138****0001" in written.getvalue()
    assert "13800000001" not in written.getvalue()
