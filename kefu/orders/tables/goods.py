"""What is sold."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from kefu.orders.tables.columns import metadata, needed

products = Table(
    "products",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("code", String(32)),
    needed("name", String(200)),
    needed("category", String(32)),
    UniqueConstraint("code"),
)

product_variants = Table(
    "product_variants",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("product_id", Integer, ForeignKey("products.id")),
    needed("sku", String(64)),
    needed("color", String(32)),
    needed("size", String(32)),
    needed("price_cents", Integer),
    needed("stock", Integer),
    UniqueConstraint("sku"),
    CheckConstraint("price_cents >= 0", name="price_cents"),
    CheckConstraint("stock >= 0", name="stock"),
    Index(None, "product_id"),
)
