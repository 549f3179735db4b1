"""What waits for the shop's staff, and what buyers think of the service."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from kefu.orders.status import TicketStatus
from kefu.orders.tables.columns import at, metadata, needed, one_of
from kefu.orders.tables.sealed import SealedJson, sealed

tickets = Table(
    "tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("ticket_no", String(32)),
    Column("customer_id", String(64)),  # no foreign key: a person is brought in for anybody
    needed("sender_id", String(255)),
    needed("status", String(32)),
    sealed("tickets", "reason"),
    Column("conversation", SealedJson("tickets.conversation"), nullable=False),
    at("created_at", required=True),
    at("closed_at"),
    needed("idempotency_key", String(128)),
    UniqueConstraint("ticket_no"),
    UniqueConstraint("sender_id", "idempotency_key"),
    one_of("status", TicketStatus),
    Index(None, "status", "id"),
)

ratings = Table(
    "ratings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", String(64)),
    needed("sender_id", String(255)),
    needed("score", Integer),  # 1 is worst, 5 is best
    sealed("ratings", "comment"),
    Column("ticket_no", String(32)),
    at("created_at", required=True),
    needed("idempotency_key", String(320)),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    UniqueConstraint("sender_id", "idempotency_key"),
    Index(None, "created_at"),
)
