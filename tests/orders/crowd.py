"""A shop with many orders in PostgreSQL: five a buyer, a parcel each, a case for every fifth."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import Engine

from kefu.orders.database import writing
from kefu.orders.tables.sealed import keys_of

BUYER = "crowd-000001"
ORDERS_EACH = 5

_GOODS = """
INSERT INTO products (code, name, category) VALUES ('p', '四件套', 'bedding');
INSERT INTO product_variants (product_id, sku, color, size, price_cents, stock)
SELECT 1, 'sku-' || n, '', '', 12000, 3 FROM generate_series(1, 50) AS n
"""
# Buyer n has the orders 5n to 5n + 4.
_ROWS = """
INSERT INTO customers (id, name, phone, created_at)
SELECT 'crowd-' || lpad(n::text, 6, '0'), :name, :phone, now()
FROM generate_series(:first / 5, :last / 5 - 1) AS n;
INSERT INTO orders (id, order_no, customer_id, status, placed_at, freight_cents, total_cents,
                    recipient, phone, address)
SELECT n, '20260101' || lpad((n::bigint * 76543217 % 100000000)::text, 8, '0'),
       'crowd-' || lpad((n / 5)::text, 6, '0'), 'delivered', now() - n * interval '1 minute',
       0, 12000, :name, :phone, :address
FROM generate_series(:first, :last - 1) AS n;
INSERT INTO order_items (order_id, variant_id, name, quantity, unit_price_cents)
SELECT n, n % 50 + 1, '四件套', 1, 12000 FROM generate_series(:first, :last - 1) AS n;
INSERT INTO parcels (id, order_id, courier, tracking_number, status)
SELECT n, n, '顺丰速运', 'SF' || n, 'delivered' FROM generate_series(:first, :last - 1) AS n;
INSERT INTO parcel_events (parcel_id, at, place, text)
SELECT n, now(), '杭州', '【杭州】已签收'
FROM generate_series(:first, :last - 1) AS n, generate_series(1, 4);
INSERT INTO cases (case_no, order_id, customer_id, kind, status, amount_cents, reason, created_at,
                   closed_at, idempotency_key, automatic, evidence)
SELECT 'R' || n, n, 'crowd-' || lpad((n / 5)::text, 6, '0'), 'refund_only', 'refunded', 1, '',
       now(), now(), n, true, '[]'
FROM generate_series(:first, :last - 1) AS n WHERE n % 5 = 0
"""


def grow(engine: Engine, orders: int) -> None:
    """Fill up to so many orders, a multiple of five; then tell the planner."""
    ring = keys_of(engine.dialect)
    with writing(engine) as connection:
        first = connection.execute(text("SELECT coalesce(max(id) + 1, 5) FROM orders")).scalar_one()
        values = {
            "first": first,
            "last": orders + 5,
            "name": ring.seal("王小明", "orders.recipient"),
            "phone": ring.seal("13800000001", "orders.phone"),
            "address": ring.seal("浙江省杭州市西湖区青禾路18号", "orders.address"),
        }
        if first == 5:
            for statement in _GOODS.split(";"):
                connection.execute(text(statement))
        for statement in _ROWS.split(";"):
            connection.execute(text(statement), values)
        connection.execute(text("ANALYZE"))
