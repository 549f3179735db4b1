-- The read model over the built-in tables: all that the assistant reads of orders.
-- docs/your-own-shop.md says what each column means and how a shop replaces these views by its own.

CREATE VIEW shop_orders AS
SELECT
    o.customer_id,
    o.order_no,
    o.status,
    o.placed_at,
    o.paid_at,
    o.ship_by,
    o.shipped_at,
    o.delivered_at,
    o.hold_until,
    o.receipt_deadline,
    o.receipt_extensions,
    o.freight_cents,
    o.total_cents,
    o.recipient,
    o.phone,
    o.address
FROM orders AS o;

CREATE VIEW shop_order_items AS
SELECT
    o.customer_id,
    o.order_no,
    i.id AS position,
    v.sku,
    i.name,
    p.category,
    v.color,
    v.size,
    i.quantity,
    i.unit_price_cents
FROM order_items AS i
JOIN orders AS o ON o.id = i.order_id
JOIN product_variants AS v ON v.id = i.variant_id
JOIN products AS p ON p.id = v.product_id;

CREATE VIEW shop_parcels AS
SELECT
    o.customer_id,
    o.order_no,
    b.id AS position,
    b.courier,
    b.tracking_number,
    b.status,
    b.expected_at
FROM parcels AS b
JOIN orders AS o ON o.id = b.order_id;

CREATE VIEW shop_parcel_events AS
SELECT
    o.customer_id,
    o.order_no,
    b.tracking_number,
    e.id AS position,
    e.at,
    e.place,
    e.text
FROM parcel_events AS e
JOIN parcels AS b ON b.id = e.parcel_id
JOIN orders AS o ON o.id = b.order_id;

CREATE VIEW shop_cases AS
SELECT
    c.customer_id,
    o.order_no,
    c.case_no,
    c.kind,
    c.status,
    c.amount_cents,
    c.reason,
    c.created_at,
    c.closed_at,
    c.freight_paid_by,
    c.return_by,
    c.return_courier,
    c.return_tracking_number,
    c.new_sku,
    c.tender
FROM cases AS c
JOIN orders AS o ON o.id = c.order_id AND o.customer_id = c.customer_id;

CREATE VIEW shop_products AS
SELECT
    p.code AS product,
    v.sku,
    p.name,
    p.category,
    v.color,
    v.size,
    v.price_cents,
    v.stock
FROM product_variants AS v
JOIN products AS p ON p.id = v.product_id;
