"""Orders and cases of the demo shop that a conversation can be about."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from kefu.orders import tables
from kefu.orders.database import writing
from kefu.orders.status import CaseStatus, OrderStatus
from kefu.orders.views import OrderView
from tests.tasks.talking import NOW, DemoShop

ARRIVED = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)


def arrived(
    shop: DemoShop, goods: str, *, hours: int = 20, lines: int = 0
) -> tuple[OrderView, str]:
    """A delivered order with such goods, and its buyer, who has no other with them.

    It came `hours` ago, has no case, and all of it can be had again.
    """
    for number in range(1, 201):
        buyer = f"buyer-{number:04d}"
        taken = {case.order_no for case in shop.service.cases(buyer, 20)}
        recent = shop.service.recent_orders(buyer, 5)
        having = [order for order in recent if any(goods in item.name for item in order.items)]
        if len(having) == 1:
            (order,) = having
            fits = lines in (0, len(order.items)) and order.order_no not in taken
            if order.status is OrderStatus.DELIVERED and fits:
                shop.set(order, delivered_at=NOW - timedelta(hours=hours))
                restock(shop, order)
                return shop.service.order(buyer, order.order_no), buyer
    raise LookupError(f"No buyer has just one delivered order with {goods}: choose other goods.")


def restock(shop: DemoShop, order: OrderView) -> None:
    """Puts as many pieces on sale as the order has of each variant, at least."""
    variants = tables.product_variants
    with writing(shop.engine) as connection:
        for item in order.items:
            short = variants.c.sku == item.sku, variants.c.stock < item.quantity
            connection.execute(update(variants).where(*short).values(stock=item.quantity))


def buyer_with_case(shop: DemoShop, status: CaseStatus, *, kind: str = "") -> tuple[str, str]:
    """A case in that state and its buyer, who has no other open one."""
    for row in shop.rows(tables.cases, status=status.value):
        open_cases = [c for c in shop.service.cases(row.customer_id, 20) if not c.status.closed]
        alone = [case.case_no for case in open_cases] == ([] if status.closed else [row.case_no])
        if alone and kind in ("", row.kind):
            return row.case_no, row.customer_id
    raise LookupError(f"No buyer has just one case that is {status}: choose another state.")


def newest_case(shop: DemoShop) -> object:
    """The row of the case that was opened last."""
    return max(shop.rows(tables.cases), key=lambda row: row.id)
