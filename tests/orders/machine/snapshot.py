"""The state of a shop as plain tuples, part by part, as the book has it."""

from __future__ import annotations

from typing import Any

from tests.orders.machine.book import Book, ShopWrite

Snapshot = dict[str, list[tuple[Any, ...]]]

ORDER_VALUES = (
    "number",
    "buyer",
    "status",
    "total",
    "freight",
    "placed_at",
    "paid_at",
    "ship_by",
    "shipped_at",
    "delivered_at",
    "deadline",
    "extensions",
    "address_changes",
    "recipient",
    "phone",
    "address",
    "hold_until",
    "version",
)


def of_book(book: Book) -> Snapshot:
    """The same as the model has it."""
    found = sorted(book.orders.values(), key=lambda order: order.number)
    held = sorted(
        ((order, case) for order in found for case in order.cases), key=lambda pair: pair[1].number
    )
    state: Snapshot = {
        "orders": [tuple(getattr(order, value) for value in ORDER_VALUES) for order in found],
        "lines": [
            (order.number, line.sku, line.pieces, line.unit_cents)
            for order in found
            for line in order.lines
        ],
        "payments": [
            row
            for order in found
            for row in (
                *([(order.number, "payment", order.paid, None)] if order.paid else []),
                *((order.number, "refund", cents, number) for number, cents in order.paid_back),
            )
        ],
        "cases": [
            (
                order.number,
                case.number,
                order.buyer,
                case.kind,
                case.status,
                case.cents,
                case.ground,
                case.tender,
                case.automatic,
                case.until,
                case.kept,
                case.tracking,
                case.key,
            )
            for order in found
            for case in order.cases
        ],
        "case_lines": [
            (case.number, order.lines[place].sku, *case.lines[place])
            for order, case in held
            for place in sorted(case.lines)
        ],
        "events": [(case.number, *event) for _, case in held for event in case.events],
        "invoices": [
            (order.number, order.buyer, "requested", order.invoice[1])
            for order in found
            if order.invoice
        ],
        "stock": [(sku, book.stock[sku], book.prices[sku]) for sku in sorted(book.stock)],
        "keys": sorted(
            (write.buyer, f"shop:{write.key}", "shop")
            if isinstance(write, ShopWrite)
            else (write.buyer, write.key, write.command)
            for write in book.writes
        ),
        "audit_log": [("", len(book.writes))],
        "outbox": [("", len(book.writes))],
    }
    return state
