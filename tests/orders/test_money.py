from __future__ import annotations

import pytest

from kefu.orders.money import format_money


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "¥0.00"),
        (5, "¥0.05"),
        (2990, "¥29.90"),
        (123_450, "¥1,234.50"),
        (100_000_001, "¥1,000,000.01"),
        (-199, "-¥1.99"),
    ],
)
def test_money_has_two_decimals_and_groups_of_three(cents: int, text: str) -> None:
    assert format_money(cents) == text
