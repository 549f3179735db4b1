"""The rows of the benchmark's shop: goods, buyers, orders and parcels."""

from __future__ import annotations

from random import Random

from bench.orders.copying import Rows
from bench.orders.drafts import DAY, NOW, Draft, draft
from bench.orders.money import FREIGHT_CENTS, Order, after_sales, pay, scattered
from bench.orders.people import Person, customer_id, draw_buyer
from kefu.orders.demo_goods import GOODS
from kefu.orders.demo_parcels import parcel
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import OrderStatus

_SECOND_PARCEL = 0.05


class Shop:
    """Draws a shop of any size: its goods once, then ever more buyers with their orders."""

    def __init__(self, people: list[Person], random: Random) -> None:
        self.rows = Rows()
        self._people = people
        self._random = random
        self._variants: list[tuple[int, str, int]] = []  # id, name, cents
        self._returnable: list[tuple[int, str, int]] = []

    def goods(self) -> None:
        """What is sold, which is the same in a shop of any size."""
        excluded = shop_rules().no_reason.excluded
        for goods in GOODS:
            of = {"code": goods.code, "name": goods.name, "category": goods.category}
            product = self.rows.number("products", of)
            for color in goods.colors:
                for size, cents in goods.prices.items():
                    id = self.rows.number(
                        "product_variants",
                        {
                            "product_id": product,
                            "sku": f"{goods.code}-{len(self._variants) + 1:03d}",
                            "color": color,
                            "size": size,
                            "price_cents": cents,
                            "stock": 100,
                        },
                    )
                    self._variants.append((id, goods.name, cents))
                    if goods.category not in excluded:
                        self._returnable.append(self._variants[-1])

    def buyers(self, buyers: range) -> None:
        """Buyers with these numbers."""
        for buyer in buyers:
            person = self._people[buyer % len(self._people)]
            self.rows.add(
                "customers",
                {
                    "id": customer_id(buyer),
                    "name": person.name,
                    "phone": person.phone,
                    "created_at": NOW - 4 * 365 * DAY,
                    "phone_index": person.phone_index,
                },
            )

    def orders(self, count: int, buyers: range) -> None:
        """So many orders more, each of one of the buyers, with all that belongs to it."""
        for _ in range(count):
            buyer = draw_buyer(buyers, self._random)
            person = self._people[buyer % len(self._people)]
            self._order(customer_id(buyer), person, draft(self._random, person.plain.days))

    def _order(self, customer: str, person: Person, draft: Draft) -> None:
        rows, random = self.rows, self._random
        order_id = rows.last["orders"] + 1
        # Orders that may still be sent back hold only goods that may.
        stock = self._returnable if draft.status is OrderStatus.DELIVERED else self._variants
        lines = [
            (variant, name, random.choice((1, 1, 1, 2)), cents)
            for variant, name, cents in random.sample(stock, random.choice((1, 1, 1, 2, 3)))
        ]
        total = FREIGHT_CENTS + sum(pieces * cents for *_, pieces, cents in lines)
        order_no = f"{draft.placed_at.astimezone(SHOP_ZONE):%Y%m%d}{scattered(order_id, 8)}"
        rows.number(
            "orders",
            {
                "order_no": order_no,
                "customer_id": customer,
                "status": draft.status.value,
                "placed_at": draft.placed_at,
                "paid_at": draft.paid_at,
                "ship_by": draft.paid_at and draft.paid_at + 2 * DAY,
                "shipped_at": draft.shipped_at,
                "delivered_at": draft.delivered_at,
                "freight_cents": FREIGHT_CENTS,
                "total_cents": total,
                "recipient": person.recipient,
                "phone": person.order_phone,
                "address": person.address,
                "phone_index": person.order_phone_index,
                "receipt_deadline": draft.delivered_at and draft.delivered_at + 10 * DAY,
            },
        )
        items = [
            rows.number(
                "order_items",
                {
                    "order_id": order_id,
                    "variant_id": variant,
                    "name": name,
                    "quantity": pieces,
                    "unit_price_cents": cents,
                },
            )
            for variant, name, pieces, cents in lines
        ]
        order = Order(order_id, order_no, customer, person, draft, total, tuple(items))
        if draft.paid_at is not None:
            pay(rows, order, "payment", total, draft.paid_at)
        if draft.shipped_at is not None:
            for _ in range(2 if random.random() < _SECOND_PARCEL else 1):
                self._parcel(order_id, person, draft)
        after_sales(rows, order, random.random())

    def _parcel(self, order_id: int, person: Person, draft: Draft) -> None:
        assert draft.shipped_at is not None
        box = parcel(
            self.rows.last["parcels"] + 1,
            person.plain,
            shipped_at=draft.shipped_at,
            delivered_at=draft.delivered_at,
            now=NOW,
            random=self._random,
        )
        parcel_id = self.rows.number(
            "parcels",
            {
                "order_id": order_id,
                "courier": box.courier,
                "tracking_number": box.tracking_number,
                "status": box.status.value,
                "expected_at": box.expected_at,
            },
        )
        for event in box.events:
            told = {"at": event.at, "place": event.place, "text": event.text}
            self.rows.number("parcel_events", {"parcel_id": parcel_id, **told})
