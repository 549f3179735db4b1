"""The facts of one order, read from the tables; each statement is bound to its customer."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select

from kefu.orders.commands import Command, QuoteLine
from kefu.orders.facts import (
    CaseFacts,
    InvoiceFacts,
    ItemFacts,
    OrderFacts,
    PaymentFacts,
    VariantFacts,
)
from kefu.orders.status import CaseStatus, OrderStatus
from kefu.orders.tables import (
    case_items,
    cases,
    invoices,
    order_items,
    orders,
    parcel_events,
    parcels,
    payments,
    product_variants,
    products,
)


def find_order(
    connection: Connection, customer_id: str, command: Command, *, lock: bool
) -> Row | None:
    """The customer's order that the command is about, or None.

    With `lock` nobody else changes it before the transaction ends. SQLite needs no lock: its
    writers come one at a time.
    """
    statement = select(orders).where(orders.c.customer_id == customer_id)
    order_no = getattr(command, "order_no", None)
    if order_no is not None:
        statement = statement.where(orders.c.order_no == order_no)
    else:
        of_case = select(cases.c.order_id).where(
            cases.c.customer_id == customer_id, cases.c.case_no == getattr(command, "case_no", None)
        )
        statement = statement.where(orders.c.id == of_case.scalar_subquery())
    return connection.execute(statement.with_for_update() if lock else statement).first()


def read_facts(connection: Connection, order: Row, command: Command | None = None) -> OrderFacts:
    """All that decides about the order and this command, if there is one."""
    new_sku = getattr(command, "new_sku", None)
    news = _of(order, func.max(parcel_events.c.at).label("at"), parcels.c.order_id).join(
        parcel_events, parcel_events.c.parcel_id == parcels.c.id
    )
    return OrderFacts(
        order_no=order.order_no,
        status=OrderStatus(order.status),
        placed_at=order.placed_at,
        items=_items(connection, order),
        total_cents=order.total_cents,
        freight_cents=order.freight_cents,
        paid_at=order.paid_at,
        ship_by=order.ship_by,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        address=order.address or "",
        address_changes=order.address_changes,
        hold_until=order.hold_until,
        receipt_deadline=order.receipt_deadline,
        receipt_extensions=order.receipt_extensions,
        last_news_at=connection.execute(news).scalar_one(),
        payments=tuple(
            PaymentFacts(row.kind, row.amount_cents)
            for row in connection.execute(
                _of(order, payments, payments.c.order_id).order_by(payments.c.id)
            )
        ),
        cases=_cases(connection, order),
        invoices=tuple(
            InvoiceFacts(row.title, row.issued_at)
            for row in connection.execute(
                _of(order, invoices, invoices.c.order_id).where(invoices.c.status != "void")
            )
        ),
        wanted=None if new_sku is None else _variant(connection, new_sku),
    )


def _of(order: Row, columns: Any, order_id: Any) -> Select:
    """Rows of a table whose `order_id` is this order, which is this customer's."""
    return (
        select(columns)
        .select_from(orders)
        .join(order_id.table, order_id == orders.c.id)
        .where(orders.c.id == order.id, orders.c.customer_id == order.customer_id)
    )


def _items(connection: Connection, order: Row) -> tuple[ItemFacts, ...]:
    rows = connection.execute(
        select(
            order_items,
            product_variants.c.sku,
            product_variants.c.price_cents,
            products.c.code,
            products.c.category,
        )
        .select_from(order_items)
        .join(orders, order_items.c.order_id == orders.c.id)
        .join(product_variants, order_items.c.variant_id == product_variants.c.id)
        .join(products, product_variants.c.product_id == products.c.id)
        .where(orders.c.id == order.id, orders.c.customer_id == order.customer_id)
        .order_by(order_items.c.id)
    )
    return tuple(
        ItemFacts(
            sku=row.sku,
            name=row.name,
            product=row.code,
            category=row.category,
            quantity=row.quantity,
            unit_price_cents=row.unit_price_cents,
            current_price_cents=row.price_cents,
        )
        for row in rows
    )


def _cases(connection: Connection, order: Row) -> tuple[CaseFacts, ...]:
    lines: dict[int, list[QuoteLine]] = defaultdict(list)
    for row in connection.execute(
        select(case_items, product_variants.c.sku)
        .select_from(case_items)
        .join(cases, case_items.c.case_id == cases.c.id)
        .join(order_items, case_items.c.order_item_id == order_items.c.id)
        .join(product_variants, order_items.c.variant_id == product_variants.c.id)
        .where(cases.c.order_id == order.id, cases.c.customer_id == order.customer_id)
        .order_by(case_items.c.id)
    ):
        lines[row.case_id].append(QuoteLine(row.sku, row.quantity, row.amount_cents))
    return tuple(
        CaseFacts(
            case_no=row.case_no,
            kind=row.kind,
            status=CaseStatus(row.status),
            amount_cents=row.amount_cents,
            ground=row.ground,
            tender=row.tender,
            lines=tuple(lines[row.id]),
        )
        for row in connection.execute(
            select(cases)
            .where(cases.c.order_id == order.id, cases.c.customer_id == order.customer_id)
            .order_by(cases.c.created_at.desc(), cases.c.id.desc())
        )
    )


def _variant(connection: Connection, sku: str) -> VariantFacts | None:
    row = connection.execute(
        select(product_variants, products.c.code)
        .select_from(product_variants)
        .join(products, product_variants.c.product_id == products.c.id)
        .where(product_variants.c.sku == sku)
    ).first()
    if row is None:
        return None
    label = "、".join(part for part in (row.color, row.size) if part)
    return VariantFacts(row.sku, row.code, label or row.sku, row.price_cents, row.stock)
