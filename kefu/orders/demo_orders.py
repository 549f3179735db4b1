"""When things happened to each order of the demo shop, so that every state has its stories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from kefu.orders.demo_people import Buyer
from kefu.orders.status import CaseStatus, OrderStatus

# How many orders of each status: 1,000 together.
COUNTS = {
    OrderStatus.PENDING_PAYMENT: 50,
    OrderStatus.PAID: 150,
    OrderStatus.SHIPPED: 180,
    OrderStatus.DELIVERED: 170,
    OrderStatus.COMPLETED: 300,
    OrderStatus.CANCELLED: 60,
    OrderStatus.REFUNDING: 50,
    OrderStatus.REFUNDED: 40,
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHIP_WITHIN = 48 * HOUR


@dataclass(frozen=True)
class Case:
    """The after-sales case of an order that is or was refunded."""

    status: CaseStatus
    reason: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Draft:
    """An order without its goods. `returnable`: only goods that may go back without a reason."""

    buyer: Buyer
    status: OrderStatus
    placed_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    case: Case | None = None
    returnable: bool = False


class Drafts:
    """Draws orders that could have happened before `now`."""

    def __init__(self, buyers: list[Buyer], now: datetime, zone: ZoneInfo, random: Random) -> None:
        self._buyers = buyers
        self._now = now
        self._zone = zone
        self._random = random

    def __iter__(self) -> Iterator[Draft]:
        first, *others = self._buyers
        states = [status for status, count in COUNTS.items() for _ in range(count)]
        for draft in self._first_buyer(first):
            states.remove(draft.status)
            yield draft
        self._random.shuffle(states)
        for number, status in enumerate(states):
            yield self._draft(others[number % len(others)], status)

    def _first_buyer(self, buyer: Buyer) -> Iterator[Draft]:
        """One order of each kind that a visitor of the demo wants to try."""
        yield self._paid(buyer, 20 * HOUR)
        yield self._shipped(buyer, 40 * HOUR)
        yield self._delivered(buyer, OrderStatus.DELIVERED, 2 * DAY, returnable=True)
        yield self._returning(buyer, 4 * DAY, CaseStatus.AWAITING_RETURN)
        yield self._delivered(buyer, OrderStatus.COMPLETED, 60 * DAY)

    def _draft(self, buyer: Buyer, status: OrderStatus) -> Draft:
        uniform = self._random.uniform
        if status is OrderStatus.PENDING_PAYMENT:
            return Draft(buyer, status, self._now - uniform(0.1, 22) * HOUR)
        if status is OrderStatus.CANCELLED:
            return Draft(buyer, status, self._now - uniform(1, 90) * DAY)
        if status is OrderStatus.PAID:
            return self._paid(buyer, uniform(1, 52) * HOUR)
        if status is OrderStatus.SHIPPED:
            # One in eight is overdue.
            return self._shipped(buyer, uniform(0.1, buyer.days * 8 / 7) * DAY)
        if status is OrderStatus.DELIVERED:
            # By night half a day more; after ten days the receipt would have confirmed itself.
            return self._delivered(buyer, status, uniform(0.1, 9.4) * DAY)
        if status is OrderStatus.COMPLETED:
            return self._delivered(buyer, status, uniform(3, 120) * DAY)
        closed = status is OrderStatus.REFUNDED
        if self._random.random() < 0.4:
            return self._never_shipped(buyer, closed=closed)
        if closed:
            return self._returning(buyer, uniform(14, 90) * DAY, CaseStatus.REFUNDED)
        waiting = (CaseStatus.AWAITING_RETURN, CaseStatus.RETURNING, CaseStatus.PAYING)
        return self._returning(buyer, uniform(3, 8) * DAY, self._random.choice(waiting))

    def _paid(self, buyer: Buyer, ago: timedelta) -> Draft:
        placed_at = self._now - ago
        return Draft(buyer, OrderStatus.PAID, placed_at, paid_at=self._payment(placed_at))

    def _shipped(self, buyer: Buyer, ago: timedelta) -> Draft:
        shipped_at = self._by_day(self._now - ago)
        placed_at = shipped_at - self._random.uniform(4, 44) * HOUR
        return Draft(
            buyer,
            OrderStatus.SHIPPED,
            placed_at,
            paid_at=self._payment(placed_at),
            shipped_at=shipped_at,
        )

    def _delivered(
        self,
        buyer: Buyer,
        status: OrderStatus,
        ago: timedelta,
        *,
        case: Case | None = None,
        returnable: bool = False,
    ) -> Draft:
        delivered_at = self._by_day(self._now - ago)
        shipped_at = self._by_day(delivered_at - buyer.days * DAY)
        placed_at = shipped_at - self._random.uniform(4, 44) * HOUR
        return Draft(
            buyer,
            status,
            placed_at,
            paid_at=self._payment(placed_at),
            shipped_at=shipped_at,
            delivered_at=delivered_at,
            case=case,
            returnable=returnable,
        )

    def _returning(self, buyer: Buyer, ago: timedelta, state: CaseStatus) -> Draft:
        created_at = self._now - ago + self._random.uniform(1, 40) * HOUR
        closed = state is CaseStatus.REFUNDED
        reason = self._random.choice(("不喜欢", "尺码不合适", "买多了", "和想象的颜色不一样"))
        case = Case(state, reason, created_at, created_at + 6 * DAY if closed else None)
        status = OrderStatus.REFUNDED if closed else OrderStatus.REFUNDING
        return self._delivered(buyer, status, ago, case=case, returnable=True)

    def _never_shipped(self, buyer: Buyer, *, closed: bool) -> Draft:
        """Paid, then no longer wanted."""
        uniform = self._random.uniform
        placed_at = self._now - (uniform(4, 90) * DAY if closed else uniform(6, 40) * HOUR)
        created_at = placed_at + uniform(1, 5) * HOUR
        reason = self._random.choice(("拍错了", "不想要了", "地址填错了想重新买"))
        if closed:
            case = Case(CaseStatus.REFUNDED, reason, created_at, created_at + DAY)
            status = OrderStatus.REFUNDED
        else:
            case = Case(CaseStatus.PAYING, reason, created_at, None)
            status = OrderStatus.REFUNDING
        return Draft(buyer, status, placed_at, paid_at=self._payment(placed_at), case=case)

    def _payment(self, placed_at: datetime) -> datetime:
        return placed_at + self._random.uniform(0.3, 5) * timedelta(minutes=1)

    def _by_day(self, at: datetime) -> datetime:
        """Half a day earlier where couriers would be asleep."""
        return at if 9 <= at.astimezone(self._zone).hour < 21 else at - 12 * HOUR
