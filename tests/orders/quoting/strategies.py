"""Orders and commands of all sorts, likely and unlikely, for property tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from kefu.orders import commands as c
from kefu.orders.facts import (
    CaseFacts,
    CaseKind,
    InvoiceFacts,
    ItemFacts,
    OrderFacts,
    PaymentFacts,
    VariantFacts,
)
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import NO, NOW

SKUS = ("a", "b", "c")
CATEGORIES = ("bedding", "fresh", "engraved", "cosmetics", "appliances", "unheard_of")
OPEN_TO_WISHES = (OrderStatus.PAID, OrderStatus.DELIVERED)
PRICES = (0, 1, 3_333, 12_000)
CENTS = st.integers(0, 10**6)
WORDS = st.sampled_from(["", "不喜欢", "坏了", "发错了", "少发一件", "没有质量问题"]) | st.text(
    max_size=40
)
AGO = st.none() | st.integers(-3, 500 * 24).map(lambda hours: NOW - timedelta(hours=hours))
CASE_NOS = st.sampled_from(["R1", "R2", "R3", "R9"])


@st.composite
def items(draw: st.DrawFn) -> tuple[ItemFacts, ...]:
    skus = draw(st.lists(st.sampled_from(SKUS), min_size=1, unique=True))
    return tuple(
        ItemFacts(
            sku,
            f"商品{sku}",
            draw(st.sampled_from(["p", "q"])),
            draw(st.sampled_from(CATEGORIES)),
            draw(st.integers(1, 5)),
            draw(st.sampled_from(PRICES) | CENTS),
            draw(st.none() | st.sampled_from(PRICES) | CENTS),
        )
        for sku in skus
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[CaseFacts, ...]:
    lines = st.builds(c.QuoteLine, st.sampled_from(SKUS), st.integers(1, 3), st.integers(0, 10**5))
    found = draw(
        st.lists(
            st.builds(
                CaseFacts,
                CASE_NOS,
                st.sampled_from(get_args(CaseKind)),
                st.sampled_from(CaseStatus),
                CENTS,
                st.sampled_from(["no_reason", "defect", "price_drop", "late", "other"]),
                st.sampled_from(["money", "coupon"]),
                st.lists(lines, max_size=2).map(tuple),
            ),
            max_size=3,
        )
    )
    return tuple(found)


def orders() -> st.SearchStrategy[OrderFacts]:
    """Mostly orders as shops have them, and some that only the types allow."""
    return st.one_of(likely_orders(), likely_orders(), wild_orders())


@st.composite
def likely_orders(draw: st.DrawFn) -> OrderFacts:
    """Paid in full, a few days old, with no more than an ended case."""
    status = draw(st.sampled_from([*OrderStatus, *OPEN_TO_WISHES, *OPEN_TO_WISHES]))
    days = draw(st.integers(0, 20))
    at = NOW - timedelta(days=days, hours=draw(st.integers(0, 23)))
    lines = draw(items())
    freight = draw(st.sampled_from([0, 800]))
    total = freight + sum(item.quantity * item.unit_price_cents for item in lines)
    paid = status is not OrderStatus.PENDING_PAYMENT
    arrived = status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
    return OrderFacts(
        order_no=NO,
        status=status,
        placed_at=at - timedelta(days=4),
        items=lines,
        total_cents=total - draw(st.integers(0, (total - freight) // 2)),
        freight_cents=freight,
        paid_at=at - timedelta(days=draw(st.integers(0, 4))) if paid else None,
        ship_by=at,
        shipped_at=at if arrived or status is OrderStatus.SHIPPED else None,
        delivered_at=at if arrived else None,
        payments=(PaymentFacts("payment", total),) if paid else (),
        cases=draw(
            cases().map(lambda found: tuple(case for case in found if case.status.closed)[:1])
        ),
        wanted=draw(variants()),
    )


@st.composite
def wild_orders(draw: st.DrawFn) -> OrderFacts:
    freight = draw(st.integers(0, 3_000))
    payment = st.builds(PaymentFacts, st.sampled_from(["payment", "refund"]), CENTS)
    return OrderFacts(
        order_no=NO,
        status=draw(st.sampled_from(OrderStatus)),
        placed_at=NOW - timedelta(days=500),
        items=draw(items()),
        total_cents=freight + draw(CENTS),
        freight_cents=freight,
        paid_at=draw(AGO),
        ship_by=draw(AGO),
        shipped_at=draw(AGO),
        delivered_at=draw(AGO),
        address=draw(st.sampled_from(["", "浙江省杭州市西湖区青禾路18号", "新疆喀什市云台路1号"])),
        address_changes=draw(st.integers(0, 2)),
        hold_until=draw(st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31))),
        receipt_deadline=draw(AGO),
        receipt_extensions=draw(st.integers(0, 2)),
        last_news_at=draw(AGO),
        payments=tuple(draw(st.lists(payment, max_size=3))),
        cases=draw(cases()),
        invoices=draw(st.just(()) | st.just((InvoiceFacts("王小明"),))),
        wanted=draw(variants()),
    )


def variants() -> st.SearchStrategy[VariantFacts | None]:
    """What the buyer may want instead; the price is often that of the goods."""
    prices = st.sampled_from(PRICES) | CENTS
    sku, product = st.sampled_from(SKUS), st.sampled_from(["p", "q"])
    label, stock = st.just("雾蓝 M"), st.integers(0, 5)
    return st.none() | st.builds(VariantFacts, sku, product, label, prices, stock)


def usual_commands() -> list[Any]:
    """What buyers mostly want, of each kind, for the order `NO`."""
    reasons = ("不喜欢", "坏了", "发错了", "少发一件")
    chosen = ((), ("a",), ("b", "c"))
    return [
        c.CancelOrder(NO, "拍错了"),
        c.ChangeAddress(NO, phone="13800005678"),
        c.ChangeAddress(NO, address="江苏省南京市鼓楼区云台路12号"),
        c.ChangeAddress(NO, address="新疆乌鲁木齐市天山区青禾路1号"),
        *(c.ChangeItem(NO, old, new_sku=new) for old in SKUS for new in SKUS),
        *(c.ChangeItem(NO, sku, new_quantity=pieces) for sku in SKUS for pieces in (1, 2, 4)),
        *(c.DelayShipment(NO, NOW.date() + timedelta(days=days)) for days in (0, 1, 4, 12, 30)),
        c.ExtendReceipt(NO),
        c.ConfirmReceipt(NO),
        *(
            c.RequestRefund(NO, reason, skus, received)
            for reason in reasons
            for skus in chosen
            for received in (None, False)
        ),
        *(
            c.RequestExchange(NO, old, new, reason)
            for old in SKUS
            for new in SKUS
            for reason in reasons
        ),
        *(
            c.ReportProblem(NO, problem, wish, skus)
            for problem in get_args(c.Problem)
            for wish in get_args(c.Wish)
            for skus in chosen
        ),
        *(c.RequestCompensation(NO, ground) for ground in get_args(c.Ground)),
        *(c.WithdrawCase(case_no) for case_no in ("R1", "R2", "R3")),
        *(c.ReturnSent(case_no, "中通", "78701234567890") for case_no in ("R1", "R2", "R3")),
        c.RequestInvoice(NO, "王小明"),
    ]


def commands() -> st.SearchStrategy[Any]:
    """Any command for the order `NO`, or for a case that it may have."""
    sku, no = st.sampled_from((*SKUS, "z")), st.just(NO)
    skus = st.lists(sku, max_size=4).map(tuple)
    evidence = st.lists(WORDS, max_size=2).map(tuple)
    name = st.none() | st.sampled_from(["王小明", "13800005678", "新疆喀什市云台路1号"]) | WORDS
    return st.one_of(
        st.builds(c.CancelOrder, no, WORDS),
        st.builds(c.ChangeAddress, no, name, name, name),
        st.builds(c.ChangeItem, no, sku, st.none() | sku, st.none() | st.integers(1, 6)),
        st.builds(c.DelayShipment, no, st.dates(date(2026, 11, 1), date(2027, 1, 31))),
        st.builds(c.ExtendReceipt, no),
        st.builds(c.ConfirmReceipt, no),
        st.builds(c.RequestRefund, no, WORDS, skus, st.none() | st.booleans(), evidence),
        st.builds(c.RequestExchange, no, sku, sku, WORDS, evidence),
        st.builds(
            c.ReportProblem,
            no,
            st.sampled_from(get_args(c.Problem)),
            st.sampled_from(get_args(c.Wish)),
            skus,
            WORDS,
            evidence,
        ),
        st.builds(c.RequestCompensation, no, st.sampled_from(get_args(c.Ground)), WORDS, evidence),
        st.builds(c.WithdrawCase, CASE_NOS),
        st.builds(c.ReturnSent, CASE_NOS, WORDS, st.just("SF1234567890123") | WORDS),
        st.builds(c.RequestInvoice, no, name.filter(bool), st.none() | WORDS, st.none() | WORDS),
    )
