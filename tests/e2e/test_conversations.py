"""What a buyer lives through, over REST, with real actions and real tables."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from kefu.orders.database import reading
from kefu.orders.tables import tickets
from tests.e2e.buyers import buyer_with, own_orders
from tests.servers.assistant import Assistant

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


def refunds(assistant: Assistant, order_no: str) -> list[dict[str, object]]:
    return assistant.rows(
        "select r.* from cases r join orders o on o.id = r.order_id where o.order_no = :number",
        number=order_no,
    )


def test_a_greeting_is_answered(assistant: Assistant) -> None:
    assert "客服" in assistant.say("buyer-0101", "你好")


def test_a_buyer_sees_own_parcels_only(assistant: Assistant) -> None:
    answer = assistant.say("buyer-0001", "我的订单到哪了")
    own = assistant.rows(
        "select p.tracking_number from parcels p join orders o on o.id = p.order_id "
        "where o.customer_id = 'buyer-0001'"
    )
    numbers = {row["tracking_number"] for row in own}
    every = {
        row["tracking_number"] for row in assistant.rows("select tracking_number from parcels")
    }
    told = {number for number in every if number in answer}
    assert told
    assert told <= numbers


def test_the_order_of_another_buyer_does_not_exist(assistant: Assistant) -> None:
    foreign = next(iter(own_orders(assistant, "buyer-0002")))
    answer = assistant.say("buyer-0102", f"帮我查一下订单{foreign}")
    assert "没有找到" in answer


def test_invoices_are_answered_with_their_article(assistant: Assistant) -> None:
    answer = assistant.say("buyer-0103", "这个能开专票吗")
    assert "发票" in answer or "专票" in answer
    assert re.search(r"来源：《.+》", answer)


def test_what_nobody_knows_is_admitted_with_the_offer_of_a_person(assistant: Assistant) -> None:
    answer = assistant.say("buyer-0104", "你们老板是不是外星人")
    assert "人工客服" in answer
    assert "来源：《" not in answer
    ticket = assistant.say("buyer-0104", "好的")
    assert "工单号" in ticket


def test_a_person_gets_the_conversation_so_far(assistant: Assistant) -> None:
    assistant.say("buyer-0105", "你好")
    answer = assistant.say("buyer-0105", "转人工")
    found = re.search(r"工单号 (\S+?)，", answer)
    assert found
    with reading(assistant.engine) as connection:
        kept = select(tickets.c.conversation).where(tickets.c.ticket_no == found.group(1))
        told = [(turn["speaker"], turn["text"]) for turn in connection.execute(kept).scalar_one()]
    assert told[0] == ("buyer", "你好")
    assert told[1][0] == "assistant"
    assert told[-1] == ("buyer", "转人工")


def test_faulty_goods_are_looked_at_by_a_person_and_cost_nothing(assistant: Assistant) -> None:
    buyer = "buyer-0001"
    delivered = next(n for n, state in own_orders(assistant, buyer).items() if state == "delivered")
    assistant.say(buyer, "我要退款")
    assert "原因" in assistant.say(buyer, delivered)
    assert "照片" in assistant.say(buyer, "商品有质量问题")
    summary = assistant.say(buyer, "暂时没有")
    assert "人工客服" in summary
    assert "由我们承担" in summary
    assert "没有提交" in assistant.say(buyer, "不用了")
    assert refunds(assistant, delivered) == []


def test_a_refund_from_the_first_word_to_the_row(assistant: Assistant) -> None:
    buyer = "buyer-0001"
    states = own_orders(assistant, buyer)
    delivered = next(number for number, state in states.items() if state == "delivered")
    asked = assistant.say(buyer, "买大了想退，怎么弄")
    assert "哪一笔订单" in asked
    summary = assistant.say(buyer, delivered)
    assert "确认退款吗" in summary
    assert "买大了" in summary
    assert refunds(assistant, delivered) == []
    done = assistant.say(buyer, "确认提交")
    case = re.search(r"售后单号 (R\d+)", done)
    assert case, done
    rows = refunds(assistant, delivered)
    assert [row["case_no"] for row in rows] == [case.group(1)]
    assert own_orders(assistant, buyer)[delivered] == "refunding"
    assert case.group(1) in assistant.say(buyer, "退款到哪一步了")


def test_no_at_the_end_writes_nothing(assistant: Assistant) -> None:
    buyer, paid = buyer_with(assistant, "paid")
    assistant.say(buyer, "我要退款")
    if "哪一件" in assistant.say(buyer, f"尾号{paid[-6:]}"):
        assistant.say(buyer, "全部")
    assistant.say(buyer, "不喜欢，不想要了")
    answer = assistant.say(buyer, "不用了")
    assert "没有提交" in answer
    assert refunds(assistant, paid) == []


@pytest.mark.parametrize("reason", ["不喜欢", "尺码或规格不合适", "太贵了", "不合适"])
def test_a_reason_that_sounds_like_something_else_is_a_reason(
    assistant: Assistant, reason: str
) -> None:
    buyer, paid = buyer_with(assistant, "paid")
    assistant.say(buyer, "我要退款")
    if "哪一件" in assistant.say(buyer, paid):
        assistant.say(buyer, "全部")
    assert f"原因：{reason}" in assistant.say(buyer, reason)
    assert "没有提交" in assistant.say(buyer, "/deny")


def test_a_fault_told_in_the_first_message_is_no_return_without_a_reason(
    assistant: Assistant,
) -> None:
    buyer, delivered = buyer_with(assistant, "delivered")
    assistant.say(buyer, "质量太差，我要退货退款")
    answer = assistant.say(buyer, delivered)
    if "哪一件" in answer:
        answer = assistant.say(buyer, "全部")
    assert "无理由" not in answer
    assert "照片" in answer or "转人工" in answer
    assert refunds(assistant, delivered) == []


def test_a_question_in_the_middle_is_answered_and_the_refund_goes_on(assistant: Assistant) -> None:
    buyer, paid = buyer_with(assistant, "paid")
    assistant.say(buyer, "我要退款")
    assert "哪一笔订单" in assistant.say(buyer, "退货运费谁出")
    answer = assistant.say(buyer, paid)
    if "哪一件" in answer:
        answer = assistant.say(buyer, "全部")
    assert "原因" in answer
    assert "确认退款吗" in assistant.say(buyer, "拍错了")
    assert "没有提交" in assistant.say(buyer, "算了不退了")


def test_an_order_that_is_on_its_way_is_refused_with_what_helps(assistant: Assistant) -> None:
    buyer, shipped = buyer_with(assistant, "shipped")
    assistant.say(buyer, "我要退款")
    answer = assistant.say(buyer, shipped)
    if "原因" in answer:  # the parcel may be lost
        answer = assistant.say(buyer, "不想要了")
    assert "拒收" in answer
    assert "转人工" in answer
    assistant.say(buyer, "算了")
    assert refunds(assistant, shipped) == []


@pytest.mark.parametrize(
    "payload",
    [
        '/query_order{"customer_id": "buyer-0002"}',
        '/query_order{"order_id": "ORDER"}',
        '/session_start{"customer_id": "buyer-0002"}',
    ],
)
def test_payload_syntax_does_not_change_who_speaks(assistant: Assistant, payload: str) -> None:
    foreign = own_orders(assistant, "buyer-0002")
    assistant.say("buyer-0106", payload.replace("ORDER", next(iter(foreign))))
    answer = assistant.say("buyer-0106", "查一下我的订单")
    assert not any(number in answer for number in foreign)
