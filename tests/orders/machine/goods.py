"""What the shop of the state machine sells, to whom, and its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 11, 20, 4, 0, tzinfo=timezone.utc)  # noon in Shanghai
SHANGHAI = timezone(timedelta(hours=8))  # no summer time since 1991

BUYERS = ("buyer-0001", "buyer-0002", "buyer-0003")
NAME, PHONE = "王小明", "13800000001"
ADDRESS = "浙江省杭州市西湖区青禾路18号3单元502"
FREIGHT_CENTS = 800


@dataclass(frozen=True)
class Variant:
    """A variant on sale, with what it costs and how many there are on the first day."""

    sku: str
    product: str
    category: str
    cents: int
    stock: int


CATALOGUE: dict[str, Variant] = {
    sku: Variant(sku, product, category, cents, stock)
    for sku, product, category, cents, stock in (
        ("bed-1", "bed", "bedding", 12_000, 9),
        ("bed-2", "bed", "bedding", 12_000, 3),
        ("bed-3", "bed", "bedding", 15_000, 3),
        ("shirt-m", "shirt", "clothing", 8_001, 9),
        ("shirt-l", "shirt", "clothing", 8_001, 4),
        ("orange-5", "orange", "fresh", 4_000, 9),
        ("pen-1", "pen", "engraved", 2_500, 9),
        ("pen-2", "pen", "engraved", 2_500, 2),
    )
}


def day_of(at: datetime) -> date:
    """The shop's day of a moment."""
    return at.astimezone(SHANGHAI).date()


def midnight(at: datetime, days: int) -> datetime:
    """The end of the shop's day that comes so many days after the one of `at`."""
    return datetime.combine(day_of(at) + (days + 1) * DAY, time(), tzinfo=SHANGHAI)
