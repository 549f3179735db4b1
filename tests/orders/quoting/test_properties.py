"""What holds for every order and every command, whatever they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.errors import OrderNotFoundError, RefusedError
from kefu.orders.commands import Quote, from_wire, name, tidy, to_wire
from kefu.orders.facts import CaseKind, OrderFacts
from kefu.orders.lifecycle import opening, order_transition, standing
from kefu.orders.money import format_money
from kefu.orders.numbers import SHOP_ZONE
from kefu.orders.periods import said_day
from kefu.orders.quoting import left_cents, quote, remaining
from kefu.orders.quoting.money import paid_cents, spread
from kefu.orders.shop_rules import shop_rules
from tests.orders.quoting.desk import NOW
from tests.orders.quoting.strategies import commands, orders, usual_commands

MANY = settings(max_examples=80, deadline=None)
CASE_KINDS = get_args(CaseKind)
USUAL = usual_commands()

Told = Quote | RefusedError


def answers(command: Any, facts: OrderFacts) -> Iterator[tuple[Any, Told]]:
    """What a command, and each usual one, is told; without those whose case is not there."""
    for wanted in (command, *USUAL):
        try:
            yield wanted, quote(wanted, facts, NOW, SHOP_ZONE, shop_rules())
        except RefusedError as refused:
            yield wanted, refused
        except OrderNotFoundError:
            continue


def quotes(command: Any, facts: OrderFacts) -> Iterator[tuple[Any, Quote]]:
    """Those that were not refused."""
    return ((wanted, told) for wanted, told in answers(command, facts) if isinstance(told, Quote))


@MANY
@given(commands(), orders())
def test_money_is_never_negative_and_never_more_than_is_left(
    command: Any, facts: OrderFacts
) -> None:
    rest = {line.sku: line.quantity for line in remaining(facts)}
    for _, told in quotes(command, facts):
        assert told.amount_cents >= 0
        if told.tender == "money":
            assert told.amount_cents <= left_cents(facts) <= max(0, paid_cents(facts))
        assert sum(line.amount_cents for line in told.lines) <= told.amount_cents
        assert all(1 <= line.quantity <= rest[line.sku] for line in told.lines)
        assert all(line.amount_cents >= 0 for line in told.lines)


@MANY
@given(commands(), orders())
def test_a_summary_names_amount_payer_and_deadline(command: Any, facts: OrderFacts) -> None:
    for _, told in quotes(command, facts):
        assert "{" not in told.summary
        assert "None" not in told.summary
        if told.amount_cents:
            assert format_money(told.amount_cents) in told.summary
        if told.freight_paid_by:
            words = {"buyer": "运费由您承担", "shop": "运费由我们承担"}[told.freight_paid_by]
            assert words in told.summary
        if told.until:
            assert said_day(told.until) in told.summary
        if not told.automatic:
            assert any(words in told.summary for words in ("内审核", "核实", "看照片"))


@MANY
@given(commands(), orders())
def test_what_is_quoted_can_happen(command: Any, facts: OrderFacts) -> None:
    before = standing(facts, NOW)
    for wanted, told in quotes(command, facts):
        assert told.order_no == facts.order_no
        if told.event:
            assert order_transition(facts.status, told.event, "buyer", before=before)
        if told.kind in CASE_KINDS:
            assert facts.open_case is None
            assert opening(told.kind, automatic=told.automatic)  # type: ignore[arg-type]
        else:
            assert told.kind == name(wanted)


@MANY
@given(commands(), orders())
def test_a_refusal_is_a_chinese_sentence_without_holes(command: Any, facts: OrderFacts) -> None:
    for _, told in answers(command, facts):
        if isinstance(told, RefusedError):
            assert told.reason.endswith("。")
            assert "\u4e00" <= told.reason[0] <= "\u9fff" or told.reason[0] == "“"
            assert "{" not in told.reason
            assert "None" not in told.reason


@MANY
@given(commands(), orders())
def test_quoting_what_was_quoted_gives_the_same(command: Any, facts: OrderFacts) -> None:
    for _, told in quotes(command, facts):
        assert quote(told.command, facts, NOW, SHOP_ZONE, shop_rules()) == told


@MANY
@given(commands())
def test_a_tidy_command_survives_the_wire_or_is_refused_there(command: Any) -> None:
    tidied = tidy(command)
    assert tidy(tidied) == tidied
    if all(value != "" for value in to_wire(tidied).values() if isinstance(value, str)):
        assert from_wire(name(tidied), to_wire(tidied)) == tidied


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_shares_are_whole_fair_and_add_up(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == amount
    whole = sum(weights) or len(weights)
    shares = weights if sum(weights) else [1] * len(weights)
    for part, weight in zip(parts, shares, strict=True):
        assert amount * weight // whole <= part <= amount * weight // whole + 1


def test_nothing_to_share_among_none() -> None:
    assert spread(5, []) == []
