"""The tables. Money is integer cents; times are UTC and aware; states are the codes of `status`."""

from __future__ import annotations

from datetime import datetime, timezone
from enum import Enum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from kefu.orders.status import OrderStatus, ParcelStatus, RefundStatus, TicketStatus


class UtcDateTime(TypeDecorator):
    """An aware UTC time on every database.

    SQLite drops time zones without a word, so a naive time is refused on the way in, and on the
    way out each time says that it is UTC.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; naive on SQLite, whose storage format knows no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime.")
        utc = value.astimezone(timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the driver's time to an aware one in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _one_of(states: type[Enum]) -> CheckConstraint:
    codes = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"status IN ({codes})", name="status")


def _at(name: str, *, required: bool = False) -> Column:
    return Column(name, UtcDateTime, nullable=not required)


def _needed(name: str, kind: TypeEngine | type[TypeEngine], *others: ForeignKey) -> Column:
    return Column(name, kind, *others, nullable=False)


customers = Table(
    "customers",
    metadata,
    Column("id", String(64), primary_key=True),
    _needed("name", String(64)),
    _needed("phone", String(32)),
    _at("created_at", required=True),
)

products = Table(
    "products",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("code", String(32)),
    _needed("name", String(200)),
    _needed("category", String(32)),
    UniqueConstraint("code"),
)

product_variants = Table(
    "product_variants",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("product_id", Integer, ForeignKey("products.id")),
    _needed("sku", String(64)),
    _needed("color", String(32)),
    _needed("size", String(32)),
    _needed("price_cents", Integer),
    _needed("stock", Integer),
    UniqueConstraint("sku"),
    CheckConstraint("price_cents >= 0", name="price_cents"),
    CheckConstraint("stock >= 0", name="stock"),
    Index(None, "product_id"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("order_no", String(16)),
    _needed("customer_id", String(64), ForeignKey("customers.id")),
    _needed("status", String(32)),
    _at("placed_at", required=True),
    _at("paid_at"),
    _at("ship_by"),
    _at("shipped_at"),
    _at("delivered_at"),
    _needed("freight_cents", Integer),
    _needed("total_cents", Integer),  # goods and freight, as paid
    _needed("recipient", String(64)),
    _needed("phone", String(32)),
    _needed("address", String(300)),
    UniqueConstraint("order_no"),
    _one_of(OrderStatus),
    CheckConstraint("freight_cents >= 0 AND total_cents >= freight_cents", name="money"),
    Index(None, "customer_id", "placed_at"),
)

order_items = Table(
    "order_items",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("order_id", Integer, ForeignKey("orders.id")),
    _needed("variant_id", Integer, ForeignKey("product_variants.id")),
    _needed("name", String(200)),  # as it was when the order was placed
    _needed("quantity", Integer),
    _needed("unit_price_cents", Integer),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("unit_price_cents >= 0", name="unit_price_cents"),
    Index(None, "order_id"),
)

parcels = Table(
    "parcels",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("order_id", Integer, ForeignKey("orders.id")),
    _needed("courier", String(32)),
    _needed("tracking_number", String(64)),
    _needed("status", String(32)),
    _at("expected_at"),
    UniqueConstraint("courier", "tracking_number"),
    _one_of(ParcelStatus),
    Index(None, "order_id"),
)

parcel_events = Table(
    "parcel_events",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("parcel_id", Integer, ForeignKey("parcels.id")),
    _at("at", required=True),
    _needed("place", String(64)),
    _needed("text", String(300)),
    Index(None, "parcel_id", "at"),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("case_no", String(32)),
    _needed("order_id", Integer, ForeignKey("orders.id")),
    _needed("customer_id", String(64), ForeignKey("customers.id")),
    _needed("kind", String(32)),
    _needed("status", String(32)),
    _needed("amount_cents", Integer),
    _needed("reason", Text),
    _at("created_at", required=True),
    _at("closed_at"),
    _needed("idempotency_key", String(128)),
    UniqueConstraint("case_no"),
    UniqueConstraint("customer_id", "idempotency_key"),  # one buyer's key never meets another's
    _one_of(RefundStatus),
    CheckConstraint("amount_cents >= 0", name="amount_cents"),
    Index(
        "ix_refunds_one_open_per_order",
        "order_id",
        unique=True,
        postgresql_where=text("closed_at IS NULL"),
        sqlite_where=text("closed_at IS NULL"),
    ),
    Index(None, "customer_id", "created_at"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    _needed("ticket_no", String(32)),
    Column("customer_id", String(64)),  # no foreign key: a person is brought in for anybody
    _needed("sender_id", String(255)),
    _needed("status", String(32)),
    _needed("reason", Text),
    _needed("conversation", JSON),
    _at("created_at", required=True),
    _at("closed_at"),
    _needed("idempotency_key", String(128)),
    UniqueConstraint("ticket_no"),
    UniqueConstraint("sender_id", "idempotency_key"),
    _one_of(TicketStatus),
    Index(None, "status", "id"),
)
