"""What buyers write lies in no row in the clear, wherever they write it; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from kefu.errors import OrderError
from kefu.handoff.ratings import RatingBook
from kefu.handoff.tickets import TicketDesk, Turn
from kefu.orders import commands as c
from kefu.orders.builtin import BuiltinCommands, journal
from kefu.orders.database import reading, writing
from kefu.orders.status import OrderStatus
from kefu.orders.tables import idempotency_keys, metadata, ratings, tickets
from kefu.orders.written_text import clean
from tests.orders.shop import ALICE, NOW, Shop

# Nothing that a pattern would know: only sealing helps.
NAME, PLACE, PHONE = "王小明", "红砖楼三层左手第二家", "13987654321"
WORDS = f"我是{NAME}，住{PLACE}，电话{PHONE}"


@pytest.fixture
def built(engine: Engine) -> BuiltinCommands:
    return BuiltinCommands(engine, clock=lambda: NOW)


def everything_stored(engine: Engine) -> str:
    """Every value of every table, as it lies in the rows."""
    with reading(engine) as connection:
        return "\n".join(
            f"{table.name}: {dict(row)}"
            for table in metadata.sorted_tables
            for row in connection.exec_driver_sql(f"SELECT * FROM {table.name}").mappings()
        )


def test_words_of_buyers_lie_in_no_row_in_the_clear(
    shop: Shop, engine: Engine, built: BuiltinCommands
) -> None:
    talk = [Turn("buyer", WORDS, NOW)]
    TicketDesk(engine, clock=lambda: NOW).open(ALICE, "sender", WORDS, talk, "key")
    RatingBook(engine, clock=lambda: NOW).rate(ALICE, "sender", 1, WORDS, "key")
    built.execute(ALICE, c.CancelOrder(shop.order(), WORDS), "key-1")
    fault = c.ReportProblem(
        shop.order(OrderStatus.DELIVERED),
        "defect",
        "exchange",
        description=WORDS,
        evidence=(WORDS,),
    )
    built.execute(ALICE, fault, "key-2")
    goes_back = c.RequestRefund(shop.order(OrderStatus.DELIVERED), "不喜欢")
    case_no = built.execute(ALICE, goes_back, "key-3").number
    built.execute(ALICE, c.ReturnSent(case_no, f"顺丰{PHONE}", "SF1234567890"), "key-4")
    stored = everything_stored(engine)
    assert "SF1234567890" in stored
    assert [secret for secret in (PLACE, PHONE, f"我是{NAME}") if secret in stored] == []
    with reading(engine) as connection:
        ticket = connection.execute(select(tickets)).one()
        comment = connection.execute(select(ratings.c.comment)).scalar_one()
    assert (ticket.reason, ticket.conversation[0]["text"], comment) == (WORDS, WORDS, WORDS)


class TestDigestOfACommand:
    """A phone has few digits: whoever has the rows could try all of them on a bare hash."""

    def test_it_cannot_be_guessed_without_the_key(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        change = c.ChangeAddress(shop.order(), phone=PHONE)
        built.execute(ALICE, change, "key")
        assert journal.digest(change) not in everything_stored(engine)

    def test_it_still_tells_a_repeated_command_from_another(
        self, shop: Shop, built: BuiltinCommands
    ) -> None:
        order_no = shop.order()
        receipt = built.execute(ALICE, c.ChangeAddress(order_no, phone=PHONE), "key")
        assert built.execute(ALICE, c.ChangeAddress(order_no, phone=PHONE), "key") == receipt
        with pytest.raises(OrderError, match="idempotency key"):
            built.execute(ALICE, c.ChangeAddress(order_no, phone="13987654322"), "key")

    def test_a_row_from_before_is_still_known(
        self, shop: Shop, engine: Engine, built: BuiltinCommands
    ) -> None:
        change = c.ChangeAddress(shop.order(), phone=PHONE)
        receipt = built.execute(ALICE, change, "key")
        with writing(engine) as connection:
            connection.execute(update(idempotency_keys).values(digest=journal.digest(change)))
        assert built.execute(ALICE, change, "key") == receipt


def test_clean_text_has_no_characters_that_databases_refuse() -> None:
    assert clean(" 坏\x00了\ud800\n ", 10) == "坏了"
    assert clean("长" * 20, 10) == "长" * 10
