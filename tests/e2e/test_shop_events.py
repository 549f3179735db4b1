"""The shop reports or decides, the buyer asks back: with the real model, actions and tables."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from kefu.orders.signing import signed_headers
from tests.servers.assistant import Assistant, StartAssistant
from tests.servers.shop_server import SECRET
from tests.test_cli import kefu

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

BUYER = "buyer-0001"
DELAYED = {"type": "parcel_delayed", "order_no": "2026111012340001"}


class Shop:
    """The shop's end of one assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._rest = assistant.url.removesuffix("webhook")

    def tell(self, event: dict[str, object], *, number: int) -> None:
        body = json.dumps({"id": f"e-{number}", "customer_id": BUYER, **event}).encode()
        headers = signed_headers(SECRET, body, datetime.now(timezone.utc))
        answer = httpx.post(f"{self._rest}events", content=body, headers=headers, timeout=60)
        assert answer.json() == {"status": "said", "number": number}

    def messages(self, after: int = 0, sender: str = BUYER) -> list[str]:
        asked = {"sender": sender, "after": after}
        answer = httpx.get(f"{self._rest}messages", params=asked, timeout=60)
        return [message["text"] for message in answer.json()["messages"]]

    def case(self, status: str) -> dict[str, Any]:
        """A case of the demo shop about money, in that state."""
        query = (
            "select case_no, customer_id, amount_cents, order_id from cases "
            "where status = :status and tender = 'money' order by id limit 1"
        )
        return self._assistant.rows(query, status=status)[0]

    def status(self, case: dict[str, Any]) -> str:
        query = "select status from cases where case_no = :number"
        return str(self._assistant.rows(query, number=case["case_no"])[0]["status"])

    def clerk(self, *words: str) -> str:
        """The staff's command line beside the running assistant."""
        done = kefu(
            "cases",
            *words,
            KEFU_DATABASE_URL=self._assistant.engine.url.render_as_string(False),
            KEFU_PORT=str(urlsplit(self._assistant.url).port),
            KEFU_SHOP_SECRET=SECRET,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def test_news_is_something_that_a_buyer_can_ask_back_about(
    start_assistant: StartAssistant,
) -> None:
    assistant: Assistant = start_assistant(KEFU_SHOP_SECRET=SECRET)
    shop = Shop(assistant)

    paid = shop.case("paying")
    buyer = paid["customer_id"]
    data = {"amount": paid["amount_cents"]}
    event = {"type": "refund_paid", "customer_id": buyer, "case_no": paid["case_no"], "data": data}
    shop.tell(event, number=1)  # before the buyer's first message
    assert "已经退出" in shop.messages(sender=buyer)[0]
    assert shop.status(paid) == "refunded"
    back = "select amount_cents from payments where order_id = :order and kind = 'refund'"
    assert {"amount_cents": paid["amount_cents"]} in assistant.rows(back, order=paid["order_id"])
    assert "退款" in assistant.say(buyer, "多久")
    # The session that the news began knows its buyer.
    assert "下单" in assistant.say(buyer, "查一下我的订单")

    # Nothing was said before: the offer in the news is all that a yes can mean.
    shop.tell(DELAYED, number=1)
    assert shop.messages()[0].endswith("需要我为您转接人工客服吗？")
    assistant.say(BUYER, "好的")
    assert assistant.rows("select count(*) as n from tickets") == [{"n": 1}]

    asked = shop.case("reviewing")
    buyer = asked["customer_id"]
    told = shop.clerk("refuse", asked["case_no"], "--reason", "照片里看不出破损", "--by", "Zhou")
    assert "1 told to the buyer" in told
    assert shop.status(asked) == "refused"
    assert "说明：照片里看不出破损。" in shop.messages(sender=buyer)[-1]
    assert "1 told before" in shop.clerk("tell", asked["case_no"])
