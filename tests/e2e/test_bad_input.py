"""Nothing that a client sends breaks the assistant or is met with silence."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.servers.assistant import Assistant

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{not json", 400, "not_json"),
        (b"", 400, "not_json"),
        (b"[]", 400, "not_an_object"),
        (b'{"message": "hi"}', 400, "bad_sender"),
        (b'{"sender": "buyer-0001"}', 400, "bad_message"),
        (b'{"sender": "buyer-0001", "message": 5}', 400, "bad_message"),
        (b'{"sender": "buyer-0001", "message": " \\u0000 "}', 400, "empty_message"),
        (b'{"sender": "../x y", "message": "hi"}', 400, "bad_sender"),
    ],
)
def test_a_body_that_cannot_pass_is_told_why(
    assistant: Assistant, body: bytes, status: int, code: str
) -> None:
    answer = httpx.post(assistant.url, content=body, timeout=30)
    assert answer.status_code == status
    assert answer.json()["error"] == code
    assert answer.json()["text"]


def test_a_hundred_thousand_characters_are_refused(assistant: Assistant) -> None:
    answer = assistant.post({"sender": "buyer-0120", "message": "退" * 100_000})
    assert answer.status_code == 413
    assert answer.json()["error"] == "message_too_long"


@pytest.mark.parametrize(
    "body",
    [
        b'{"sender": "buyer-0121", "message": "\\ud83d\\udcb0\\ud83d\\ude02"}',
        b'{"sender": "buyer-0121", "message": "\\ud800 \\u4f60\\u597d"}',
        '{"sender": "buyer-0121", "message": "\\u0007你\\u0000好\\u001b[31m"}'.encode(),
        '{"sender": "buyer-0121", "message": "？？？。。。"}'.encode(),
        b'{"sender": "buyer-0121", "message": "/no_such_intent"}',
        b'{"sender": "buyer-0121", "message": "/query_order{broken"}',
        b'{"sender": "buyer-0121", "message": "/restart"}',
    ],
)
def test_strange_messages_get_a_polite_answer(assistant: Assistant, body: bytes) -> None:
    answer = httpx.post(assistant.url, content=body, timeout=60)
    assert answer.status_code == 200
    assert all(part.get("text") for part in answer.json())
    assert answer.json()


def test_five_hundred_messages_at_once_from_one_sender(assistant: Assistant) -> None:
    async def flood() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=500)
        async with httpx.AsyncClient(timeout=300, limits=limits) as client:
            posts = (
                client.post(assistant.url, json={"sender": "buyer-0122", "message": "你好"})
                for _ in range(500)
            )
            return list(await asyncio.gather(*posts))

    answers = asyncio.run(flood())
    assert len(answers) == 500
    assert {answer.status_code for answer in answers} <= {200, 429}
    accepted = [answer for answer in answers if answer.status_code == 200]
    assert accepted
    assert all("客服" in answer.json()[0]["text"] for answer in accepted)
    assert all(answer.json()["text"] for answer in answers if answer.status_code == 429)
    assert "客服" in assistant.say("buyer-0122", "你好")
