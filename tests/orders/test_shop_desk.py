"""What the shop does with cases and orders on the built-in tables: rows, money, refusals, keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from kefu.errors import MoveRefusedError, OrderError, OrderNotFoundError
from kefu.orders import commands as c
from kefu.orders.builtin import BuiltinCommands, CaseMove, CaseNews, Moved, OrderMove, ShopDesk
from kefu.orders.status import CaseStatus, OrderStatus
from kefu.orders.tables import (
    audit_log,
    case_events,
    case_items,
    cases,
    idempotency_keys,
    orders,
    outbox,
    parcels,
    payments,
)
from tests.orders.ledger import everything, rows, stock
from tests.orders.shop import ALICE, BOB, DAY, NOW, Shop

S = OrderStatus
CLERK = "小周"


class Counter:
    """A buyer and a clerk at the same counter; the clock stands still until `now` is set."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now = engine, NOW
        self.shop = Shop(engine)
        self.shop.variant("sku-1b", product=1)
        self.buyer = BuiltinCommands(engine, clock=lambda: self.now)
        self.desk = ShopDesk(engine, clock=lambda: self.now)
        self._keys = 0

    def wish(self, command: c.Command) -> str:
        """The number of the case that a buyer's command opens."""
        self._keys += 1
        return self.buyer.execute(ALICE, command, f"wish-{self._keys}").number

    def does(self, case_no: str, event: str, **more: Any) -> Moved:
        self._keys += 1
        return self.desk.move(CaseMove(case_no, event, **more), by=CLERK, key=f"k-{self._keys}")

    def refuses(self, case_no: str, event: str, **more: Any) -> str:
        before = everything(self.engine)
        with pytest.raises(MoveRefusedError) as refused:
            self.does(case_no, event, **more)
        assert everything(self.engine) == before
        return str(refused.value)

    def order(self) -> Any:
        (order,) = rows(self.engine, orders)
        return order

    def case(self) -> Any:
        return rows(self.engine, cases)[-1]

    def returned(self, **more: Any) -> str:
        """A refund without a reason, of an order with the goods 1 and 3."""
        order_no = self.shop.order(S.DELIVERED, goods=(1, 3))
        return self.wish(c.RequestRefund(order_no, "不喜欢", ("sku-1",), **more))

    def faulty(self, wish: str = "refund") -> str:
        order_no = self.shop.order(S.DELIVERED)
        return self.wish(c.ReportProblem(order_no, "defect", wish, description="裂了"))  # type: ignore[arg-type]

    def exchange(self) -> str:
        order_no = self.shop.order(S.DELIVERED)
        return self.wish(c.RequestExchange(order_no, "sku-1", "sku-1b", "小了"))


@pytest.fixture
def at(engine: Engine) -> Counter:
    return Counter(engine)


class TestCases:
    def test_a_faulty_return_from_review_to_the_money(self, at: Counter):
        case_no = at.faulty()
        approved = at.does(case_no, "approve")
        assert (approved.status, approved.until, approved.pay_cents) == (
            "awaiting_return",
            "2026-11-27",
            0,
        )
        assert at.case().return_by == date(2026, 11, 27)
        assert at.does(case_no, "return_received").status == "returning"
        accepted = at.does(case_no, "accept_return")
        assert (accepted.status, accepted.pay_cents) == ("paying", 12_800)
        assert accepted.order_status == at.order().status == "refunding"
        paid = at.does(case_no, "pay", transaction_no="wx-1")
        assert (paid.status, paid.order_status, paid.by) == ("refunded", "refunded", "system")
        back = rows(at.engine, payments)[-1]
        assert (back.kind, back.amount_cents, back.method) == ("refund", 12_800, "wechat")
        assert (back.transaction_no, back.at, back.case_id) == ("wx-1", NOW, at.case().id)
        assert (at.case().closed_at, at.order().status) == (NOW, "refunded")
        assert [(row.actor, row.event) for row in rows(at.engine, case_events)] == [
            ("buyer", "report_problem"),
            ("shop", "approve"),
            ("shop", "return_received"),
            ("shop", "accept_return"),
            ("system", "pay"),
        ]
        assert at.order().version == 5

    def test_a_part_that_is_paid_leaves_the_order_where_it_stood(self, at: Counter):
        case_no = at.returned()
        at.does(case_no, "accept_return")
        assert at.does(case_no, "pay").order_status == "delivered"
        assert rows(at.engine, payments)[-1].amount_cents == 12_000

    def test_a_refused_refund_leaves_it_where_its_times_say(self, at: Counter):
        case_no = at.faulty()
        at.shop.set(at.order().order_no, receipt_deadline=NOW)
        assert at.does(case_no, "refuse", note="人为损坏").order_status == "completed"
        assert at.case().status == "refused"
        assert [row.kind for row in rows(at.engine, payments)] == ["payment"]

    def test_an_exchange_that_is_sent(self, at: Counter):
        case_no = at.exchange()
        assert at.does(case_no, "accept_return").status == "resending"
        assert at.does(case_no, "resend").status == "exchanged"
        assert at.order().status == "delivered"
        assert stock(at.engine)["sku-1b"] == 2

    def test_an_exchange_for_which_nothing_is_there_any_more(self, at: Counter):
        case_no = at.exchange()
        at.does(case_no, "accept_return")
        instead = at.does(case_no, "pay_instead")
        assert (instead.status, instead.pay_cents) == ("paying", 12_000)
        assert stock(at.engine)["sku-1b"] == 3
        (line,) = rows(at.engine, case_items)
        assert line.amount_cents == 12_000
        at.does(case_no, "pay")
        assert rows(at.engine, payments)[-1].amount_cents == 12_000
        assert at.order().status == "delivered"

    def test_part_of_a_parcel_that_has_not_left_is_for_sale_again_once_granted(self, at: Counter):
        order_no = at.shop.order(S.PAID, goods=(1, 2))
        case_no = at.wish(c.RequestRefund(order_no, "多买了", ("sku-1",)))
        assert stock(at.engine)["sku-1"] == 3
        approved = at.does(case_no, "approve")
        assert (approved.status, approved.pay_cents) == ("paying", 12_000)
        assert stock(at.engine)["sku-1"] == 4
        assert at.does(case_no, "pay").order_status == "paid"

    def test_a_coupon_is_no_payment(self, at: Counter):
        order_no = at.shop.order(S.SHIPPED)
        at.shop.set(order_no, ship_by=NOW - 9 * DAY)
        case_no = at.wish(c.RequestCompensation(order_no, "late"))
        moved = at.does(case_no, "pay")
        assert (moved.status, moved.tender, moved.amount_cents) == ("refunded", "coupon", 640)
        assert [row.kind for row in rows(at.engine, payments)] == ["payment"]

    def test_goods_that_came_back_damaged_are_paid_in_part(self, at: Counter):
        case_no = at.returned()
        at.does(case_no, "accept_return", amount_cents=9_000, note="缺配件")
        assert at.case().amount_cents == 9_000
        (line,) = rows(at.engine, case_items)
        assert line.amount_cents == 9_000
        at.does(case_no, "pay")
        assert rows(at.engine, payments)[-1].amount_cents == 9_000


class TestGrants:
    def test_goodwill_must_be_said_and_is_limited(self, at: Counter):
        order_no = at.shop.order(S.DELIVERED)
        case_no = at.wish(c.RequestCompensation(order_no, "other", "包装破了"))
        assert "say how much, at most ¥38.40" in at.refuses(case_no, "approve")
        assert "¥38.40 at most" in at.refuses(case_no, "approve", amount_cents=3_841)
        assert at.does(case_no, "approve", amount_cents=3_840).pay_cents == 3_840

    @pytest.mark.parametrize("cents", [0, -1, 12_801, 10**9])
    def test_a_refund_is_at_most_what_was_quoted(self, at: Counter, cents: int):
        assert "at most" in at.refuses(at.faulty(), "approve", amount_cents=cents)

    def test_another_amount_than_the_cases_cannot_be_booked(self, at: Counter):
        case_no = at.returned()
        at.does(case_no, "accept_return")
        assert "pays ¥120.00" in at.refuses(case_no, "pay", amount_cents=11_999)
        assert at.does(case_no, "pay", amount_cents=12_000).status == "refunded"

    def test_a_transaction_is_booked_once(self, at: Counter):
        first, second = at.faulty(), at.faulty()
        for case_no in (first, second):
            at.does(case_no, "approve_without_return")
        at.does(first, "pay", transaction_no="wx-1")
        assert "wx-1" in at.refuses(second, "pay", transaction_no="wx-1")

    def test_codes_that_no_column_holds(self, at: Counter):
        case_no = at.faulty()
        at.does(case_no, "approve_without_return")
        for more in ({"method": "x" * 33}, {"transaction_no": "x" * 65}):
            assert "characters" in at.refuses(case_no, "pay", **more)


class TestRefusals:
    def test_what_is_possible_is_said(self, at: Counter):
        case_no = at.faulty()
        assert at.refuses(case_no, "resend") == (
            f"Case {case_no}, return_and_refund, is reviewing: no resend, what is possible now: "
            "approve, approve_without_return, refuse."
        )
        at.does(case_no, "refuse")
        assert "nothing is possible any more" in at.refuses(case_no, "approve")

    @pytest.mark.parametrize("event", ["fly", "withdraw_case", "return_sent", ""])
    def test_what_no_clerk_does(self, at: Counter, event: str):
        at.refuses(at.returned(), event)

    def test_goods_that_never_came_need_not_be_sent_back(self, at: Counter):
        order_no = at.shop.order(S.DELIVERED, delivered_at=NOW - DAY)
        case_no = at.wish(c.ReportProblem(order_no, "missing", "exchange", description="少一件"))
        assert "approve_without_return" in at.refuses(case_no, "approve")
        assert at.does(case_no, "approve_without_return").status == "resending"

    def test_days_that_make_no_sense(self, at: Counter):
        case_no = at.faulty()
        assert "is over" in at.refuses(case_no, "approve", until=date(2026, 11, 19))
        assert "leave the day out" in at.refuses(case_no, "refuse", until=date(2026, 12, 1))
        assert at.does(case_no, "approve", until=date(2026, 12, 1)).until == "2026-12-01"

    def test_what_may_still_be_sent_does_not_expire(self, at: Counter):
        case_no = at.returned()
        at.now = NOW + 7 * DAY
        assert "2026-11-27" in at.refuses(case_no, "expire")
        at.now = NOW + 8 * DAY
        assert at.does(case_no, "expire").order_status == "delivered"

    def test_goods_that_are_here_do_not_expire_and_are_not_withdrawn(self, at: Counter):
        case_no = at.returned()
        at.does(case_no, "return_received")
        at.now = NOW + 9 * DAY
        at.refuses(case_no, "expire")
        with pytest.raises(OrderError):
            at.buyer.execute(ALICE, c.WithdrawCase(case_no), "late")

    def test_a_number_that_nobody_has(self, at: Counter):
        with pytest.raises(OrderNotFoundError, match="R1"):
            at.does("R1", "approve")
        with pytest.raises(OrderNotFoundError, match=BOB):
            at.does(at.faulty(), "approve", customer_id=BOB)

    def test_an_order_that_somebody_set_by_hand(self, at: Counter):
        case_no = at.faulty()
        at.shop.set(at.order().order_no, status="shipped")
        assert "although case" in at.refuses(case_no, "refuse")


class TestOrders:
    def place(self, at: Counter, status: S) -> str:
        return at.shop.order(status)

    def does(self, place: Counter, order_no: str, event: str, **more: Any) -> Moved:
        return place.desk.move(
            OrderMove(order_no, event, **more), by="x", key=f"{event}-{order_no}"
        )

    def test_from_the_checkout_to_the_end(self, at: Counter):
        order_no = self.place(at, S.PENDING_PAYMENT)
        with pytest.raises(MoveRefusedError, match="how order"):
            self.does(at, order_no, "pay")
        self.does(at, order_no, "pay", method="alipay", transaction_no="t-1")
        (paid,) = rows(at.engine, payments)
        assert (paid.kind, paid.amount_cents, paid.method) == ("payment", 12_800, "alipay")
        assert (at.order().status, at.order().paid_at) == ("paid", NOW)
        at.now = NOW + DAY
        parcel = {"courier": "顺丰速运", "tracking_number": "SF9999999999999"}
        self.does(at, order_no, "ship", **parcel, expected_on=date(2026, 11, 24))
        (sent,) = rows(at.engine, parcels)
        assert (sent.tracking_number, at.order().shipped_at) == ("SF9999999999999", NOW + DAY)
        at.now = NOW + 3 * DAY
        self.does(at, order_no, "deliver", at=NOW + 2 * DAY)
        assert (at.order().status, at.order().delivered_at) == ("delivered", NOW + 2 * DAY)
        assert rows(at.engine, parcels)[0].status == "delivered"
        deadline = at.order().receipt_deadline
        with pytest.raises(MoveRefusedError, match="confirms itself"):
            self.does(at, order_no, "complete")
        at.now = deadline
        assert self.does(at, order_no, "complete").order_status == "completed"

    def test_nothing_arrives_before_it_left_or_after_now(self, at: Counter):
        order_no = self.place(at, S.SHIPPED)
        self.does(at, order_no, "deliver", at=NOW + 99 * DAY)
        assert at.order().delivered_at == NOW
        at.shop.set(order_no, status="shipped", delivered_at=None)
        at.desk.move(OrderMove(order_no, "deliver", at=NOW - 99 * DAY), by="x", key="again")
        assert at.order().delivered_at == at.order().shipped_at

    def test_an_unpaid_order_gives_its_goods_back(self, at: Counter):
        order_no = self.place(at, S.PENDING_PAYMENT)
        assert self.does(at, order_no, "close_unpaid").order_status == "cancelled"
        assert stock(at.engine)["sku-1"] == 4

    def test_what_is_being_refunded_does_not_leave(self, at: Counter):
        order_no = self.place(at, S.PAID)
        at.wish(c.CancelOrder(order_no, "不要了"))
        with pytest.raises(MoveRefusedError, match="is refunding: no ship"):
            self.does(at, order_no, "ship")
        with pytest.raises(MoveRefusedError, match="has not left"):
            self.does(at, order_no, "deliver")

    def test_a_parcel_that_was_thought_lost_arrives(self, at: Counter):
        order_no = self.place(at, S.SHIPPED)
        at.now = NOW + 20 * DAY
        case_no = at.wish(c.RequestRefund(order_no, "丢了", received=False))
        assert self.does(at, order_no, "deliver").order_status == "refunding"
        assert at.does(case_no, "refuse", note="已经送到").order_status == "delivered"
        assert at.order().delivered_at == at.now

    def test_a_refund_that_fails_after_the_end_finds_the_order_completed(self, at: Counter):
        order_no = self.place(at, S.DELIVERED)
        at.now = NOW + 9 * DAY  # no deadline was ever written
        self.does(at, order_no, "complete")
        case_no = at.wish(c.ReportProblem(order_no, "defect", "exchange", description="裂了"))
        at.does(case_no, "refuse")
        assert at.order().status == "completed"
        assert at.order().receipt_deadline < at.now

    @pytest.mark.parametrize("event", ["refuse", "refund_paid", "fly", "cancel_order"])
    def test_events_that_are_not_an_orders_own(self, at: Counter, event: str):
        order_no = self.place(at, S.PAID)
        with pytest.raises(MoveRefusedError, match="close_unpaid"):
            self.does(at, order_no, event)

    def test_a_parcel_that_cannot_be(self, at: Counter):
        first, second = self.place(at, S.SHIPPED), self.place(at, S.PAID)
        known = rows(at.engine, parcels)[0]
        for more, words in (
            ({"courier": "顺丰速运"}, "give both"),
            ({"courier": known.courier, "tracking_number": known.tracking_number}, "another order"),
            ({"courier": "长" * 33, "tracking_number": "1"}, "characters"),
        ):
            before = everything(at.engine)
            with pytest.raises(MoveRefusedError, match=words):
                self.does(at, second, "ship", **more)
            assert everything(at.engine) == before
        assert first != second


class TestJournal:
    def test_who_did_what_is_told_to_both(self, at: Counter):
        case_no = at.faulty()
        moved = at.does(case_no, "refuse", note="电话13800000001说明过，人为损坏")
        audit, news = rows(at.engine, audit_log)[-1], rows(at.engine, outbox)[-1]
        assert (audit.actor, audit.action, audit.case_no) == ("shop", "refuse", case_no)
        assert audit.details["by"] == CLERK
        assert (news.topic, news.payload["status"], news.payload["by"]) == (
            "case.refuse",
            "refused",
            CLERK,
        )
        for told in (audit.details, news.payload):
            assert told["note"] == "电话138****0001说明过，人为损坏"
        assert Moved(**audit.details["moved"]) == moved

    def test_a_key_acts_once(self, at: Counter):
        move = CaseMove(at.faulty(), "approve_without_return", note="好的")
        first = at.desk.move(move, by=CLERK, key="key")
        at.does(move.case_no, "pay")
        before = everything(at.engine)
        assert at.desk.move(move, by=CLERK, key="key") == first
        for other in (replace(move, note="不"), replace(move, event="refuse")):
            with pytest.raises(OrderError, match="idempotency key"):
                at.desk.move(other, by=CLERK, key="key")
        assert everything(at.engine) == before

    def test_a_buyers_key_is_another_one(self, at: Counter):
        case_no = at.faulty()
        assert at.desk.move(CaseMove(case_no, "refuse"), by=CLERK, key="wish-1").status == "refused"
        assert {row.key for row in rows(at.engine, idempotency_keys)} == {"wish-1", "shop:wish-1"}

    @pytest.mark.parametrize("key", ["", "a b", "一", "x" * 301])
    def test_a_key_that_is_none(self, at: Counter, key: str):
        with pytest.raises(OrderError, match="visible ASCII"):
            at.desk.move(CaseMove(at.faulty(), "refuse"), by=CLERK, key=key)


class TestHearing:
    heard = 0

    def hear(self, at: Counter, case_no: str, goal: str, **more: Any) -> Moved | None:
        kinds = more.pop("kinds", ("refund_only", "return_and_refund", "exchange", "compensation"))
        news = CaseNews(case_no, ALICE, CaseStatus(goal), kinds, **more)  # type: ignore[call-arg]
        self.heard += 1
        return at.desk.hear(news, by="erp", key=f"event-{self.heard}")

    def test_whatever_leads_there_happens(self, at: Counter):
        case_no = at.faulty()
        heard = [
            self.hear(at, case_no, goal)
            for goal in ("awaiting_return", "returning", "paying", "refunded")
        ]
        assert [moved.event for moved in heard if moved] == [
            "approve",
            "return_received",
            "accept_return",
            "pay",
        ]

    def test_what_the_tables_say_already_changes_nothing(self, at: Counter):
        case_no = at.returned()
        at.does(case_no, "accept_return")
        before = everything(at.engine)
        assert self.hear(at, case_no, "paying", amount_cents=12_000) is None
        assert self.hear(at, case_no, "returning") is None  # came late
        assert everything(at.engine) == before
        with pytest.raises(MoveRefusedError, match="the event says ¥1"):
            self.hear(at, case_no, "paying", amount_cents=100)

    def test_the_buyers_word_is_not_the_warehouses(self, at: Counter):
        case_no = at.returned()
        at.buyer.execute(ALICE, c.ReturnSent(case_no, "顺丰", "SF1234567890123"), "sent")
        heard = self.hear(at, case_no, "returning")
        assert heard is not None
        assert heard.event == "return_received"
        assert self.hear(at, case_no, "returning", note="again") is None

    def test_what_does_not_fit_or_came_too_late(self, at: Counter):
        case_no = at.faulty()
        with pytest.raises(MoveRefusedError, match="does not fit"):
            self.hear(at, case_no, "paying", kinds=("exchange",))
        with pytest.raises(MoveRefusedError, match="does not fit"):
            self.hear(at, case_no, "refunded", tender="coupon")
        at.does(case_no, "refuse")
        with pytest.raises(MoveRefusedError, match="cannot become paying"):
            self.hear(at, case_no, "paying")
