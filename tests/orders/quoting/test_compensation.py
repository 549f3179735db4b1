"""Price protection, late dispatch, advanced freight, goodwill: how much, once, up to a limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kefu.orders.commands import QuoteLine, RequestCompensation
from kefu.orders.facts import PaymentFacts
from kefu.orders.quoting import compensation_limit
from kefu.orders.shop_rules import shop_rules
from kefu.orders.status import CaseStatus, OrderStatus
from tests.orders.quoting.desk import (
    BEDDING,
    DAY,
    HOUR,
    NO,
    NOW,
    ORANGES,
    SECOND,
    SHIRTS,
    ask,
    case,
    order,
    refusal,
    tuned,
)

DROP = RequestCompensation(NO, "price_drop")
LATE = RequestCompensation(NO, "late")
FREIGHT = RequestCompensation(NO, "freight", "垫付了邮费")
OTHER = RequestCompensation(NO, "other", "少给点补偿")
CHEAPER = replace(BEDDING, current_price_cents=10_000)


def test_the_difference_to_todays_price_is_paid_back() -> None:
    answer = ask(DROP, order(OrderStatus.SHIPPED, CHEAPER))
    assert (answer.kind, answer.amount_cents, answer.automatic) == ("compensation", 2_000, True)
    assert answer.lines == (QuoteLine("bed-1", 1, 2_000),)
    assert "¥20.00" in answer.summary


def test_what_was_paid_after_coupons_is_compared() -> None:
    facts = order(OrderStatus.SHIPPED, CHEAPER, total=11_800)  # 110 yuan and the freight
    assert ask(DROP, facts).amount_cents == 1_000


def test_every_piece_counts_and_only_those_that_are_cheaper() -> None:
    shirts = replace(SHIRTS, current_price_cents=7_900)
    dearer = replace(BEDDING, current_price_cents=99_900)
    assert ask(DROP, order(OrderStatus.PAID, shirts, dearer)).amount_cents == 200


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (order(OrderStatus.SHIPPED), "compensation.no_drop"),
        (
            order(OrderStatus.SHIPPED, replace(BEDDING, current_price_cents=None)),
            "compensation.no_drop",
        ),
        (
            order(OrderStatus.SHIPPED, replace(ORANGES, current_price_cents=1)),
            "compensation.price_drop_excluded",
        ),
        (
            order(OrderStatus.COMPLETED, CHEAPER, paid_at=NOW - 16 * DAY),
            "compensation.price_drop_late",
        ),
        (order(OrderStatus.PENDING_PAYMENT), "refused_order.any.pending_payment"),
    ],
)
def test_no_price_protection(facts: Any, code: str) -> None:
    assert refusal(DROP, facts).code == code


def test_the_fifteenth_day_is_in_time() -> None:
    assert ask(DROP, order(OrderStatus.COMPLETED, CHEAPER, paid_at=NOW - 15 * DAY))


def test_a_great_difference_is_looked_at_first() -> None:
    half = replace(BEDDING, current_price_cents=6_000)
    answer = ask(DROP, order(OrderStatus.SHIPPED, half))
    assert (answer.amount_cents, answer.automatic) == (6_000, False)
    assert "人工客服" in answer.summary


def test_a_limit_caps_the_difference() -> None:
    rules = tuned("compensation.price_drop.up_to_cents", 1_500)
    answer = ask(DROP, order(OrderStatus.SHIPPED, CHEAPER), rules=rules)
    assert answer.amount_cents == 1_500
    assert sum(line.amount_cents for line in answer.lines) == 1_500


def test_no_limit_lets_more_be_paid_than_is_left() -> None:
    rules = tuned("compensation.price_drop.up_to_cents", 9_000)
    facts = order(OrderStatus.SHIPPED, CHEAPER, payments=(PaymentFacts("payment", 1_500),))
    assert ask(DROP, facts, rules=rules).amount_cents == 1_500


@pytest.mark.parametrize("command", [DROP, LATE, FREIGHT, OTHER])
def test_each_ground_once_an_order(command: RequestCompensation) -> None:
    facts = order(OrderStatus.SHIPPED, CHEAPER, ship_by=NOW - 5 * DAY)
    assert ask(command, facts)
    done = case("compensation", CaseStatus.REFUNDED, 1, ground=command.ground)
    again = replace(facts, cases=(done,))
    assert refusal(command, again).code == "compensation.again"
    refused = replace(facts, cases=(replace(done, status=CaseStatus.REFUSED),))
    assert ask(command, refused)


@pytest.mark.parametrize(
    ("total", "coupon"),
    [(2_000, 500), (10_000, 500), (12_345, 617), (100_000, 5_000), (10**6, 5_000)],
)
def test_late_dispatch_is_five_percent_within_limits_as_a_coupon(total: int, coupon: int) -> None:
    facts = order(OrderStatus.PAID, total=total, ship_by=NOW - SECOND)
    answer = ask(LATE, facts)
    assert (answer.amount_cents, answer.tender, answer.automatic) == (coupon, "coupon", True)
    assert "30天内有效" in answer.summary


def test_a_coupon_takes_nothing_from_what_can_be_paid_back() -> None:
    coupon = case("compensation", CaseStatus.PAYING, 500, ground="late", tender="coupon")
    given = replace(coupon, status=CaseStatus.REFUNDED)
    facts = order(OrderStatus.PAID, CHEAPER, total=2_000, cases=(given,))
    assert refusal(DROP, facts).code == "compensation.no_drop"
    assert compensation_limit(facts, coupon, shop_rules()) == 600


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ship_by": NOW + HOUR}, "compensation.not_late"),
        ({"ship_by": None}, "compensation.not_late"),
        ({"ship_by": NOW - HOUR, "hold_until": NOW.date()}, "compensation.held"),
    ],
)
def test_not_late(more: dict[str, Any], code: str) -> None:
    assert refusal(LATE, order(OrderStatus.PAID, **more)).code == code


def test_what_was_shipped_in_time_is_not_late_however_long_it_travels() -> None:
    facts = order(OrderStatus.SHIPPED, shipped_at=NOW - 4 * DAY, ship_by=NOW - 3 * DAY)
    assert refusal(LATE, facts).code == "compensation.not_late"
    assert ask(LATE, replace(facts, shipped_at=NOW - 2 * DAY))


@pytest.mark.parametrize("command", [FREIGHT, OTHER])
def test_where_no_rule_computes_a_person_decides(command: RequestCompensation) -> None:
    answer = ask(command, order())
    assert (answer.amount_cents, answer.automatic, answer.lines) == (0, False, ())


@pytest.mark.parametrize(
    ("ground", "paid", "limit"),
    [("freight", 20_000, 3_000), ("freight", 1_000, 1_000), ("other", 10_000, 3_000),
     ("other", 10**6, 5_000), ("defect", 100, 30), ("price_drop", 20_000, 700)],
)  # fmt: skip
def test_how_much_a_person_may_grant(ground: str, paid: int, limit: int) -> None:
    amount = 700 if ground == "price_drop" else 0
    open_case = case("compensation", CaseStatus.REVIEWING, amount, ground=ground)
    facts = order(payments=(PaymentFacts("payment", paid),), cases=(open_case,))
    assert compensation_limit(facts, open_case, shop_rules()) == limit
