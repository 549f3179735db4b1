"""The shop speaks to its buyers: a real Rasa agent behind the real channel, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from rasa.core.agent import Agent
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.channels.announcer import Announcer
from kefu.channels.intake import Refusal
from kefu.channels.rest import RestInput
from kefu.channels.shop_events import BODY_MAX_BYTES, ShopDoor
from kefu.channels.turnstile import Turnstile
from kefu.errors import SettingsError
from kefu.orders.shop_events import News, ShopEvent, read_events
from kefu.orders.signing import signed_headers
from kefu.settings import Settings, load_settings
from tests.channels import toy
from tests.channels.serving import serving
from tests.servers import shop_server
from tests.servers.shop_server import SECRET

KEY = "a-key-of-more-than-thirty-two-bytes-0123456789"
ALICE, BOB = "buyer-0001", "buyer-0002"
ORDER, CASE = "2026111012340001", "R20261120123456"

PAID = {
    "id": "e-1",
    "type": "refund_paid",
    "customer_id": ALICE,
    "case_no": CASE,
    "data": {"amount": 12_900},
}
DELAYED = {"id": "e-2", "type": "parcel_delayed", "customer_id": ALICE, "order_no": ORDER}
DELIVERED = {"id": "e-3", "type": "parcel_delivered", "customer_id": ALICE, "order_no": ORDER}


def now() -> datetime:
    return datetime.now(timezone.utc)


def settings(**values: Any) -> Settings:
    # What is said, whatever the tables hold: test_books has the door in front of the built-in ones.
    usual = {"env": "development", "jwt_key": None, "shop_secret": SECRET}
    if values.get("shop_secret", SECRET):
        usual |= {"shop_commands": "http", "shop_url": "http://127.0.0.1:9"}
    return load_settings(**{**usual, **values})


class Shop:
    """A shop and a front end that use the channel at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def tell(
        self, event: Any, *, at: datetime | None = None, secret: str = SECRET
    ) -> httpx.Response:
        body = json.dumps(event, ensure_ascii=False).encode()
        return self.send(body, signed_headers(secret, body, at or now()))

    def send(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return httpx.post(f"{self.url}/events", content=body, headers=headers, timeout=60)

    def messages(self, sender: str = ALICE, after: int = 0, **headers: str) -> list[dict[str, Any]]:
        answer = self.look(sender, after, **headers)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    def look(self, sender: str, after: Any = 0, **headers: str) -> httpx.Response:
        asked = {"sender": sender, "after": after}
        return httpx.get(f"{self.url}/messages", params=asked, headers=headers, timeout=60)

    def say(self, text: str, sender: str = ALICE) -> list[str]:
        body = {"sender": sender, "message": text}
        answer = httpx.post(f"{self.url}/webhook", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return [part["text"] for part in answer.json()]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy.train(tmp_path_factory.mktemp("toy"))


@pytest.fixture
def conversations(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


@pytest.fixture
def agent(model: Path, conversations: Path) -> Agent:
    return toy.agent(model, conversations)


@pytest.fixture
def shop(agent: Agent) -> Iterator[Shop]:
    with serving(agent, settings()) as url:
        yield Shop(url)


def tracker(agent: Agent, sender: str = ALICE) -> DialogueStateTracker:
    found = asyncio.run(agent.tracker_store.retrieve_full_tracker(sender))
    assert found is not None
    return found


def sessions(agent: Agent) -> int:
    return sum(isinstance(event, SessionStarted) for event in tracker(agent).events)


class TestNews:
    def test_a_buyer_who_never_wrote_finds_it(self, shop: Shop):
        answer = shop.tell(PAID)
        assert (answer.status_code, answer.json()) == (200, {"status": "said", "number": 1})
        (message,) = shop.messages()
        assert message["text"].startswith(f"您好，售后单 {CASE} 的退款¥129.00已经退出。")
        assert datetime.fromisoformat(message.pop("at")).tzinfo is not None
        del message["text"]
        assert message == {
            "recipient_id": ALICE,
            "number": 1,
            "event": "refund_paid",
            "case_no": CASE,
        }
        assert shop.messages(BOB) == []

    def test_it_is_part_of_the_conversation_and_the_conversation_goes_on(
        self, shop: Shop, agent: Agent
    ):
        shop.say("你好")
        shop.tell(PAID)
        assert shop.say("你好") == ["您好。"]
        texts = [
            event.text for event in tracker(agent).events if event.type_name in ("user", "bot")
        ]
        assert [text[:2] for text in texts] == ["你好", "您好", "您好", "你好", "您好"]
        assert "退款" in texts[2]
        assert sessions(agent) == 1

    def test_the_session_knows_the_buyer_as_one_begun_by_a_message_does(
        self, shop: Shop, agent: Agent
    ):
        shop.tell(PAID)
        for_news = tracker(agent).events[0]
        shop.say("你好", BOB)
        assert for_news == SlotSet("session_started_metadata", {"customer_id": ALICE})
        assert tracker(agent, BOB).events[0] == SlotSet(for_news.key, {"customer_id": BOB})

    def test_messages_are_numbered_and_the_last_number_asks_for_the_next(self, shop: Shop):
        for number in range(60):
            shop.tell({**PAID, "id": f"e-{number}"})
        first = shop.look(ALICE).json()
        assert [message["number"] for message in first["messages"]] == list(range(1, 51))
        second = shop.look(ALICE, first["after"]).json()
        assert [message["number"] for message in second["messages"]] == list(range(51, 61))
        assert shop.look(ALICE, second["after"]).json() == {"messages": [], "after": 60}

    def test_after_an_hour_of_silence_it_opens_a_new_session_that_the_answer_joins(
        self, shop: Shop, agent: Agent
    ):
        long_ago = time.time() - 7200
        old = DialogueStateTracker.from_events(
            ALICE,
            [
                ActionExecuted("action_session_start", timestamp=long_ago),
                SessionStarted(timestamp=long_ago),
                ActionExecuted("action_listen", timestamp=long_ago),
                UserUttered("你好", {"name": "greet"}, timestamp=long_ago),
            ],
            agent.domain.slots,
        )
        asyncio.run(agent.tracker_store.save(old))
        shop.tell(PAID)
        assert sessions(agent) == 2
        shop.say("你好")
        assert sessions(agent) == 2
        assert [message["number"] for message in shop.messages()] == [1]

    def test_personal_data_is_masked_and_not_kept(self, shop: Shop, conversations: Path):
        data = {
            "signed_by": "欧阳小明",
            "recipient": "王小明",
            "phone": "13812345678",
            "address": "浙江省杭州市西湖区文三路100号3幢201室",
            "place": "门口，电话 138-1234-5678",
        }
        assert shop.tell({**DELIVERED, "data": data}).status_code == 200
        (message,) = shop.messages()
        assert "138****5678" in message["text"]
        assert "浙江省杭州市西湖区****" in message["text"]
        for part in ("欧阳小明", "王小明", "13812345678", "1234-5678", "文三路"):
            assert part not in message["text"]
            assert json.dumps(part)[1:-1].encode() not in conversations.read_bytes()


class TestForms:
    def test_the_question_that_waits_is_asked_again_so_that_a_yes_is_one_to_it(
        self, shop: Shop, agent: Agent
    ):
        assert shop.say("我要退款") == ["确认提交退款吗？"]
        shop.tell(DELAYED)
        (message,) = shop.messages()
        news, _, question = message["text"].partition("\n刚才的问题还等您回复：\n")
        assert "耽搁" in news
        assert "转接" not in news
        assert question == "确认提交退款吗？"
        assert [button["title"] for button in message["buttons"]] == ["确认", "不了"]
        assert tracker(agent).active_loop_name == "refund_form"
        assert tracker(agent).get_slot("offer") is None
        assert shop.say("好的") == ["退款已提交。"]

    def test_after_two_pieces_of_news_it_is_still_the_forms_question(self, shop: Shop):
        shop.say("我要退款")
        shop.tell(DELAYED)
        shop.tell(DELIVERED)
        text = shop.messages()[1]["text"]
        assert text.count("确认提交退款吗？") == 1
        assert "耽搁" not in text


class TestOffers:
    def test_a_yes_to_the_news_is_one_to_its_offer(self, shop: Shop):
        shop.tell(DELAYED)
        (message,) = shop.messages()
        assert message["text"].endswith("需要我为您转接人工客服吗？")
        assert [button["payload"] for button in message["buttons"]] == ["/request_human", "/deny"]
        assert shop.say("好的") == ["马上为您转人工。"]

    def test_news_without_an_offer_takes_an_earlier_one_back(self, shop: Shop):
        shop.tell(DELAYED)
        shop.tell(DELIVERED)
        assert shop.say("好的") == ["好的。"]


class TestOnce:
    def test_a_captured_request_says_nothing_again(self, shop: Shop, agent: Agent):
        body = json.dumps(PAID).encode()
        headers = signed_headers(SECRET, body, now())
        assert shop.send(body, headers).json()["status"] == "said"
        assert shop.send(body, headers).json() == {"status": "known", "number": 1}
        assert len(shop.messages()) == 1

    def test_the_shop_may_ask_again_later_signed_anew(self, shop: Shop):
        shop.tell(PAID)
        shop.tell(DELAYED)
        assert shop.tell(PAID).json() == {"status": "known", "number": 1}
        assert len(shop.messages()) == 2

    def test_twenty_at_once_are_said_once(self, agent: Agent):
        with (
            serving(agent, settings(sender_max_pending=50)) as url,
            ThreadPoolExecutor(20) as pool,
        ):
            shop = Shop(url)
            answers = [answer.json() for answer in pool.map(shop.tell, [PAID] * 20)]
            assert sorted(answer["status"] for answer in answers) == ["known"] * 19 + ["said"]
            assert len(shop.messages()) == 1

    def test_another_event_with_its_id_is_refused(self, shop: Shop):
        shop.tell(PAID)
        for change in ({"case_no": "R2"}, {"order_no": ORDER}, {"type": "return_received"}):
            answer = shop.tell({**PAID, "data": {}} | change | self.needed(change))
            assert (answer.status_code, answer.json()["error"]) == (409, "id_reused")
        assert len(shop.messages()) == 1

    @staticmethod
    def needed(change: dict[str, Any]) -> dict[str, Any]:
        return {} if change.get("type") else {"data": {"amount": 12_900}}

    def test_ids_are_each_buyers_own(self, shop: Shop):
        assert shop.tell(PAID).json()["status"] == "said"
        assert shop.tell({**PAID, "customer_id": BOB}).json() == {"status": "said", "number": 1}

    def test_a_restart_forgets_nothing(self, model: Path, conversations: Path):
        for status, number, event in (("said", 1, PAID), ("known", 1, PAID), ("said", 2, DELAYED)):
            with serving(toy.agent(model, conversations), settings()) as url:
                assert Shop(url).tell(event).json() == {"status": status, "number": number}


class TestSignatures:
    def test_without_one(self, shop: Shop):
        answer = httpx.post(f"{shop.url}/events", json=PAID)
        assert (answer.status_code, answer.json()["error"]) == (401, "bad_signature")
        assert set(answer.json()) == {"error", "detail"}
        assert shop.messages() == []

    def test_with_another_secret_or_out_of_the_window(self, shop: Shop):
        assert shop.tell(PAID, secret="x" * 40).status_code == 401
        assert shop.tell(PAID, at=now() - timedelta(seconds=320)).status_code == 401
        assert shop.tell(PAID, at=now() + timedelta(seconds=320)).status_code == 401
        assert shop.messages() == []

    def test_for_another_body(self, shop: Shop):
        headers = signed_headers(SECRET, json.dumps(PAID).encode(), now())
        forged = json.dumps({**PAID, "customer_id": BOB}).encode()
        assert shop.send(forged, headers).status_code == 401

    def test_a_buyers_token_opens_nothing_here(self, shop: Shop):
        body = json.dumps(PAID).encode()
        token = jwt.encode({"sub": ALICE, "exp": int(time.time()) + 60}, KEY, algorithm="HS256")
        assert shop.send(body, {"Authorization": f"Bearer {token}"}).status_code == 401

    def test_what_kefu_itself_signs_is_no_event(self, shop: Shop):
        """A captured call to the shop, or a row of the outbox, sent back to us."""
        for body in (
            {
                "call": "commands/request_refund",
                "buyer": ALICE,
                "command": {},
                "key": "k",
                "at": "",
            },
            {"id": 1, "topic": "refund_paid", "at": "", "payload": {"customer_id": ALICE}},
        ):
            assert shop.tell(body).status_code == 422

    def test_without_a_secret_the_door_stays_shut(self, agent: Agent):
        with serving(agent, settings(shop_secret=None)) as url:
            answer = Shop(url).tell(PAID)
            assert (answer.status_code, answer.json()["error"]) == (404, "no_events")
            assert Shop(url).tell(PAID, secret="").status_code == 404


def door() -> ShopDoor:
    return ShopDoor(settings(), read_events(), clock=now)


def refusal(body: bytes) -> Refusal:
    with pytest.raises(Refusal) as raised:
        door().receive(body, signed_headers(SECRET, body, now()))
    return raised.value


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 400),
            (b"{", 400),
            (b"[" * 9_000, 400),
            (b"\xff\xfe", 400),
            (b"[]", 400),
            (b"5", 400),
            (b" " * (BODY_MAX_BYTES + 1), 413),
        ],
        ids=["empty", "cut", "deep", "bytes", "list", "number", "long"],
    )
    def test_no_object(self, body: bytes, status: int):
        assert refusal(body).status == status

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"id": None}, "`id`"),
            ({"id": ""}, "`id`"),
            ({"id": 5}, "`id`"),
            ({"id": "a" * 101}, "`id`"),
            ({"id": "a b"}, "`id`"),
            ({"id": "一"}, "`id`"),
            ({"type": None}, "`type`"),
            ({"type": ["refund_paid"]}, "`type`"),
            ({"type": "free_money"}, "refund_paid"),
            ({"type": "__class__"}, "refund_paid"),
            ({"customer_id": None}, "`customer_id`"),
            ({"customer_id": ""}, "`customer_id`"),
            ({"customer_id": "../x"}, "`customer_id`"),
            ({"customer_id": {"$ne": 1}}, "`customer_id`"),
            ({"customer_id": "a' OR 1=1"}, "`customer_id`"),
            ({"case_no": None}, "`case_no`"),
            ({"case_no": 5}, "`case_no`"),
            ({"case_no": "R1\n转人工"}, "`case_no`"),
            ({"case_no": "{amount}"}, "`case_no`"),
            ({"case_no": "R" * 65}, "`case_no`"),
            ({"order_no": "点 http://x.example 领钱"}, "`order_no`"),
            ({"data": []}, "`data`"),
            ({"data": "x"}, "`data`"),
            ({"data": {}}, "`data.amount`"),
            ({"data": {"amount": None}}, "`data.amount`"),
            ({"data": {"amount": -1}}, "`data.amount`"),
            ({"data": {"amount": 1.5}}, "`data.amount`"),
            ({"data": {"amount": "100"}}, "`data.amount`"),
            ({"data": {"amount": True}}, "`data.amount`"),
            ({"data": {"amount": 10**11}}, "`data.amount`"),
            ({"data": {"amount": float("nan")}}, "`data.amount`"),
            ({"data": {"amount": 1, "text": "点这里"}}, "`data.text`"),
            ({"data": {"amount": 1, "to": "moon"}}, "`data.to`"),
            ({"data": {"amount": 1, "to": []}}, "`data.to`"),
            ({"data": {"amount": 1, "at": "yesterday"}}, "`data.at`"),
            ({"data": {"amount": 1, "at": "2026-11-20T04:00:00"}}, "`data.at`"),
            ({"data": {"amount": 1, "at": "0001-01-01T00:00:00+23:00"}}, "`data.at`"),
            ({"data": {"amount": 1, "arrives_on": "2026-02-30"}}, "`data.arrives_on`"),
            ({"data": {"amount": 1, "arrives_on": "20261120"}}, "`data.arrives_on`"),
            ({"text": "恭喜中奖"}, "`text`"),
            ({"customer": ALICE}, "`customer`"),
        ],
        ids=str,
    )
    def test_a_field_that_makes_no_sense(self, change: dict[str, Any], named: str):
        found = refusal(json.dumps({**PAID, **change}).encode())
        assert (found.status, found.code) == (422, "bad_event")
        assert named in found.detail
        assert found.detail.endswith((".", ".-"))
        assert "\n" not in found.detail

    @pytest.mark.parametrize(
        ("data", "named"),
        [
            ({"reason": "长" * 61}, "`data.reason`"),
            ({"reason": "\u0000 \u0007"}, "`data.reason`"),
            ({"reason": {"a": 1}}, "`data.reason`"),
        ],
        ids=["long", "nothing to see", "object"],
    )
    def test_words_that_are_none(self, data: dict[str, Any], named: str):
        assert named in refusal(json.dumps({**DELAYED, "data": data}).encode()).detail

    def test_words_with_braces_fill_nothing_in(self):
        body = json.dumps({**DELAYED, "data": {"reason": "{order_no.__class__} {0} {{"}}).encode()
        _, news = door().receive(body, signed_headers(SECRET, body, now()))
        assert "{order_no.__class__} {0} {{" in news.text


class TestOrderOfTurns:
    def run(self, agent: Agent, scene: Any, *, pending: int = 5, seconds: float = 20) -> Any:
        turnstile = Turnstile(pending)
        announcer = Announcer(turnstile, timeout_seconds=seconds, again="")
        return asyncio.run(scene(agent, announcer, turnstile))

    EVENT = ShopEvent("e-1", "refund_paid", ALICE, None, CASE, {})
    NEWS = News("退款已经退出。", "ask_refund_progress", None)

    def test_news_waits_for_the_turn_that_is_going_on(self, agent: Agent):
        async def scene(agent: Agent, announcer: Announcer, turnstile: Turnstile) -> list[str]:
            log = []
            async with turnstile.turn(ALICE):
                told = asyncio.create_task(announcer.tell(agent, self.EVENT, self.NEWS))
                await asyncio.sleep(0.2)
                assert not told.done()
                log.append("the buyer's turn ends")
            await told
            return [*log, "news"]

        assert self.run(agent, scene) == ["the buyer's turn ends", "news"]

    def test_where_too_many_turns_wait_the_shop_is_told_to_come_back(self, agent: Agent):
        async def scene(agent: Agent, announcer: Announcer, turnstile: Turnstile) -> int:
            async with turnstile.turn(ALICE):
                with pytest.raises(Refusal) as raised:
                    await announcer.tell(agent, self.EVENT, self.NEWS)
            return raised.value.status

        assert self.run(agent, scene, pending=1) == 429

    @pytest.mark.alone
    def test_a_conversation_that_another_process_holds_is_given_up_in_time(self, agent: Agent):
        async def scene(agent: Agent, announcer: Announcer, turnstile: Turnstile) -> int:
            async with agent.lock_store.lock(ALICE):
                with pytest.raises(Refusal) as raised:
                    await announcer.tell(agent, self.EVENT, self.NEWS)
            _, new = await announcer.tell(agent, self.EVENT, self.NEWS)
            assert new
            return raised.value.status

        assert self.run(agent, scene, seconds=1.5) == 503


class TestWhenRasaCannot:
    def test_no_model_yet(self):
        with serving(None, settings()) as url:
            answer = Shop(url).tell(PAID)
            assert (answer.status_code, answer.json()["error"]) == (503, "not_ready")
            assert Shop(url).look(ALICE).status_code == 503

    def test_a_session_that_cannot_begin_leaves_no_trace(
        self, tmp_path: Path, conversations: Path, caplog: pytest.LogCaptureFixture
    ):
        """The action server begins sessions; without it the buyer would be nobody in this one."""
        model = toy.train(tmp_path, own_session_start=True)
        agent = toy.agent(model, conversations)
        with serving(agent, settings()) as url:
            answer = Shop(url).tell(PAID)
            assert (answer.status_code, answer.json()["error"]) == (503, "no_session")
            assert Shop(url).messages() == []
        assert asyncio.run(agent.tracker_store.retrieve(ALICE)) is None

    def sql(self, conversations: Path, statement: str) -> None:
        with closing(sqlite3.connect(conversations)) as database, database:
            database.execute(statement)

    def test_conversations_that_cannot_be_read(self, shop: Shop, conversations: Path):
        self.sql(conversations, "ALTER TABLE events RENAME TO events_gone")
        answer = shop.tell(PAID)
        assert (answer.status_code, answer.json()["error"]) == (503, "not_said")
        answer = shop.look(ALICE)
        assert (answer.status_code, answer.json()["error"]) == (503, "not_found_now")
        self.sql(conversations, "ALTER TABLE events_gone RENAME TO events")
        assert shop.tell(PAID).json() == {"status": "said", "number": 1}

    def test_conversations_that_cannot_be_written(self, shop: Shop, conversations: Path):
        """Rasa keeps them in memory then, without a word, until the next start."""
        full = "BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk full'); END"
        self.sql(conversations, f"CREATE TRIGGER full {full}")
        answer = shop.tell(PAID)
        assert (answer.status_code, answer.json()["error"]) == (503, "not_kept")
        self.sql(conversations, "DROP TRIGGER full")
        assert shop.tell(PAID).json() == {"status": "said", "number": 1}
        assert len(shop.messages()) == 1

    def test_what_nobody_foresaw_has_a_number_that_the_log_has_too(
        self, agent: Agent, caplog: pytest.LogCaptureFixture
    ):
        del agent.processor.graph_runner, agent.processor.domain  # a model that is half loaded
        with serving(agent, settings()) as url:
            answer = Shop(url).tell(PAID)
        assert (answer.status_code, answer.json()["error"]) == (503, "not_said")
        assert answer.json()["detail"].split("error ")[1][:8] in caplog.text
        assert "AttributeError" not in answer.text


class TestLooking:
    @pytest.fixture
    def production(self, agent: Agent) -> Iterator[Shop]:
        with serving(agent, settings(env="production", jwt_key=KEY)) as url:
            yield Shop(url)

    def token(self, subject: str) -> dict[str, str]:
        claims = {"sub": subject, "exp": int(time.time()) + 60}
        return {"Authorization": f"Bearer {jwt.encode(claims, KEY, algorithm='HS256')}"}

    def test_only_the_buyer_may(self, production: Shop):
        production.tell(PAID)
        assert len(production.messages(ALICE, **self.token(ALICE))) == 1
        assert production.look(ALICE).status_code == 401
        assert production.look(ALICE, **self.token(BOB)).status_code == 403
        assert production.messages(BOB, **self.token(BOB)) == []

    def test_in_development_only_this_machine_may(self, shop: Shop):
        answer = shop.look(ALICE, **{"X-Forwarded-For": "203.0.113.9"})
        assert (answer.status_code, answer.json()["error"]) == (403, "not_local")

    @pytest.mark.parametrize("sender", ["", "../x", "a" * 101, "一"])
    def test_a_sender_that_is_none(self, shop: Shop, sender: str):
        answer = shop.look(sender)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_sender")

    @pytest.mark.parametrize("after", ["-1", "1.5", "x", "9" * 400, "１"])
    def test_a_number_that_is_none(self, shop: Shop, after: str):
        answer = shop.look(ALICE, after)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_after")

    def test_looking_leaves_no_trace(self, shop: Shop, agent: Agent):
        assert shop.messages() == []
        assert asyncio.run(agent.tracker_store.retrieve(ALICE)) is None


class TestPush:
    @pytest.fixture
    def front(self) -> shop_server.Shop:
        """A front end that listens where the shop's own server hears the outbox."""
        return shop_server.Shop()

    @pytest.fixture
    def pushing(self, agent: Agent, front: shop_server.Shop) -> Iterator[Shop]:
        with (
            shop_server.serving(front) as address,
            serving(agent, settings(push_url=f"{address}/events")) as url,
        ):
            yield Shop(url)

    def until(self, fact: Any) -> None:
        deadline = time.monotonic() + 20
        while not fact():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def test_the_message_arrives_signed(self, pushing: Shop, front: shop_server.Shop):
        pushing.tell(PAID)
        self.until(lambda: front.told)
        (message,) = pushing.messages()
        assert front.told == [{"key": f"{ALICE}:e-1", **message}]

    def test_a_front_end_that_fails_is_tried_again(self, pushing: Shop, front: shop_server.Shop):
        front.faults.extend([shop_server.Fault(503), shop_server.Fault(drop="after")])
        pushing.tell(PAID)
        self.until(lambda: len(front.requests) == 3)
        assert [event["number"] for event in front.told] == [1]

    @pytest.mark.alone
    def test_one_that_is_gone_costs_nothing_but_a_line_in_the_log(
        self, pushing: Shop, front: shop_server.Shop, caplog: pytest.LogCaptureFixture
    ):
        front.faults.extend([shop_server.Fault(403)])
        began = time.monotonic()
        assert pushing.tell(PAID).json()["status"] == "said"
        assert time.monotonic() - began < 5
        self.until(lambda: "not pushed" in caplog.text)
        assert "退款" not in caplog.text
        assert len(pushing.messages()) == 1

    def test_an_event_that_comes_again_is_pushed_again_under_the_same_key(
        self, pushing: Shop, front: shop_server.Shop
    ):
        pushing.tell(PAID)
        pushing.tell(PAID)
        self.until(lambda: len(front.requests) == 2)
        assert len(front.told) == 1

    def test_it_needs_the_secret(self):
        with pytest.raises(SettingsError, match="KEFU_SHOP_SECRET"):
            RestInput(settings(push_url="http://127.0.0.1:9", shop_secret=None))
