from __future__ import annotations

from enum import Enum

import pytest

from kefu.orders.status import CaseStatus, OrderStatus, ParcelStatus, TicketStatus


@pytest.mark.parametrize("states", [OrderStatus, ParcelStatus, CaseStatus, TicketStatus])
def test_every_state_has_its_own_chinese_word(states: type[Enum]) -> None:
    labels = [state.label for state in states]  # type: ignore[attr-defined]
    assert all("\u4e00" <= character <= "\u9fff" for label in labels for character in label)
    assert len(set(labels)) == len(labels)


def test_a_stored_code_finds_its_state() -> None:
    assert OrderStatus("paid") is OrderStatus.PAID
    assert f"{OrderStatus.PAID}" == "paid"
