"""What buyers think of the service."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from actions.base import NO_DATABASE
from actions.rating import ASK, OUT_OF_RANGE, RateService
from kefu.orders.database import reading
from kefu.orders.tables import ratings
from tests.actions.scene import BUYER, STRANGER, Done, Shop, run, tracker


def rate(text: str, *, score: str | None = None, **more: Any) -> Done:
    at = tracker(text, intent="rate_service", **more)
    if score is not None:
        at.latest_message["entities"] = [{"entity": "score", "value": score}]
    return run(RateService(), at)


def rows(shop: Shop) -> list[Any]:
    with reading(shop.engine) as connection:
        return list(connection.execute(select(ratings).order_by(ratings.c.id)))


def test_a_score_is_written_with_who_and_what_was_said(shop: Shop):
    done = rate("打5分，很有耐心", score="5分")
    (row,) = rows(shop)
    assert (row.customer_id, row.sender_id, row.score) == (BUYER, BUYER, 5)
    assert row.comment == "打5分，很有耐心"
    assert "5分" in done.text
    assert "谢谢" in done.text


def test_a_bad_one_gets_an_apology_and_the_way_to_a_person(shop: Shop):
    done = rate("差评")
    assert rows(shop)[0].score == 1
    assert "抱歉" in done.text
    assert "转人工" in done.text


def test_without_a_score_it_is_asked_and_each_button_is_one(shop: Shop):
    done = rate("我要评价")
    assert done.text == ASK
    assert done.payloads == ["5分", "4分", "3分", "2分", "1分"]
    assert rows(shop) == []
    for number, payload in enumerate(done.payloads):
        rate(payload, message_id=f"pressed-{number}")
    assert [row.score for row in rows(shop)] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("text", ["10分", "0分", "100分", "-1分", "9.5分", "四颗半"])
def test_a_score_that_is_none_of_ours_is_answered_civilly(shop: Shop, text: str):
    done = rate(text, score=text)
    assert done.text == OUT_OF_RANGE
    assert len(done.payloads) == 5
    assert rows(shop) == []


def test_the_same_message_processed_again_is_one_rating(shop: Shop):
    assert rate("5分", message_id="m-1").text == rate("5分", message_id="m-1").text
    assert len(rows(shop)) == 1
    rate("改一下，3分", message_id="m-2")
    assert [row.score for row in rows(shop)] == [5, 3]


@pytest.mark.usefixtures("production")
def test_a_stranger_may_rate_too(shop: Shop):
    rate("满意", sender=STRANGER)
    (row,) = rows(shop)
    assert (row.customer_id, row.sender_id, row.score) == (None, STRANGER, 4)


@pytest.mark.usefixtures("no_database")
def test_without_a_database_the_buyer_hears_so():
    assert rate("5分").text == NO_DATABASE
