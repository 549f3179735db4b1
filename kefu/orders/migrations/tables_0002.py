"""The tables that version 0002 adds, as they were at that version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

NEW_TABLES = (
    "outbox",
    "audit_log",
    "idempotency_keys",
    "ratings",
    "invoices",
    "payments",
    "case_events",
    "case_items",
    "cases",
)


def create() -> None:
    """Make them all, with their indexes."""
    _aftersales()
    _money()
    _journal()


def _aftersales() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_no", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(length=320), nullable=False),
        sa.Column("ground", sa.String(length=32), server_default="", nullable=False),
        sa.Column("tender", sa.String(length=16), server_default="money", nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("received", sa.Boolean(), nullable=True),
        sa.Column("freight_paid_by", sa.String(length=16), nullable=True),
        sa.Column("return_by", sa.Date(), nullable=True),
        sa.Column("return_courier", sa.String(length=300), nullable=True),
        sa.Column("return_tracking_number", sa.String(length=300), nullable=True),
        sa.Column("new_sku", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (status IN ('reviewing', 'awaiting_return', 'returning', "
            "'paying', 'resending'))",
            name=op.f("ck_cases_closed"),
        ),
        sa.CheckConstraint(
            "freight_paid_by IN ('buyer', 'shop')", name=op.f("ck_cases_freight_paid_by")
        ),
        sa.CheckConstraint(
            "kind IN ('refund_only', 'return_and_refund', 'exchange', 'compensation')",
            name=op.f("ck_cases_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('reviewing', 'awaiting_return', 'returning', 'paying', 'resending', "
            "'refunded', 'exchanged', 'withdrawn', 'refused', 'expired')",
            name=op.f("ck_cases_status"),
        ),
        sa.CheckConstraint("tender IN ('money', 'coupon')", name=op.f("ck_cases_tender")),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_cases_amount_cents")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_cases_customer_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_cases_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("case_no", name=op.f("uq_cases_case_no")),
        sa.UniqueConstraint(
            "customer_id", "idempotency_key", name=op.f("uq_cases_customer_id_idempotency_key")
        ),
    )
    op.create_index(
        op.f("ix_cases_customer_id_created_at"),
        "cases",
        ["customer_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_cases_one_open_per_order",
        "cases",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_cases_order_id"), "cases", ["order_id"], unique=False)
    op.create_table(
        "case_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("order_item_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_case_items_amount_cents")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_case_items_quantity")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_items_case_id")),
        sa.ForeignKeyConstraint(
            ["order_item_id"], ["order_items.id"], name=op.f("fk_case_items_order_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_items")),
        sa.UniqueConstraint(
            "case_id", "order_item_id", name=op.f("uq_case_items_case_id_order_item_id")
        ),
    )
    op.create_index(
        op.f("ix_case_items_order_item_id"), "case_items", ["order_item_id"], unique=False
    )
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=16), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("from_status", sa.String(length=32), nullable=True),
        sa.Column("to_status", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "actor IN ('buyer', 'shop', 'system')", name=op.f("ck_case_events_actor")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    op.create_index(
        op.f("ix_case_events_case_id_at"), "case_events", ["case_id", "at"], unique=False
    )


def _money() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("transaction_no", sa.String(length=64), nullable=True),
        sa.CheckConstraint("kind IN ('payment', 'refund')", name=op.f("ck_payments_kind")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payments_amount_cents")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_payments_case_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("transaction_no", name=op.f("uq_payments_transaction_no")),
    )
    op.create_index(
        "ix_payments_one_refund_per_case",
        "payments",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'refund'"),
        sqlite_where=sa.text("kind = 'refund'"),
    )
    op.create_index(op.f("ix_payments_order_id"), "payments", ["order_id"], unique=False)
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("tax_number", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invoice_no", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "status IN ('requested', 'issued', 'void')", name=op.f("ck_invoices_status")
        ),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_invoices_amount_cents")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_invoices_customer_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_invoices_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("invoice_no", name=op.f("uq_invoices_invoice_no")),
    )
    op.create_index(
        op.f("ix_invoices_customer_id_created_at"),
        "invoices",
        ["customer_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_invoices_one_valid_per_order",
        "invoices",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'void'"),
        sqlite_where=sa.text("status <> 'void'"),
    )


def _journal() -> None:
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=True),
        sa.Column("sender_id", sa.String(length=255), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("ticket_no", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(length=320), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_ratings_score")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint(
            "sender_id", "idempotency_key", name=op.f("uq_ratings_sender_id_idempotency_key")
        ),
    )
    op.create_index(op.f("ix_ratings_created_at"), "ratings", ["created_at"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("customer_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("command", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=True),
        sa.Column("order_no", sa.String(length=64), nullable=True),
        sa.Column("case_no", sa.String(length=32), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.CheckConstraint("actor IN ('buyer', 'shop', 'system')", name=op.f("ck_audit_log_actor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(
        op.f("ix_audit_log_customer_id_at"), "audit_log", ["customer_id", "at"], unique=False
    )
    op.create_index(op.f("ix_audit_log_order_no_at"), "audit_log", ["order_no", "at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
        sqlite_where=sa.text("sent_at IS NULL"),
    )
