"""The six views that all reading of orders goes through: over the built-in tables, or a shop's own.

docs/your-own-shop.md says what each column means and how a shop brings its own views.
"""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from sqlalchemy import BigInteger, Date, MetaData, String, Table, Text
from sqlalchemy.schema import Column
from sqlalchemy.types import TypeEngine

from kefu.errors import DatabaseError
from kefu.orders.tables.columns import UtcDateTime
from kefu.orders.tables.sealed import Sealed

# Apart from `tables.metadata`: migrations make and compare tables only.
views = MetaData()

Code = TypeVar("Code", bound=Enum)


def _view(title: str, may_be_null: str, /, **columns: TypeEngine | type[TypeEngine]) -> Table:
    nullable = may_be_null.split()
    return Table(
        title,
        views,
        *(Column(name, kind, nullable=name in nullable) for name, kind in columns.items()),
    )


shop_orders = _view(
    "shop_orders",
    "paid_at ship_by shipped_at delivered_at hold_until receipt_deadline",
    customer_id=String,
    order_no=String,
    status=String,
    placed_at=UtcDateTime,
    paid_at=UtcDateTime,
    ship_by=UtcDateTime,
    shipped_at=UtcDateTime,
    delivered_at=UtcDateTime,
    hold_until=Date,
    receipt_deadline=UtcDateTime,
    receipt_extensions=BigInteger,
    freight_cents=BigInteger,
    total_cents=BigInteger,
    recipient=Sealed("orders.recipient"),
    phone=Sealed("orders.phone"),
    address=Sealed("orders.address"),
)

shop_order_items = _view(
    "shop_order_items",
    "",
    customer_id=String,
    order_no=String,
    position=BigInteger,
    sku=String,
    name=String,
    category=String,
    color=String,
    size=String,
    quantity=BigInteger,
    unit_price_cents=BigInteger,
)

shop_parcels = _view(
    "shop_parcels",
    "expected_at",
    customer_id=String,
    order_no=String,
    position=BigInteger,
    courier=String,
    tracking_number=String,
    status=String,
    expected_at=UtcDateTime,
)

shop_parcel_events = _view(
    "shop_parcel_events",
    "",
    customer_id=String,
    order_no=String,
    tracking_number=String,
    position=BigInteger,
    at=UtcDateTime,
    place=String,
    text=Text,
)

shop_cases = _view(
    "shop_cases",
    "closed_at freight_paid_by return_by return_courier return_tracking_number new_sku",
    customer_id=String,
    order_no=String,
    case_no=String,
    kind=String,
    status=String,
    amount_cents=BigInteger,
    reason=Sealed("cases.reason"),
    created_at=UtcDateTime,
    closed_at=UtcDateTime,
    freight_paid_by=String,
    return_by=Date,
    return_courier=String,
    return_tracking_number=String,
    new_sku=String,
    tender=String,
)

shop_products = _view(
    "shop_products",
    "",
    product=String,
    sku=String,
    name=String,
    category=String,
    color=String,
    size=String,
    price_cents=BigInteger,
    stock=BigInteger,
)


def code(kind: type[Code], value: object, column: str) -> Code:
    """The state that a view's column names.

    Raises:
        DatabaseError: it is none of ours.
    """
    try:
        return kind(value)
    except ValueError as error:
        known = ", ".join(str(state.value) for state in kind)
        raise DatabaseError(
            f"{column} holds {value!r}: map it in the view to one of {known}."
        ) from error
