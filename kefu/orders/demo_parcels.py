"""Parcels of the demo shop, with histories as couriers write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from kefu.orders.demo_people import Buyer
from kefu.orders.status import ParcelStatus

WAREHOUSE = "金华"
# (courier, how its numbers begin, digits that follow)
COURIERS = (
    ("顺丰速运", "SF", 13),
    ("中通快递", "7870", 10),
    ("圆通速递", "YT", 13),
    ("韵达快递", "4350", 11),
    ("申通快递", "7730", 11),
    ("极兔速递", "JT", 13),
    ("邮政EMS", "1189", 9),
)
COURIER_SHARES = (15, 70, 4, 4, 4, 2, 1)  # in percent; the shop ships with the second by default
REMOTE_COURIER = COURIERS[-1]
REMOTE_DAYS = 6
DELAY_DAYS = 3
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Event:
    """One line of a history."""

    at: datetime
    place: str
    text: str


@dataclass(frozen=True)
class Parcel:
    """A parcel with what happened to it until now."""

    courier: str
    tracking_number: str
    status: ParcelStatus
    expected_at: datetime
    events: tuple[Event, ...]


def parcel(
    number: int,
    buyer: Buyer,
    *,
    shipped_at: datetime,
    delivered_at: datetime | None,
    now: datetime,
    random: Random,
) -> Parcel:
    """The parcel of an order that left at `shipped_at`; nothing in it lies after `now`.

    Without `delivered_at` it is on the way, and how far depends on the time since it left; one
    that should have arrived by `now` is held up.
    """
    far = buyer.days >= REMOTE_DAYS
    usual = random.choices(COURIERS, COURIER_SHARES)[0]
    courier, prefix, digits = REMOTE_COURIER if far else usual
    expected_at = shipped_at + timedelta(days=buyer.days)
    history = _history(buyer, shipped_at, delivered_at or expected_at, random)
    if delivered_at is None and expected_at <= now:
        history = [*history[:3], _delay(buyer, shipped_at)]
        expected_at += timedelta(days=DELAY_DAYS)
    past = [(status, event) for status, event in history if event.at <= now]
    return Parcel(
        courier=courier,
        # Multiplying by a prime scatters the numbers and keeps them different.
        tracking_number=f"{prefix}{number * 15_485_863 % 10**digits:0{digits}d}",
        status=past[-1][0],
        expected_at=expected_at,
        events=tuple(event for _, event in past),
    )


def _history(
    buyer: Buyer, start: datetime, end: datetime, random: Random
) -> list[tuple[ParcelStatus, Event]]:
    """The whole way from the warehouse to the door, oldest first; takes a day or more."""
    hub, moving = buyer.hub, ParcelStatus.IN_TRANSIT
    rider = random.choice(("小张", "小李", "老周", "小吴"))
    steps = [
        (start, ParcelStatus.COLLECTED, WAREHOUSE, "快递员已揽收，包裹交接完成"),
        (start + 3 * HOUR, moving, WAREHOUSE, f"快件已到达{WAREHOUSE}转运中心"),
        (start + 6 * HOUR, moving, WAREHOUSE, f"快件已发往{hub}转运中心"),
        (end - 9 * HOUR, moving, hub, f"快件已到达{hub}转运中心"),
        (end - 4 * HOUR, moving, hub, "快件已到达派送网点"),
        (
            end - 2 * HOUR,
            ParcelStatus.OUT_FOR_DELIVERY,
            hub,
            f"快递员{rider}正在为您派送，请保持电话畅通",
        ),
    ]
    signed = "已签收，签收人：本人"
    if random.random() < 0.3:
        text = "快件已放到小区驿站，请凭取件码领取"
        steps.append((end - HOUR, ParcelStatus.AWAITING_PICKUP, hub, text))
        signed = "已在驿站取件，签收人：本人"
    steps.append((end, ParcelStatus.DELIVERED, hub, signed))
    return [
        (status, Event(at.replace(second=0, microsecond=0), place, f"【{place}】{text}"))
        for at, status, place, text in steps
    ]


def _delay(buyer: Buyer, start: datetime) -> tuple[ParcelStatus, Event]:
    at = start + 15 * HOUR
    text = f"【途中】发往{buyer.hub}的车辆受天气影响延误，快件正在加紧运输"
    return ParcelStatus.DELAYED, Event(at, "途中", text)
