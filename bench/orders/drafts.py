"""What happened to each order of the benchmark's shop, in a shop's usual proportions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from random import Random

from kefu.orders.status import OrderStatus

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)
"""When the benchmark takes place, noon in the shop's zone."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEARS = 3 * 365
_SHARES = {  # in percent
    OrderStatus.PENDING_PAYMENT: 1,
    OrderStatus.PAID: 8,
    OrderStatus.SHIPPED: 8,
    OrderStatus.DELIVERED: 12,
    OrderStatus.COMPLETED: 60,
    OrderStatus.CANCELLED: 5,
    OrderStatus.REFUNDING: 2,
    OrderStatus.REFUNDED: 4,
}
_STATES, _UP_TO = list(_SHARES), list(accumulate(_SHARES.values()))


@dataclass(frozen=True)
class Draft:
    """An order without buyer and goods."""

    status: OrderStatus
    placed_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None


def draft(random: Random, days: int) -> Draft:
    """One order; its parcel needs `days`."""
    (status,) = random.choices(_STATES, cum_weights=_UP_TO)
    uniform = random.uniform
    if status is OrderStatus.PENDING_PAYMENT:
        return Draft(status, NOW - uniform(0.1, 22) * HOUR)
    if status is OrderStatus.CANCELLED:
        return Draft(status, NOW - uniform(1, YEARS) * DAY)
    if status is OrderStatus.PAID:
        return _paid(status, NOW - uniform(1, 44) * HOUR)
    if status is OrderStatus.SHIPPED:
        return _shipped(status, NOW - uniform(0.1, 0.9 * days) * DAY, random)
    if status is OrderStatus.DELIVERED:
        ago = uniform(0.1, 9.4)
    elif status is OrderStatus.REFUNDING:
        ago = uniform(1, 8)
    else:
        ago = uniform(11, YEARS)
    return _shipped(status, NOW - (ago + days) * DAY, random, NOW - ago * DAY)


def _paid(status: OrderStatus, placed_at: datetime) -> Draft:
    return Draft(status, placed_at, placed_at + timedelta(minutes=2))


def _shipped(
    status: OrderStatus, shipped_at: datetime, random: Random, delivered_at: datetime | None = None
) -> Draft:
    placed_at = shipped_at - random.uniform(4, 44) * HOUR
    return Draft(status, placed_at, placed_at + timedelta(minutes=2), shipped_at, delivered_at)
