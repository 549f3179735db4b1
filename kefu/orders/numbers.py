"""Numbers of cases and tickets: readable aloud, and no clue to how many there are."""

from __future__ import annotations

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

SHOP_ZONE = ZoneInfo("Asia/Shanghai")

# Draws before giving up. With 100,000 numbers a day and half of them taken, twenty draws
# all meet a taken one once in a million times.
ATTEMPTS = 20


def case_number(now: datetime, zone: ZoneInfo, random: Random) -> str:
    """`R20261108` and six random digits: a refund case opened on that day in the shop's zone."""
    return f"R{now.astimezone(zone):%Y%m%d}{random.randrange(10**6):06d}"


def ticket_number(now: datetime, zone: ZoneInfo, random: Random) -> str:
    """`T261108-` and five random digits: a ticket opened on that day in the shop's zone."""
    return f"T{now.astimezone(zone):%y%m%d}-{random.randrange(10**5):05d}"
