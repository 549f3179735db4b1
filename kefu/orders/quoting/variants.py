"""Whether the variant that a buyer wants can take the place of the one that was ordered."""

from __future__ import annotations

from kefu.orders.facts import ItemFacts, VariantFacts
from kefu.orders.quoting.scene import Scene
from kefu.orders.sentences import refuse


def wanted_variant(
    scene: Scene, item: ItemFacts, new_sku: str, quantity: int, *, chapter: str
) -> VariantFacts:
    """The variant `new_sku`: of the same goods, at the same price, in stock.

    `chapter` is where the refusals stand in sentences.yml. The price is the same when it is what
    the ordered variant cost then or costs now.
    """
    if new_sku == item.sku:
        raise refuse(f"{chapter}.same")
    variant = scene.facts.wanted
    if variant is None or variant.sku != new_sku:
        raise refuse(f"{chapter}.unknown_variant")
    if variant.product != item.product:
        raise refuse(f"{chapter}.other_goods")
    if variant.price_cents not in (item.unit_price_cents, item.current_price_cents):
        raise refuse(f"{chapter}.other_price", variant=variant.label)
    if variant.stock < quantity:
        raise refuse(f"{chapter}.no_stock", variant=variant.label)
    return variant
