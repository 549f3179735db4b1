"""The model's rules for orders that are still in the warehouse, and for money back before it."""

from __future__ import annotations

from datetime import timedelta

from kefu.orders import commands as c
from tests.orders.machine.book import Book, Lines, Order
from tests.orders.machine.goods import ADDRESS, CATALOGUE, HOUR, PHONE, day_of
from tests.orders.machine.plan import Plan, granted, opens
from tests.orders.machine.sums import at_most, left, remaining, total

GOOD_ADDRESS = "江苏省南京市鼓楼区云台路12号"
GOOD_PHONE = "13900000002"


def cancel(book: Book, order: Order, wish: c.CancelOrder) -> Plan:
    """Free before payment; all the money back before dispatch, and the goods back on the shelf."""
    if order.status == "pending_payment":
        return Plan("cancel_order", to="cancelled", stock=on_the_shelf(order))
    opens(order, "paid")
    return all_of_it(order)


def change_address(book: Book, order: Order, wish: c.ChangeAddress) -> Plan:
    """Once, to a place with the same freight."""
    granted(order.status in ("pending_payment", "paid"), "too late")
    granted(order.address_changes == 0, "once only")
    changes = {
        field: value
        for field in ("recipient", "phone", "address")
        if (value := getattr(wish, field)) is not None
    }
    granted(changes, "nothing to change")
    granted(changes.get("phone", GOOD_PHONE) in (PHONE, GOOD_PHONE), "no phone number")
    granted(changes.get("address", GOOD_ADDRESS) in (ADDRESS, GOOD_ADDRESS), "dearer freight")
    return Plan("change_address", order=changes | {"address_changes": 1})


def change_item(book: Book, order: Order, wish: c.ChangeItem) -> Plan:
    """Another variant at the same price, or fewer pieces of a paid line."""
    granted(order.status in ("pending_payment", "paid"), "too late")
    place = place_of(order, wish.sku)
    pieces, cents = remaining(order).get(place, (0, 0))
    granted(pieces, "nothing left of it")
    made = order.paid_at is not None and order.lines[place].category == "engraved"
    granted(not made or book.now < order.paid_at + 2 * HOUR, "is being engraved")  # type: ignore[operator]
    granted((wish.new_sku is None) != (wish.new_quantity is None), "one of the two")
    if wish.new_quantity is not None:
        fewer = pieces - wish.new_quantity
        granted(fewer > 0, "not fewer")
        opens(order, "paid")
        return some_of_it(order, {place: (fewer, cents * fewer // pieces)})
    granted(all(line.sku != wish.new_sku for line in order.lines), "a line of it is there")
    sku = same_goods(book, order, place, wish.new_sku, pieces)
    return Plan("change_item", stock={wish.sku: pieces, sku: -pieces}, line=(place, sku))


def delay(book: Book, order: Order, wish: c.DelayShipment) -> Plan:
    """From tomorrow to fifteen days after payment, five where something spoils."""
    granted(order.status == "paid" and order.paid_at is not None, "only between pay and dispatch")
    today = day_of(book.now)
    held = order.hold_until
    granted(held is None or held > today, "packed tomorrow already")
    fresh = any(line.category == "fresh" for line in order.lines)
    last = day_of(order.paid_at) + timedelta(days=5 if fresh else 15)  # type: ignore[arg-type]
    granted(today < wish.until <= last, "not within the days")
    return Plan("delay_shipment", order={"hold_until": wish.until})


def refund_unshipped(book: Book, order: Order, wish: c.RequestRefund) -> Plan:
    """All of it at once, or some of it after a look."""
    opens(order, "paid")
    rest = remaining(order)
    chosen = picked(order, wish.skus, rest)
    return all_of_it(order) if len(chosen) == len(rest) else some_of_it(order, chosen)


def all_of_it(order: Order) -> Plan:
    """No person looks at it, so the goods are for sale again at once."""
    amount = left(order)
    return Plan(
        "refund_only",
        amount,
        opens="paying",
        ground="unshipped",
        lines=at_most(remaining(order), amount),
        to="refunding",
        stock=on_the_shelf(order),
    )


def some_of_it(order: Order, lines: Lines) -> Plan:
    """The freight stays paid; a person takes the pieces out of the parcel."""
    granted(lines, "nothing left of it")
    lines = at_most(lines, left(order))
    return Plan(
        "refund_only",
        total(lines),
        automatic=False,
        opens="reviewing",
        ground="unshipped",
        lines=lines,
        to="refunding",
    )


def on_the_shelf(order: Order) -> dict[str, int]:
    """What comes back to the shelf of an order that never left."""
    return {order.lines[place].sku: pieces for place, (pieces, _) in remaining(order).items()}


def place_of(order: Order, sku: str) -> int:
    """Where the order has that variant."""
    places = [place for place, line in enumerate(order.lines) if line.sku == sku]
    granted(places, "no such line")
    return places[0]


def picked(order: Order, skus: tuple[str, ...], rest: Lines) -> Lines:
    """What is left of the lines that the buyer names; of all for none."""
    places = {place_of(order, sku) for sku in skus} or set(rest)
    return {place: line for place, line in rest.items() if place in places}


def same_goods(book: Book, order: Order, place: int, sku: str | None, pieces: int) -> str:
    """A variant that may take the place of a line: same product, same price, on the shelf."""
    line = order.lines[place]
    granted(sku is not None and sku != line.sku and sku in CATALOGUE, "no other variant")
    assert sku is not None
    granted(CATALOGUE[sku].product == line.product, "other goods")
    granted(book.prices[sku] in (line.unit_cents, book.prices[line.sku]), "another price")
    granted(book.stock[sku] >= pieces, "sold out")
    return sku
