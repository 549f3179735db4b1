"""The shop reports, the buyer asks back: with the real model, actions and tables."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import httpx
import pytest

from kefu.orders.signing import signed_headers
from tests.servers.assistant import Assistant, StartAssistant
from tests.servers.shop_server import SECRET

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

BUYER = "buyer-0001"
PAID = {"type": "refund_paid", "case_no": "R20261120123456", "data": {"amount": 12_900}}
DELAYED = {"type": "parcel_delayed", "order_no": "2026111012340001"}


class Shop:
    """The shop's end of one assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self._rest = assistant.url.removesuffix("webhook")

    def tell(self, event: dict[str, object], *, number: int) -> None:
        body = json.dumps({"id": f"e-{number}", "customer_id": BUYER, **event}).encode()
        headers = signed_headers(SECRET, body, datetime.now(timezone.utc))
        answer = httpx.post(f"{self._rest}events", content=body, headers=headers, timeout=60)
        assert answer.json() == {"status": "said", "number": number}

    def messages(self, after: int = 0) -> list[str]:
        asked = {"sender": BUYER, "after": after}
        answer = httpx.get(f"{self._rest}messages", params=asked, timeout=60)
        return [message["text"] for message in answer.json()["messages"]]


def test_news_is_something_that_a_buyer_can_ask_back_about(
    start_assistant: StartAssistant,
) -> None:
    assistant: Assistant = start_assistant(KEFU_SHOP_SECRET=SECRET)
    shop = Shop(assistant)

    shop.tell(PAID, number=1)  # before the buyer's first message
    assert "¥129.00已经退出" in shop.messages()[0]
    assert "退款" in assistant.say(BUYER, "多久")
    # The session that the news began knows its buyer.
    assert "下单" in assistant.say(BUYER, "查一下我的订单")

    shop.tell(DELAYED, number=2)
    assert shop.messages(after=1)[0].endswith("需要我为您转接人工客服吗？")
    assistant.say(BUYER, "好的")
    assert assistant.rows("select count(*) as n from tickets") == [{"n": 1}]
