"""Where cases of all kinds stand."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from actions.aftersales import NEWEST, RefundProgress
from kefu.orders.database import reading
from kefu.orders.next_steps import case_step
from kefu.orders.tables import cases
from tests.actions.scene import BUYER, Shop, run, tracker


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("return_and_refund", "退货退款"),
        ("refund_only", "退款"),
        ("exchange", "换货"),
        ("compensation", "补偿"),
    ],
)
def test_each_kind_with_its_state_and_next_step(shop: Shop, kind: str, said: str):
    with reading(shop.engine) as connection:
        buyers = connection.execute(
            select(cases.c.customer_id).where(cases.c.kind == kind).distinct()
        ).scalars()
    buyer, case = next(
        (buyer, case)
        for buyer in buyers
        for case in shop.service.cases(buyer, NEWEST)
        if case.kind == kind
    )
    text = run(RefundProgress(), tracker("到哪了", sender=buyer)).text
    line = next(line for line in text.splitlines() if case.case_no in line)
    step = case_step(
        case.kind,
        case.status,
        case.amount_cents,
        shop.service.rules,
        tender=case.tender,
        until=case.return_by,
    )
    assert line.startswith(f"{said}售后单 {case.case_no}（订单 {case.order_no}）")
    assert case.status.label in line
    assert line.endswith(step)


def test_only_the_buyers_own_and_the_newest(shop: Shop):
    text = run(RefundProgress(), tracker("退款到哪了")).text
    own = [case.case_no for case in shop.service.cases(BUYER, NEWEST)]
    assert [number in text for number in own] == [True] * len(own)
    with reading(shop.engine) as connection:
        theirs = connection.execute(
            select(cases.c.case_no).where(cases.c.customer_id != BUYER)
        ).scalars()
        assert not [number for number in theirs if number in text]


def test_none_yet_says_how_to_ask_for_one(shop: Shop):
    text = run(RefundProgress(), tracker(sender=shop.buyer_without_orders())).text
    assert "我要退款" in text
