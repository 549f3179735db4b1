"""Parcels and what couriers say of them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from kefu.orders.status import ParcelStatus
from kefu.orders.tables.columns import at, metadata, needed, one_of

parcels = Table(
    "parcels",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("order_id", Integer, ForeignKey("orders.id")),
    needed("courier", String(32)),
    needed("tracking_number", String(64)),
    needed("status", String(32)),
    at("expected_at"),
    UniqueConstraint("courier", "tracking_number"),
    one_of("status", ParcelStatus),
    Index(None, "order_id"),
)

parcel_events = Table(
    "parcel_events",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("parcel_id", Integer, ForeignKey("parcels.id")),
    at("at", required=True),
    needed("place", String(64)),
    needed("text", String(300)),
    Index(None, "parcel_id", "at"),
)
