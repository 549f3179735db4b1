"""What the shop's staff read of cases: the list, one case with all that is of it, its moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.sql import Select

from kefu.errors import OrderNotFoundError
from kefu.orders.builtin.moves import Moved
from kefu.orders.database import reading
from kefu.orders.lifecycle import possible
from kefu.orders.masking import mask_name, mask_phone
from kefu.orders.status import CaseStatus
from kefu.orders.tables import (
    audit_log,
    case_events,
    case_items,
    cases,
    order_items,
    orders,
    payments,
    product_variants,
)

BATCH = 500


@dataclass(frozen=True)
class CaseLine:
    """A case in the list; amounts in cents."""

    case_no: str
    order_no: str
    kind: str
    status: str
    amount_cents: int
    ground: str
    created_at: datetime
    return_by: date | None


@dataclass(frozen=True)
class CaseSheet:
    """A case as the staff look at it; names and phones are masked.

    Attributes:
        line: as in the list.
        buyer: the customer's id.
        recipient: of the order, masked.
        phone: of the order, masked.
        order_status: where the order stands.
        reason: in the buyer's words, numbers masked.
        evidence: addresses of pictures, or words.
        goods: SKU, name, pieces and cents of each line.
        tracking: courier and number of what comes back.
        new_sku: what an exchange is for.
        paid_back_cents: None before the money is booked.
        events: when, by whom, what, into which state.
        possible: what the shop may do now.
    """

    line: CaseLine
    buyer: str
    recipient: str
    phone: str
    order_status: str
    reason: str
    evidence: tuple[str, ...]
    goods: tuple[tuple[str, str, int, int], ...]
    tracking: str
    new_sku: str | None
    paid_back_cents: int | None
    events: tuple[tuple[datetime, str, str, str], ...]
    possible: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A move of the shop as its audit row has it."""

    moved: Moved
    note: str
    key: str


def list_cases(
    engine: Engine, *, status: str | None = None, closed: bool = False, limit: int = 50
) -> list[CaseLine]:
    """The oldest cases that are open, or the newest of all; only those in `status` if given."""
    statement = _lines().limit(limit)
    if status is not None:
        statement = statement.where(cases.c.status == status)
    if closed or (status is not None and CaseStatus(status).closed):
        statement = statement.order_by(cases.c.id.desc())
    else:
        statement = statement.where(cases.c.closed_at.is_(None)).order_by(cases.c.id)
    with reading(engine) as connection:
        return [_line(row) for row in connection.execute(statement)]


def show_case(engine: Engine, case_no: str) -> CaseSheet:
    """One case.

    Raises:
        OrderNotFoundError: there is none with this number.
    """
    with reading(engine) as connection:
        row = connection.execute(_lines().where(cases.c.case_no == case_no)).first()
        if row is None:
            raise OrderNotFoundError(f"There is no case {case_no}: check the number.")
        back = select(payments.c.amount_cents).where(
            payments.c.case_id == row.id, payments.c.kind == "refund"
        )
        courier, number = row.return_courier or "", row.return_tracking_number or ""
        return CaseSheet(
            line=_line(row),
            buyer=row.customer_id,
            recipient=mask_name(row.recipient),
            phone=mask_phone(row.phone),
            order_status=row.order_status,
            reason=row.reason,
            evidence=tuple(row.evidence),
            goods=_goods(connection, row.id),
            tracking=f"{courier} {number}".strip(),
            new_sku=row.new_sku,
            paid_back_cents=connection.execute(back).scalar(),
            events=_events(connection, row.id),
            possible=possible(row.kind, CaseStatus(row.status)),
        )


def moves_of(engine: Engine, case_no: str) -> list[Told]:
    """What the shop has done with a case, the oldest first.

    Raises:
        OrderNotFoundError: there is none with this number.
    """
    of_case = select(orders.c.order_no).join(cases, cases.c.order_id == orders.c.id)
    with reading(engine) as connection:
        order_no = connection.execute(of_case.where(cases.c.case_no == case_no)).scalar()
        if order_no is None:
            raise OrderNotFoundError(f"There is no case {case_no}: check the number.")
        rows = connection.execute(
            select(audit_log)
            .where(
                audit_log.c.order_no == order_no,
                audit_log.c.case_no == case_no,
                audit_log.c.actor != "buyer",
            )
            .order_by(audit_log.c.id)
        ).all()
    return [_told(row) for row in rows]


def moves_since(engine: Engine, since: datetime) -> Iterator[Told]:
    """What the shop has done with any case since then, the newest first; read in batches."""
    last = None
    while True:
        statement = select(audit_log).order_by(audit_log.c.id.desc()).limit(BATCH)
        if last is not None:
            statement = statement.where(audit_log.c.id < last)
        with reading(engine) as connection:
            rows = connection.execute(statement).all()
        for row in rows:
            if row.at < since:
                return
            if row.actor != "buyer" and row.case_no is not None:
                yield _told(row)
        if len(rows) < BATCH:
            return
        last = rows[-1].id


def _lines() -> Select:
    return select(
        cases,
        orders.c.order_no,
        orders.c.recipient,
        orders.c.phone,
        orders.c.status.label("order_status"),
    ).join(orders, cases.c.order_id == orders.c.id)


def _line(row: Row) -> CaseLine:
    return CaseLine(
        row.case_no,
        row.order_no,
        row.kind,
        row.status,
        row.amount_cents,
        row.ground,
        row.created_at,
        row.return_by,
    )


def _goods(connection: Connection, case_id: int) -> tuple[tuple[str, str, int, int], ...]:
    rows = connection.execute(
        select(
            product_variants.c.sku,
            order_items.c.name,
            case_items.c.quantity,
            case_items.c.amount_cents,
        )
        .select_from(case_items)
        .join(order_items, case_items.c.order_item_id == order_items.c.id)
        .join(product_variants, order_items.c.variant_id == product_variants.c.id)
        .where(case_items.c.case_id == case_id)
        .order_by(case_items.c.id)
    )
    return tuple(tuple(row) for row in rows)


def _events(connection: Connection, case_id: int) -> tuple[tuple[datetime, str, str, str], ...]:
    rows = connection.execute(
        select(case_events.c.at, case_events.c.actor, case_events.c.event, case_events.c.to_status)
        .where(case_events.c.case_id == case_id)
        .order_by(case_events.c.id)
    )
    return tuple(tuple(row) for row in rows)


def _told(row: Row) -> Told:
    details = row.details
    return Told(Moved(**details["moved"]), details["note"], details["key"])
