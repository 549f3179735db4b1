"""After-sales cases with their lines and events, and invoices."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kefu.orders.status import CaseStatus
from kefu.orders.tables.columns import at, counted, metadata, needed, one_of
from kefu.orders.tables.sealed import SealedJson, sealed

CASE_KINDS = ("refund_only", "return_and_refund", "exchange", "compensation")
PARTIES = ("buyer", "shop", "system")
_OPEN = ", ".join(f"'{status.value}'" for status in CaseStatus if not status.closed)

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("case_no", String(32)),
    needed("order_id", Integer, ForeignKey("orders.id")),
    needed("customer_id", String(64), ForeignKey("customers.id")),
    needed("kind", String(32)),
    needed("status", String(32)),
    needed("amount_cents", Integer),
    sealed("cases", "reason"),  # in the buyer's words
    at("created_at", required=True),
    at("closed_at"),
    needed("idempotency_key", String(320)),
    counted("ground", String(32), ""),  # why, as a code: no_reason, defect, price_drop ...
    counted("tender", String(16), "money"),
    Column("automatic", Boolean, nullable=False),  # no person looked at it first
    # Addresses of pictures, or words.
    Column("evidence", SealedJson("cases.evidence"), nullable=False, default=list),
    Column("received", Boolean),  # whether the buyer has the goods; None: nobody asked
    Column("freight_paid_by", String(16)),  # of sending goods back; None: nothing goes back
    Column("return_by", Date),  # the last day to send goods back, in the shop's zone
    Column("return_courier", String(300)),  # as the buyer wrote it, phones masked
    Column("return_tracking_number", String(300)),
    Column("new_sku", String(64)),  # what an exchange is for
    UniqueConstraint("case_no"),
    UniqueConstraint("customer_id", "idempotency_key"),  # one buyer's key never meets another's
    one_of("kind", CASE_KINDS),
    one_of("status", CaseStatus),
    one_of("tender", ("money", "coupon")),
    one_of("freight_paid_by", ("buyer", "shop")),
    CheckConstraint("amount_cents >= 0", name="amount_cents"),
    CheckConstraint(f"(closed_at IS NULL) = (status IN ({_OPEN}))", name="closed"),
    Index(
        "ix_cases_one_open_per_order",
        "order_id",
        unique=True,
        postgresql_where=text("closed_at IS NULL"),
        sqlite_where=text("closed_at IS NULL"),
    ),
    Index(None, "order_id"),
    Index(None, "customer_id", "created_at"),
)

# Which goods a case is for. What of its amount is in no line is freight.
case_items = Table(
    "case_items",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("case_id", Integer, ForeignKey("cases.id")),
    needed("order_item_id", Integer, ForeignKey("order_items.id")),
    needed("quantity", Integer),
    needed("amount_cents", Integer),
    UniqueConstraint("case_id", "order_item_id"),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("amount_cents >= 0", name="amount_cents"),
    Index(None, "order_item_id"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("case_id", Integer, ForeignKey("cases.id")),
    at("at", required=True),
    needed("actor", String(16)),
    needed("event", String(64)),
    Column("from_status", String(32)),  # None: the case begins
    needed("to_status", String(32)),
    Column("note", Text),  # of the shop's staff; nothing of Kefu writes or reads it
    one_of("actor", PARTIES),
    Index(None, "case_id", "at"),
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("order_id", Integer, ForeignKey("orders.id")),
    needed("customer_id", String(64), ForeignKey("customers.id")),
    needed("status", String(32)),
    needed("amount_cents", Integer),
    sealed("invoices", "title"),  # of a private person it is their name
    sealed("invoices", "tax_number", required=False),
    sealed("invoices", "email", required=False),
    at("created_at", required=True),
    at("issued_at"),
    Column("invoice_no", String(32)),  # as printed on it
    one_of("status", ("requested", "issued", "void")),
    CheckConstraint("amount_cents >= 0", name="amount_cents"),
    UniqueConstraint("invoice_no"),
    Index(
        "ix_invoices_one_valid_per_order",
        "order_id",
        unique=True,
        postgresql_where=text("status <> 'void'"),
        sqlite_where=text("status <> 'void'"),
    ),
    Index(None, "customer_id", "created_at"),
)
