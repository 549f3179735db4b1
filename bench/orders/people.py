"""Buyers of the benchmark's shop: invented people, sealed once, and who orders how often."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from kefu.orders import demo_people
from kefu.orders.sealing import KeyRing

PEOPLE = 2000
"""Buyers share these names, phones and addresses, each sealed once: as long, and quick to fill."""

ORDERS_EACH = 4
_CLASSES = 100
# The keenest hundredth of the buyers orders 38 times on average, the last 1.5 times.
_WEIGHTS = list(accumulate((place + 1) ** -0.7 for place in range(_CLASSES)))


@dataclass(frozen=True)
class Person:
    """Sealed values as the tables hold them, and how a parcel gets there."""

    plain: demo_people.Buyer
    name: str
    phone: str
    phone_index: str
    recipient: str
    order_phone: str
    order_phone_index: str
    address: str
    title: str
    details: str
    payload: str
    reason: str
    evidence: str


def people(ring: KeyRing, random: Random) -> list[Person]:
    """The pool."""
    return [_person(ring, number, random) for number in range(1, PEOPLE + 1)]


def _person(ring: KeyRing, number: int, random: Random) -> Person:
    plain = demo_people.buyer(number, random)
    said = json.dumps(
        {"command": {"order_no": "2026010100000000", "reason": "不要了"}, "status": ""}
    )
    return Person(
        plain=plain,
        name=ring.seal(plain.name, "customers.name"),
        phone=ring.seal(plain.phone, "customers.phone"),
        phone_index=ring.index(plain.phone, "customers.phone"),
        recipient=ring.seal(plain.name, "orders.recipient"),
        order_phone=ring.seal(plain.phone, "orders.phone"),
        order_phone_index=ring.index(plain.phone, "orders.phone"),
        address=ring.seal(plain.address, "orders.address"),
        title=ring.seal(plain.name, "invoices.title"),
        details=ring.seal(said, "audit_log.details"),
        payload=ring.seal(said, "outbox.payload"),
        reason=ring.seal("不喜欢", "cases.reason"),
        evidence=ring.seal("[]", "cases.evidence"),
    )


def customer_id(buyer: int) -> str:
    """The id of the buyer with that number, from 0."""
    return f"buyer-{buyer:07d}"


def draw_buyer(buyers: Sequence[int], random: Random) -> int:
    """Who places an order: few buyers often, most seldom, alike in shops of any size.

    `buyers` are one hundred or more; a hundredth of them is as keen as another is not.
    """
    (keen,) = random.choices(range(_CLASSES), cum_weights=_WEIGHTS)
    return buyers[(random.randrange(len(buyers)) // _CLASSES * _CLASSES + keen) % len(buyers)]
