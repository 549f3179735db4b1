"""The channel over real HTTP: whatever is sent, whatever breaks behind it, there is an answer."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest
from rasa.core.channels.channel import UserMessage

from kefu.channels.rest import RestInput
from kefu.settings import Settings, load_settings
from tests.channels.serving import serving

KEY = "a-key-of-more-than-thirty-two-bytes-0123456789"


class Agent:
    """Stands where Rasa's agent stands: takes messages, answers as it is told."""

    def __init__(self) -> None:
        self.seen: list[UserMessage] = []
        self.behave: Callable[[UserMessage], Any] = self.echo

    async def handle_message(self, message: UserMessage) -> None:
        self.seen.append(message)
        await self.behave(message)

    async def echo(self, message: UserMessage) -> None:
        await message.output_channel.send_text_message(message.sender_id, f"收到：{message.text}")


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
def url(agent: Agent) -> Iterator[str]:
    """A channel that gives an answer half a second."""
    with serving(agent, _settings(0.5)) as address:
        yield f"{address}/webhook"


@pytest.fixture
def patient_url(agent: Agent) -> Iterator[str]:
    """For tests of order and number, which a busy machine may take long over."""
    with serving(agent, _settings(60)) as address:
        yield f"{address}/webhook"


def _settings(timeout_seconds: float) -> Settings:
    return load_settings(env="development", jwt_key=None, message_timeout_seconds=timeout_seconds)


def say(url: str, message: str = "你好", **more: Any) -> httpx.Response:
    return httpx.post(url, json={"sender": "buyer-0001", "message": message, **more}, timeout=30)


def test_a_message_gets_the_assistants_answer(agent: Agent, url: str):
    answer = say(url)
    assert answer.status_code == 200
    assert answer.json() == [{"recipient_id": "buyer-0001", "text": "收到：你好"}]
    assert agent.seen[0].input_channel == "rest"


def test_the_server_tells_that_it_is_up(url: str):
    assert httpx.get(url.removesuffix("webhook")).json() == {"status": "ok"}


def test_the_body_cannot_say_who_the_buyer_is(agent: Agent, url: str):
    say(url, metadata={"customer_id": "buyer-0002"}, input_channel="admin", customer_id="x")
    (message,) = agent.seen
    assert message.metadata == {"customer_id": "buyer-0001"}
    assert message.input_channel == "rest"
    assert message.sender_id == "buyer-0001"


def test_the_address_cannot_either(agent: Agent, url: str):
    say(f"{url}?token=x&stream=true&sender=buyer-0002")
    assert agent.seen[0].metadata == {"customer_id": "buyer-0001"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "status", "code"),
        [
            (b"", 400, "not_json"),
            (b"[" * 50_000, 400, "not_json"),
            (b"\xff\xff", 400, "not_json"),
            (b"[]", 400, "not_an_object"),
            (b'{"message": "hi"}', 400, "bad_sender"),
            (b'{"sender": "a", "message": ""}', 400, "empty_message"),
            (b'{"sender": "a", "message": "' + b"x" * 100_000 + b'"}', 413, "message_too_long"),
        ],
        ids=["empty", "deep", "bytes", "list", "no sender", "no text", "long"],
    )
    def test_they_are_json_and_nothing_reaches_the_assistant(
        self, agent: Agent, url: str, content: bytes, status: int, code: str
    ):
        answer = httpx.post(url, content=content)
        assert answer.status_code == status
        assert set(answer.json()) == {"error", "detail", "text"}
        assert answer.json()["error"] == code
        assert agent.seen == []

    def test_a_proxy_in_front_of_development_is_refused(self, agent: Agent, url: str):
        body = {"sender": "buyer-0001", "message": "你好"}
        for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
            answer = httpx.post(url, json=body, headers={header: "203.0.113.9"})
            assert answer.status_code == 403
        assert agent.seen == []

    def test_lone_surrogates_pass_as_replacement(self, agent: Agent, url: str):
        answer = httpx.post(url, content=b'{"sender": "a", "message": "\\ud800\\u4f60"}')
        assert answer.json()[0]["text"] == "收到：\ufffd你"


class TestWhenTheAssistantFails:
    def test_an_exception_becomes_an_apology_with_a_number_that_the_log_has(
        self, agent: Agent, url: str, caplog: pytest.LogCaptureFixture
    ):
        async def breaks(message: UserMessage) -> None:
            raise RuntimeError("secret detail")

        agent.behave = breaks
        answer = say(url)
        assert answer.status_code == 200
        (part,) = answer.json()
        assert part["recipient_id"] == "buyer-0001"
        found = re.search(r"抱歉.*转人工.*错误编号 ([0-9a-f]{8})", part["text"])
        assert found
        assert "secret" not in answer.text
        assert found[1] in caplog.text
        assert "secret detail" in caplog.text

    def test_what_was_said_before_the_exception_is_kept(self, agent: Agent, url: str):
        async def breaks(message: UserMessage) -> None:
            await agent.echo(message)
            raise RuntimeError

        agent.behave = breaks
        first, second = say(url).json()
        assert first["text"] == "收到：你好"
        assert "抱歉" in second["text"]

    def test_silence_becomes_a_polite_sentence(self, agent: Agent, url: str):
        async def silent(message: UserMessage) -> None:
            return

        agent.behave = silent
        answer = say(url)
        assert answer.status_code == 200
        text = answer.json()[0]["text"]
        assert text.startswith("抱歉")
        assert "再说一次" in text
        assert "转人工" in text

    def test_slowness_becomes_an_apology_in_time(self, agent: Agent, url: str):
        async def slow(message: UserMessage) -> None:
            await asyncio.sleep(60)

        agent.behave = slow
        began = time.monotonic()
        answer = say(url)
        assert time.monotonic() - began < 15
        assert answer.status_code == 200
        assert "抱歉" in answer.json()[0]["text"]

    def test_after_a_failure_the_buyer_is_served_again(self, agent: Agent, url: str):
        async def breaks(message: UserMessage) -> None:
            raise RuntimeError

        agent.behave = breaks
        for _ in range(7):
            say(url)
        agent.behave = agent.echo
        assert say(url).json()[0]["text"] == "收到：你好"


def test_five_hundred_at_once_from_one_buyer_are_each_answered(agent: Agent, patient_url: str):
    running: list[int] = []

    async def careful(message: UserMessage) -> None:
        running.append(len(running) + 1)
        assert len(running) == 1, "two messages of one buyer at the same time"
        await asyncio.sleep(0.01)
        running.pop()
        await agent.echo(message)

    agent.behave = careful

    async def flood() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(limits=limits, timeout=120, trust_env=False) as client:
            return await asyncio.gather(
                *(
                    client.post(patient_url, json={"sender": "buyer-0001", "message": f"第{n}条"})
                    for n in range(500)
                )
            )

    answers = asyncio.run(flood())
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    for number, answer in enumerate(answers):
        if answer.status_code == 200:
            assert answer.json()[0]["text"] == f"收到：第{number}条"
        else:
            assert answer.json()["error"] == "too_many_messages"
    assert len(agent.seen) == statuses.count(200)


def test_many_buyers_at_once_are_all_served(agent: Agent, patient_url: str):
    async def crowd() -> list[httpx.Response]:
        async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
            return await asyncio.gather(
                *(
                    client.post(patient_url, json={"sender": f"b{n}", "message": "hi"})
                    for n in range(100)
                )
            )

    assert {answer.status_code for answer in asyncio.run(crowd())} == {200}


class TestProduction:
    @pytest.fixture
    def url(self, agent: Agent) -> Iterator[str]:
        with serving(agent, load_settings(env="production", jwt_key=KEY)) as address:
            yield f"{address}/webhook"

    def post(self, url: str, sender: str, subject: str | None) -> httpx.Response:
        headers = {}
        if subject is not None:
            claims = {"sub": subject, "exp": int(time.time()) + 60}
            headers["Authorization"] = f"Bearer {jwt.encode(claims, KEY, algorithm='HS256')}"
        return httpx.post(url, json={"sender": sender, "message": "你好"}, headers=headers)

    def test_a_token_opens(self, agent: Agent, url: str):
        assert self.post(url, "buyer-0001", "buyer-0001").status_code == 200
        assert agent.seen[0].metadata == {"customer_id": "buyer-0001"}

    def test_no_token_or_another_buyers_does_not(self, agent: Agent, url: str):
        assert self.post(url, "buyer-0001", None).status_code == 401
        assert self.post(url, "buyer-0001", "buyer-0002").status_code == 403
        assert agent.seen == []


class TestCredentials:
    def test_settings_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("KEFU_ENV", "development")
        assert RestInput.from_credentials(None).name() == "rest"

    def test_a_setting_that_forbids_to_serve_ends_the_process_with_one_line(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        monkeypatch.setenv("KEFU_ENV", "production")
        monkeypatch.delenv("KEFU_JWT_KEY", raising=False)
        with pytest.raises(SystemExit) as ended:
            RestInput.from_credentials(None)
        assert ended.value.code == 1
        assert "KEFU_JWT_KEY" in capsys.readouterr().out
