"""Whether goods can be had anew: for a fault, the shop sends the same again or what was missing."""

from __future__ import annotations

from collections.abc import Sequence

from kefu.orders.views import ItemView, VariantView
from kefu.tasks.step import Situation
from kefu.tasks.steps.goods import ALL


def enough(item: ItemView, sold: Sequence[VariantView], pieces: int) -> bool:
    """Whether the variant that was ordered is still sold and so many pieces of it are there."""
    return any(variant.sku == item.sku and variant.stock >= pieces for variant in sold)


def short_of(situation: Situation) -> ItemView | None:
    """The first of the chosen goods that cannot be had anew; None where all can, or none is chosen.

    Of what was missing in a parcel nobody knows how many pieces: one must be there.
    """
    chosen = situation.answers.get("goods")
    if chosen is None:
        return None
    missing = situation.answers.get("problem") == "missing"
    for item in situation.order().items:
        if chosen in (ALL, item.sku):
            sold = situation.service.variants(item.sku)
            if not enough(item, sold, 1 if missing else item.quantity):
                return item
    return None
