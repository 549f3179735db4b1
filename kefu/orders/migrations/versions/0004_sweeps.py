"""Sweeps find the orders that may be due without reading all orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = {"ix_orders_delivered": "delivered", "ix_orders_unpaid": "pending_payment"}


def upgrade() -> None:
    for name, status in INDEXES.items():
        where = sa.text(f"status = '{status}'")
        op.create_index(name, "orders", ["id"], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "orders")
