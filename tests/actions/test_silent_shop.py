"""A write that a shop's own system may have made: never told as failed, never made twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.base import MAYBE_DONE, NO_DATABASE, BuyerAction
from actions.conversation import message_key
from kefu.orders.commands import RequestRefund
from tests.actions.conftest import forget
from tests.actions.scene import run, tracker
from tests.servers.shop_server import ALICE, ALICES, SECRET, Fault, Shop, serving


class AskShop(BuyerAction):
    """The write behind a form, carried out by the shop."""

    def name(self) -> str:
        return "action_ask_shop"

    def answer_buyer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, customer_id: str
    ) -> Sequence[EventType]:
        receipt = services.commands().execute(
            customer_id, RequestRefund(ALICES, "不想要了"), message_key(tracker)
        )
        dispatcher.utter_message(text=receipt.number)
        return []


@pytest.fixture
def own_shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    shop = Shop()
    with serving(shop) as url:
        monkeypatch.setenv("KEFU_SHOP_COMMANDS", "http")
        monkeypatch.setenv("KEFU_SHOP_URL", url)
        monkeypatch.setenv("KEFU_SHOP_SECRET", SECRET)
        monkeypatch.setenv("KEFU_SHOP_TIMEOUT_SECONDS", "0.3")
        monkeypatch.setenv("KEFU_SHOP_BUDGET_SECONDS", "0.8")
        forget()
        yield shop
        services.commands().close()  # type: ignore[attr-defined]


def test_silence_may_mean_that_it_is_done(own_shop: Shop) -> None:
    own_shop.faults.extend([Fault(delay_seconds=1.0)] * 4)
    wish = tracker("确认", sender=ALICE)
    done = run(AskShop(), wish)
    assert done.text == MAYBE_DONE
    assert "不用重复提交" in done.text
    assert "转人工" in done.text
    assert done.slots == {"offer": "person"}
    own_shop.faults.clear()
    again = run(AskShop(), wish)
    assert again.text == own_shop.orders[ALICES].case_no
    assert run(AskShop(), wish).text == again.text
    assert len(own_shop.done) == 1


def test_a_connection_that_breaks_off_may_too(own_shop: Shop) -> None:
    own_shop.faults.extend([Fault(drop="after")] * 4)
    wish = tracker("确认", sender=ALICE)
    assert run(AskShop(), wish).text == MAYBE_DONE
    own_shop.faults.clear()
    assert run(AskShop(), wish).text == own_shop.orders[ALICES].case_no
    assert len(own_shop.done) == 1


def test_what_never_arrived_is_not_done(own_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_SHOP_URL", "http://127.0.0.1:1")
    services.commands().close()  # type: ignore[attr-defined]
    forget()
    assert run(AskShop(), tracker("确认", sender=ALICE)).text == NO_DATABASE
