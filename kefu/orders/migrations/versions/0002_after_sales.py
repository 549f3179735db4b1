"""After-sales cases, payments, invoices and journals; personal data sealed; six views to read."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from kefu.orders.migrations import carry_0002 as carry
from kefu.orders.migrations import tables_0002 as tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

VIEWS = (
    "shop_products",
    "shop_cases",
    "shop_parcel_events",
    "shop_parcels",
    "shop_order_items",
    "shop_orders",
)
# Columns of personal data, with the lengths that they had.
SEALED = {
    "customers": {"name": 64, "phone": 32},
    "orders": {"recipient": 64, "phone": 32, "address": 300},
}


def upgrade() -> None:
    tables.create()
    for table, columns in SEALED.items():
        with op.batch_alter_table(table) as batch:
            for name, length in columns.items():
                batch.alter_column(
                    name,
                    existing_type=sa.String(length),
                    type_=sa.Text(),
                    existing_nullable=False,
                )
            batch.add_column(sa.Column("phone_index", sa.String(80)))
            if table == "orders":
                for column in _order_columns():
                    batch.add_column(column)
            batch.create_index(op.f(f"ix_{table}_phone_index"), ["phone_index"])
    carry.up(op.get_bind())
    op.drop_table("refunds")
    _run(Path(__file__).parent.parent / "views_0002.sql")


def downgrade() -> None:
    for view in VIEWS:
        op.execute(f"DROP VIEW IF EXISTS {view}")
    _create_refunds()
    carry.down(op.get_bind(), SEALED)
    for table in tables.NEW_TABLES:
        op.drop_table(table)
    for table, columns in SEALED.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_index(op.f(f"ix_{table}_phone_index"))
            if table == "orders":
                for column in reversed(_order_columns()):
                    batch.drop_column(column.name)
            batch.drop_column("phone_index")
            for name, length in columns.items():
                batch.alter_column(
                    name,
                    existing_type=sa.Text(),
                    type_=sa.String(length),
                    existing_nullable=False,
                )


def _order_columns() -> list[sa.Column]:
    return [
        sa.Column("address_changes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hold_until", sa.Date()),
        sa.Column("receipt_deadline", sa.DateTime(timezone=True)),
        sa.Column("receipt_extensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
    ]


def _run(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    for statement in filter(str.strip, sql.split(";")):
        op.execute(statement)


def _create_refunds() -> None:
    """As in version 0001."""
    op.create_table(
        "refunds",
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
        sa.Column("idempotency_key", sa.String(length=128), nullable=False),
        sa.CheckConstraint(
            "status IN ('reviewing', 'awaiting_return', 'returning', 'paying', "
            "'refunded', 'withdrawn', 'refused')",
            name=op.f("ck_refunds_status"),
        ),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_refunds_amount_cents")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_refunds_customer_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("case_no", name=op.f("uq_refunds_case_no")),
        sa.UniqueConstraint(
            "customer_id", "idempotency_key", name=op.f("uq_refunds_customer_id_idempotency_key")
        ),
    )
    op.create_index(
        op.f("ix_refunds_customer_id_created_at"), "refunds", ["customer_id", "created_at"]
    )
    op.create_index(
        "ix_refunds_one_open_per_order",
        "refunds",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
