"""What a step sees of the demo shop."""

from __future__ import annotations

from kefu.orders.numbers import SHOP_ZONE
from kefu.tasks import Said, Situation
from tests.tasks.talking import NOW, DemoShop


def situation(shop: DemoShop, buyer: str, **answers: str) -> Situation:
    """Of that buyer, with these answers."""
    return Situation(buyer, shop.service, answers, NOW, SHOP_ZONE, shop.service.rules)


def said(text: str, intent: str | None = None, **entities: str) -> Said:
    """A message, with one entity of each type."""
    return Said(text, intent, {name: (value,) for name, value in entities.items()})
