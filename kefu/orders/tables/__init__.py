"""The tables. Money is integer cents; times are UTC and aware; states are the codes of `status`.

`goods`: what is sold. `buying`: customers, orders, payments. `shipping`: parcels. `aftersales`:
cases and invoices. `people`: what buyers and the shop's staff say. `journal`: what was written,
once, by whom, and who is to be told.
"""

from kefu.orders.tables.aftersales import case_events, case_items, cases, invoices
from kefu.orders.tables.buying import customers, order_items, orders, payments
from kefu.orders.tables.columns import UtcDateTime, metadata
from kefu.orders.tables.goods import product_variants, products
from kefu.orders.tables.journal import audit_log, idempotency_keys, outbox
from kefu.orders.tables.people import ratings, tickets
from kefu.orders.tables.shipping import parcel_events, parcels

__all__ = [
    "UtcDateTime",
    "audit_log",
    "case_events",
    "case_items",
    "cases",
    "customers",
    "idempotency_keys",
    "invoices",
    "metadata",
    "order_items",
    "orders",
    "outbox",
    "parcel_events",
    "parcels",
    "payments",
    "product_variants",
    "products",
    "ratings",
    "tickets",
]
