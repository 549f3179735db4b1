"""What buyers read: each sentence is used, and each use has its sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from kefu.errors import RefusedError, RulesError
from kefu.orders.commands import COMMANDS, Ground
from kefu.orders.lifecycle import CASE_TRANSITIONS, ORDER_TRANSITIONS
from kefu.orders.sentences import has, read_sentences, refuse, say
from kefu.orders.status import CaseStatus, OrderStatus

SENTENCES = read_sentences()
CODE = "\n".join(
    file.read_text(encoding="utf-8")
    for file in sorted((Path(__file__).parents[2] / "kefu" / "orders").rglob("*.py"))
)
# Keys that the code puts together: their chapters.
MADE = ("refused_order.", "refused_case.", "wishes.", "next_step.", "done.", "compensation.")
VARIANTS = ("same", "unknown_variant", "other_goods", "other_price", "no_stock")


def test_every_literal_key_has_its_sentence() -> None:
    literal = set(re.findall(r'(?:say|refuse)\(\s*"([a-z_.]+)"', CODE))
    assert len(literal) > 60
    assert literal <= set(SENTENCES)


def test_every_sentence_is_said_somewhere() -> None:
    for key in SENTENCES:
        chapter, _, last = key.partition(".")
        if key.startswith(MADE) or (chapter in ("item", "exchange") and last in VARIANTS):
            continue
        made = chapter in ("parts", "address") and last.rpartition("_")[2] in (
            "buyer", "shop", "recipient", "phone", "address",
        )  # fmt: skip
        assert made or f'"{key}"' in CODE, key


def test_what_the_code_puts_together_is_there() -> None:
    for command in COMMANDS:
        if command != "report_problem":  # an order hears of it as a refund, an exchange ...
            assert f"wishes.{command}" in SENTENCES
    for status in OrderStatus:
        assert f"refused_order.any.{status}" in SENTENCES
    for case_status in CaseStatus:
        assert f"refused_case.any.{case_status}" in SENTENCES
        assert f"next_step.any.{case_status}" in SENTENCES
    for ground in get_args(Ground):
        assert f"compensation.{ground}" in SENTENCES
    for chapter in ("item", "exchange"):
        assert {f"{chapter}.{name}" for name in VARIANTS} <= set(SENTENCES)


@pytest.mark.parametrize(
    ("chapter", "table"),
    [("refused_order", ORDER_TRANSITIONS), ("refused_case", CASE_TRANSITIONS)],
)
def test_refusals_are_for_what_the_tables_lack(chapter: str, table: tuple) -> None:  # type: ignore[type-arg]
    allowed = {
        (line.command, state) for line in table for state in line.from_states if line.by == "buyer"
    }
    commands = {command for command, _ in allowed}
    for key in SENTENCES:
        first, *rest = key.split(".")
        if first == chapter and rest[0] != "any":
            assert rest[0] in commands
            assert tuple(rest) not in allowed


def test_sentences_are_chinese_and_end() -> None:
    for key, sentence in SENTENCES.items():
        assert re.search(r"[\u4e00-\u9fff]", sentence), key
        if key.startswith(("refused", "next_step", "done")):
            assert sentence.endswith("。"), key
        assert not re.search(r"[,;?!]|\.(?!\d)", re.sub(r"\{.*?\}", "", sentence)), key


def test_values_are_filled_in_and_never_read_as_names() -> None:
    assert "R1" in say("order.case_open", case_no="R1")
    assert "{amount}" in say("order.case_open", case_no="{amount}")
    with pytest.raises(KeyError):
        say("order.case_open")
    assert has("order.case_open")
    assert not has("order")


def test_a_refusal_carries_sentence_and_key() -> None:
    refused = refuse("order.nothing_left")
    assert isinstance(refused, RefusedError)
    assert refused.reason == str(refused) == SENTENCES["order.nothing_left"]
    assert refused.code == "order.nothing_left"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: {b: 1}", r"a\.b: write a sentence"),
        ("a: {b: }", r"a\.b: write a sentence"),
        ("a: 'x{'", r"a: .*braces"),
        ("- x", "the whole: write a sentence"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_file_of_no_sentences_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "said.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError, match=rf"said\.yml.*{told}"):
        read_sentences(file)
