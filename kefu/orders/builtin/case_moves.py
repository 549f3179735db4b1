"""What an event of the shop does to a case, to its order and to the rows around them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection, Row

from kefu.errors import MoveRefusedError, RefusedError
from kefu.orders.builtin import rows, shop_rows
from kefu.orders.builtin.grants import granted
from kefu.orders.builtin.moves import CaseMove, Moved
from kefu.orders.commands import QuoteLine
from kefu.orders.facts import REFUND_KINDS, CaseFacts, OrderFacts
from kefu.orders.lifecycle import (
    Party,
    case_transition,
    order_transition,
    party,
    possible,
    standing,
)
from kefu.orders.quoting import refund_event
from kefu.orders.shop_rules import ShopRules
from kefu.orders.status import CaseStatus, OrderStatus


def move_case(
    connection: Connection,
    order: Row,
    case: Row,
    facts: OrderFacts,
    move: CaseMove,
    now: datetime,
    zone: ZoneInfo,
    rules: ShopRules,
) -> Moved:
    """Let it happen; `order` is locked, `facts` are of before it.

    Raises:
        MoveRefusedError: where the case stands, or its money, forbids it.
    """
    by = party("case", move.event) or "shop"  # what nobody does is refused just below
    told = next(one for one in facts.cases if one.case_no == case.case_no)
    try:
        step = case_transition(case.kind, told.status, move.event, by)
    except RefusedError:
        raise MoveRefusedError(_impossible(told, move.event)) from None
    today = now.astimezone(zone).date()
    _check_days(case, move, step.state, today)
    amount, lines = granted(move.event, told, facts, rules, move.amount_cents)
    values: dict[str, Any] = {"amount_cents": amount}
    if "write_return_by" in step.effects:
        values["return_by"] = move.until or rules.returns.send_within.last_day(now, zone)
    if lines != told.lines:
        shop_rows.price_lines(connection, case, lines)
    if "release_stock" in step.effects:
        _give_back(connection, case, told, facts)
    if "book_payment" in step.effects and told.tender == "money" and amount:
        shop_rows.book(
            connection,
            order,
            "refund",
            amount,
            case_id=case.id,
            method=move.method,
            transaction_no=move.transaction_no,
            at=min(move.at or now, now),
        )
    number = rows.move_case(connection, case, move.event, step.state, now=now, actor=by, **values)
    state = _order_state(facts, told, move.event, by, step.state, now)
    rows.set_order(connection, order, status=state.value)
    pays = "order_payment" in step.effects and told.tender == "money"
    until = values.get("return_by", case.return_by)
    return Moved(
        customer_id=order.customer_id,
        order_no=order.order_no,
        order_status=state.value,
        event=move.event,
        by=by,
        case_no=case.case_no,
        kind=case.kind,
        status=step.state.value,
        amount_cents=amount,
        pay_cents=amount if pays else 0,
        tender=told.tender,
        until=until.isoformat() if until and step.state is CaseStatus.AWAITING_RETURN else None,
        number=number,
    )


def _impossible(case: CaseFacts, event: str) -> str:
    events = possible(case.kind, case.status)
    now = f"what is possible now: {', '.join(events)}" if events else "nothing is possible any more"
    if not case.status.closed and not events:
        now = "wait for the buyer"
    return f"Case {case.case_no}, {case.kind}, is {case.status}: no {event}, {now}."


def _check_days(case: Row, move: CaseMove, state: CaseStatus, today: date) -> None:
    if move.event == "expire" and case.return_by is not None and today <= case.return_by:
        raise MoveRefusedError(
            f"The goods of case {case.case_no} may be sent back until {case.return_by}: "
            "it expires after that day."
        )
    if state is not CaseStatus.AWAITING_RETURN:
        if move.until is not None:
            raise MoveRefusedError(
                f"{move.event} of case {case.case_no} sends no goods back: leave the day out."
            )
        return
    if move.until is not None and move.until < today:
        raise MoveRefusedError(
            f"{move.until} is over: give a day to send the goods of case {case.case_no} back."
        )
    if case.freight_paid_by is None and case.ground == "missing":
        raise MoveRefusedError(
            f"Nothing came that the buyer of case {case.case_no} could send back: "
            "use approve_without_return."
        )


def _give_back(connection: Connection, case: Row, told: CaseFacts, facts: OrderFacts) -> None:
    """For sale again: what was kept for an exchange, or taken out of a parcel that never left."""
    if case.kind == "exchange":
        if case.new_sku:
            pieces = {case.new_sku: sum(line.quantity for line in told.lines)}
            rows.move_stock(connection, pieces)
    elif facts.shipped_at is None and facts.delivered_at is None:
        rows.move_stock(connection, _pieces(told.lines, facts))


def _pieces(lines: tuple[QuoteLine, ...], facts: OrderFacts) -> dict[str, int]:
    if lines:
        return {line.sku: line.quantity for line in lines}
    return {item.sku: item.quantity for item in facts.items}  # the whole order


def _order_state(
    facts: OrderFacts,
    case: CaseFacts,
    event: str,
    by: Party,
    state: CaseStatus,
    now: datetime,
) -> OrderStatus:
    """Where the order stands then: the end of a refund is told to it."""
    if not state.closed or case.kind not in REFUND_KINDS:
        return facts.status
    happens = refund_event(facts, case.case_no) if event == "pay" else event
    try:
        return order_transition(
            facts.status, happens, by, before=standing(facts, now), case_no=case.case_no
        ).state
    except RefusedError:
        raise MoveRefusedError(
            f"Order {facts.order_no} is {facts.status} although case {case.case_no} is open: "
            "set it to refunding first."
        ) from None
