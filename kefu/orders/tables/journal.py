"""What was written: once for each key, by whom, and who is still to be told.

Each write of an order puts a row into all three, in its own transaction.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from kefu.orders.tables.aftersales import PARTIES
from kefu.orders.tables.columns import at, counted, metadata, needed, one_of
from kefu.orders.tables.sealed import SealedJson

# The answer to each request, for the same request again.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    needed("customer_id", String(64)),
    needed("key", String(320)),
    needed("command", String(32)),
    # Keyed, of the whole command: another one may not use the key.
    needed("digest", String(80)),
    needed("receipt", JSON),  # numbers, codes and a sentence of the shop's rules, no buyer's words
    at("created_at", required=True),
    PrimaryKeyConstraint("customer_id", "key"),
    Index(None, "created_at"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    at("at", required=True),
    needed("actor", String(16)),
    needed("action", String(64)),
    Column("customer_id", String(64)),
    Column("order_no", String(64)),
    Column("case_no", String(32)),
    Column("details", SealedJson("audit_log.details"), nullable=False),
    one_of("actor", PARTIES),
    Index(None, "order_no", "at"),
    Index(None, "customer_id", "at"),
)

# Messages for the shop's own systems, in the order of their ids; a sender works through those
# without `sent_at`.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("topic", String(64)),
    Column("payload", SealedJson("outbox.payload"), nullable=False),
    at("created_at", required=True),
    at("sent_at"),
    counted("attempts", Integer),
    Column("last_error", Text),  # of the connection or its status, never of the payload
    Index(
        "ix_outbox_unsent",
        "id",
        postgresql_where=text("sent_at IS NULL"),
        sqlite_where=text("sent_at IS NULL"),
    ),
)
