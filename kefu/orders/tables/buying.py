"""Customers, what they ordered and what was paid."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from kefu.orders.status import OrderStatus
from kefu.orders.tables.columns import at, counted, metadata, needed, one_of
from kefu.orders.tables.sealed import phone_index, sealed


def _open_orders(name: str, status: OrderStatus) -> Index:
    """An index of the orders in one status only."""
    where = text(f"status = '{status.value}'")
    return Index(f"ix_orders_{name}", "id", postgresql_where=where, sqlite_where=where)


customers = Table(
    "customers",
    metadata,
    Column("id", String(64), primary_key=True),
    sealed("customers", "name"),
    sealed("customers", "phone"),
    at("created_at", required=True),
    phone_index("customers"),
    Index(None, "phone_index"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("order_no", String(16)),
    needed("customer_id", String(64), ForeignKey("customers.id")),
    needed("status", String(32)),
    at("placed_at", required=True),
    at("paid_at"),
    at("ship_by"),
    at("shipped_at"),
    at("delivered_at"),
    needed("freight_cents", Integer),
    needed("total_cents", Integer),  # goods and freight, as paid
    sealed("orders", "recipient"),
    sealed("orders", "phone"),
    sealed("orders", "address"),
    phone_index("orders"),
    counted("address_changes", Integer),  # how often the buyer changed recipient, phone or address
    Column("hold_until", Date),  # the day, in the shop's zone, that dispatch waits for
    at("receipt_deadline"),  # when the receipt confirms itself; when it was confirmed, after that
    counted("receipt_extensions", Integer),  # how often the buyer has had it put off
    counted("version", Integer),  # how often the order was written
    UniqueConstraint("order_no"),
    one_of("status", OrderStatus),
    CheckConstraint("freight_cents >= 0 AND total_cents >= freight_cents", name="money"),
    Index(None, "customer_id", "placed_at"),
    Index(None, "phone_index"),
    # What sweeps look for, by their own order, the primary key: few of all orders at any time.
    _open_orders("delivered", OrderStatus.DELIVERED),
    _open_orders("unpaid", OrderStatus.PENDING_PAYMENT),
)

order_items = Table(
    "order_items",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("order_id", Integer, ForeignKey("orders.id")),
    needed("variant_id", Integer, ForeignKey("product_variants.id")),
    needed("name", String(200)),  # as it was when the order was placed
    needed("quantity", Integer),
    needed("unit_price_cents", Integer),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("unit_price_cents >= 0", name="unit_price_cents"),
    Index(None, "order_id"),
)

# Money that has moved, one row a movement: `payment` from the buyer, `refund` back.
payments = Table(
    "payments",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("order_id", Integer, ForeignKey("orders.id")),
    needed("kind", String(16)),
    needed("method", String(32)),  # wechat, alipay, card ...; coupons are no money
    needed("amount_cents", Integer),
    at("at", required=True),
    Column("case_id", Integer, ForeignKey("cases.id")),  # what a refund is for
    Column("transaction_no", String(64)),  # of whoever moved it
    one_of("kind", ("payment", "refund")),
    CheckConstraint("amount_cents > 0", name="amount_cents"),
    UniqueConstraint("transaction_no"),
    Index(None, "order_id"),
    # A case is paid once, whatever happens twice.
    Index(
        "ix_payments_one_refund_per_case",
        "case_id",
        unique=True,
        postgresql_where=text("kind = 'refund'"),
        sqlite_where=text("kind = 'refund'"),
    ),
)
