"""Random lives of one order: buyers wish, the shop answers, and the money always adds up."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kefu.errors import OrderNotFoundError, RefusedError
from kefu.orders.commands import Quote
from kefu.orders.facts import REFUND_KINDS, CaseFacts, CaseKind, InvoiceFacts, PaymentFacts
from kefu.orders.lifecycle import (
    CASE_TRANSITIONS,
    ORDER_TRANSITIONS,
    CaseStep,
    OrderStep,
    Party,
    case_transition,
    opening,
    order_transition,
    standing,
)
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.quoting import compensation_limit, left_cents, quote, refund_event, remaining
from kefu.orders.quoting.money import paid_cents, spread
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import OrderStatus
from tests.orders.quoting.desk import BEDDING, NOW, ORANGES, OTHER, SHIRTS, order
from tests.orders.quoting.strategies import usual_commands

GOODS = tuple(
    replace(item, sku=sku, current_price_cents=item.unit_price_cents - 500)
    for item, sku in zip((BEDDING, SHIRTS, ORANGES), ("a", "b", "c"), strict=True)
)
WANTED = replace(OTHER, sku="b", product="bed")
WISHES = usual_commands()


class OrderLife(RuleBasedStateMachine):
    """Does with plain facts what the service does with rows."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.facts = order(OrderStatus.PENDING_PAYMENT, *GOODS)

    @initialize(
        total_off=st.sampled_from([0, 0, 1, 999, 15_000]),
        pieces=st.integers(1, 3),
        first=st.integers(0, 4),
    )
    def place(self, total_off: int, pieces: int, first: int) -> None:
        """An order of one to three kinds of goods, with coupons, some steps on its way."""
        whole = order(OrderStatus.PENDING_PAYMENT, *GOODS[:pieces], wanted=WANTED)
        total = max(whole.freight_cents, whole.total_cents - total_off)
        self.facts = replace(whole, total_cents=total)
        for event in ("pay", "ship", "deliver", "complete")[:first]:
            self._order_event(event)
            self.now += timedelta(hours=20)

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self._order_events())
    @rule(data=st.data())
    def the_order_goes_on(self, data: st.DataObject) -> None:
        self._order_event(data.draw(st.sampled_from(self._order_events())))

    @rule(data=st.data())
    def the_buyer_wishes(self, data: st.DataObject) -> None:
        quotes = self._quotes()
        if not quotes:
            return
        kinds = sorted({(told.kind, told.ground) for told in quotes})
        kind = data.draw(st.sampled_from(kinds))
        told = data.draw(st.sampled_from([q for q in quotes if (q.kind, q.ground) == kind]))
        if told.tender == "money":
            assert told.amount_cents <= left_cents(self.facts)
        if told.event:
            before = standing(self.facts, self.now)
            step = order_transition(self.facts.status, told.event, "buyer", before=before)
            self._follow(step, told)
        if told.kind in ("withdraw_case", "return_sent"):
            self._move_case(told.kind, "buyer", case_no=told.command.case_no)  # type: ignore[union-attr]

    @precondition(lambda self: self._case_events())
    @rule(data=st.data(), grant=st.integers(0, 10_000))
    def the_case_goes_on(self, data: st.DataObject, grant: int) -> None:
        event, by = data.draw(st.sampled_from(self._case_events()))
        open_case = self.facts.open_case
        assert open_case is not None
        if event == "approve" and open_case.kind == "compensation" and open_case.tender == "money":
            limit = compensation_limit(self.facts, open_case, shop_rules())
            self._update(open_case, amount_cents=min(grant, limit), lines=())
        if event == "pay_instead":
            self._fill_exchange(open_case)
        self._move_case(event, by, case_no=open_case.case_no)

    @invariant()
    def money_adds_up(self) -> None:
        """Nothing is paid back that was not paid; what is left is never negative."""
        assert 0 <= paid_cents(self.facts) <= self.facts.total_cents
        promised = sum(
            case.amount_cents
            for case in self.facts.cases
            if not case.status.closed and case.tender == "money"
        )
        assert promised <= paid_cents(self.facts)
        assert sum(line.amount_cents for line in remaining(self.facts)) <= self.facts.total_cents

    @invariant()
    def the_order_is_refunding_while_a_refund_is_open(self) -> None:
        open_cases = [case for case in self.facts.cases if not case.status.closed]
        assert len(open_cases) <= 1
        refunding = any(case.kind in REFUND_KINDS for case in open_cases)
        assert refunding == (self.facts.status is OrderStatus.REFUNDING)

    @invariant()
    def refunded_means_that_nothing_remains(self) -> None:
        if self.facts.status is OrderStatus.REFUNDED:
            assert remaining(self.facts) == ()

    def _order_events(self) -> list[str]:
        """What the shop may do with the order; a parcel is not paid for twice."""
        return [
            line.command
            for line in ORDER_TRANSITIONS
            if line.command in ("pay", "close_unpaid", "ship", "deliver", "complete")
            and self.facts.status in line.from_states
            and (line.command != "deliver" or self.facts.shipped_at)
            and (line.command != "deliver" or self.facts.delivered_at is None)
        ]

    def _case_events(self) -> list[tuple[str, Party]]:
        open_case = self.facts.open_case
        if open_case is None:
            return []
        return [
            (line.command, line.by)
            for line in CASE_TRANSITIONS
            if line.by != "buyer"
            and open_case.status in line.from_states
            and open_case.kind in line.kinds
        ]

    def _quotes(self) -> list[Quote]:
        """All that the buyer could confirm now."""
        told = []
        for command in WISHES:
            with suppress(RefusedError, OrderNotFoundError):
                told.append(quote(command, self.facts, self.now, SHOP_ZONE, shop_rules()))
        return told

    def _order_event(self, event: str) -> None:
        step = order_transition(self.facts.status, event, "shop" if event == "ship" else "system")
        changes: dict[str, Any] = {}
        if event == "pay":
            changes["paid_at"] = self.now
            changes["ship_by"] = self.now + timedelta(days=2)
            if self.facts.total_cents:
                changes["payments"] = (PaymentFacts("payment", self.facts.total_cents),)
        elif event == "ship":
            changes["shipped_at"] = self.now
        elif event == "deliver":
            changes["delivered_at"] = self.now
        elif event == "complete":
            changes["receipt_deadline"] = self.now
        self.facts = replace(self.facts, status=step.state, **changes)

    def _follow(self, step: OrderStep, told: Quote) -> None:
        changes: dict[str, Any] = {"status": step.state}
        if "open_case" in step.effects:
            assert told.kind in get_args(CaseKind)
            kind: Any = told.kind
            case = CaseFacts(
                f"R{len(self.facts.cases) + 1}",
                kind,
                opening(kind, automatic=told.automatic).state,
                told.amount_cents,
                told.ground,
                told.tender,
                told.lines,
            )
            changes["cases"] = (case, *self.facts.cases)
        if "write_delivery" in step.effects:
            changes["delivered_at"] = self.now
        if told.kind == "confirm_receipt":
            changes["receipt_deadline"] = self.now
        if "write_invoice" in step.effects:
            changes["invoices"] = (InvoiceFacts("王小明"),)
        if "write_address" in step.effects:
            changes["address_changes"] = self.facts.address_changes + 1
        if "write_hold" in step.effects:
            changes["hold_until"] = told.until
        self.facts = replace(self.facts, **changes)

    def _move_case(self, event: str, by: Any, *, case_no: str) -> None:
        case = self.facts.case(case_no)
        assert case is not None
        try:
            step: CaseStep = case_transition(case.kind, case.status, event, by)
        except RefusedError:
            return
        self._update(case, status=step.state)
        if "book_payment" in step.effects and case.tender == "money" and case.amount_cents:
            payment = PaymentFacts("refund", case.amount_cents)
            self.facts = replace(self.facts, payments=(*self.facts.payments, payment))
        if step.state.closed and self.facts.status is OrderStatus.REFUNDING:
            ended = refund_event(self.facts, case_no) if event == "pay" else event
            who: Any = "system" if event in ("pay", "expire") else by
            if ended == "withdraw_case":
                return  # the order has moved already
            before = standing(self.facts, self.now)
            after = order_transition(self.facts.status, ended, who, before=before)
            self.facts = replace(self.facts, status=after.state)

    def _update(self, case: CaseFacts, **changes: Any) -> None:
        cases = tuple(
            replace(one, **changes) if one.case_no == case.case_no else one
            for one in self.facts.cases
        )
        self.facts = replace(self.facts, cases=cases)

    def _fill_exchange(self, case: CaseFacts) -> None:
        """Money for goods that cannot be exchanged: what is left of them."""
        sku = case.lines[0].sku
        rest = [line for line in remaining(self.facts) if line.sku == sku]
        amount = min(left_cents(self.facts), sum(line.amount_cents for line in rest))
        shares = spread(amount, [line.amount_cents for line in rest])
        lines = tuple(
            replace(line, amount_cents=share) for line, share in zip(rest, shares, strict=True)
        )
        self._update(case, amount_cents=amount, lines=lines)


TestOrderLife = OrderLife.TestCase
TestOrderLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
