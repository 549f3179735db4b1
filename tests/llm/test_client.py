"""How the client copes with a server that is slow, broken, refusing or gone.

A real HTTP server in a thread misbehaves as each test says.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefu.errors import LlmError
from kefu.llm.client import LanguageModel
from kefu.llm.prompts import SENTINEL
from kefu.settings import load_settings
from tests.servers.qwen_lessons import Text

PASSAGES = [Text("退货规则", "签收后七天内可以退货。")]
QUESTION = "能退吗"


def completion(content: Any, finish_reason: str = "stop") -> bytes:
    return json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "tiny",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish_reason,
                    "message": {"role": "assistant", "content": content},
                }
            ],
        }
    ).encode()


@dataclass
class Behaviour:
    """What the server does next, and what it was asked."""

    status: int = 200
    body: bytes = field(default_factory=lambda: completion("七天内可以退哦。"))
    content_type: str = "application/json"
    claimed_length: int | None = None
    delay_seconds: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)


@contextmanager
def misbehaving() -> Iterator[tuple[str, Behaviour]]:
    behaviour = Behaviour()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            behaviour.asked.append(json.loads(self.rfile.read(length)))
            behaviour.connections.add(self.client_address)
            over.wait(behaviour.delay_seconds)
            claimed = behaviour.claimed_length
            self.send_response(behaviour.status)
            self.send_header("Content-Type", behaviour.content_type)
            self.send_header("Content-Length", str(claimed or len(behaviour.body)))
            self.end_headers()
            try:
                self.wfile.write(behaviour.body)
            except ConnectionError:
                self.close_connection = True
            if claimed:
                self.close_connection = True

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", behaviour
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def client(base_url: str, timeout_seconds: float = 5.0) -> Iterator[LanguageModel]:
    with LanguageModel(
        base_url,
        "tiny",
        "none",
        timeout_seconds=timeout_seconds,
        max_tokens=64,
        prompt_characters=1000,
    ) as model:
        yield model


@pytest.fixture
def server() -> Iterator[tuple[str, Behaviour]]:
    with misbehaving() as made:
        yield made


@pytest.fixture
def behaviour(server: tuple[str, Behaviour]) -> Behaviour:
    return server[1]


@pytest.fixture
def model(server: tuple[str, Behaviour]) -> Iterator[LanguageModel]:
    with client(server[0]) as made:
        yield made


def test_an_answer_comes_back_as_a_bubble(model: LanguageModel) -> None:
    assert model.answer(QUESTION, PASSAGES) == "七天内可以退哦。"


def test_the_request_is_short_cool_and_without_thinking(
    model: LanguageModel, behaviour: Behaviour
) -> None:
    model.answer(QUESTION, PASSAGES)
    (asked,) = behaviour.asked
    assert asked["model"] == "tiny"
    assert asked["max_tokens"] == 64
    assert asked["temperature"] <= 0.2
    assert asked["chat_template_kwargs"] == {"enable_thinking": False}
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    "written",
    [
        SENTINEL,
        f"<think>资料里没有。</think>{SENTINEL}",
        f"亲，{SENTINEL}哦。",
        "资料未提及",
        "三十天内都可以退哦。",
        "请拨打13800000000。",
        "请看 www.example.com 。",
    ],
)
def test_no_answer_and_an_invented_one_are_none(
    model: LanguageModel, behaviour: Behaviour, written: str
) -> None:
    behaviour.body = completion(written)
    assert model.answer(QUESTION, PASSAGES) is None


def test_without_passages_the_model_is_not_asked(
    model: LanguageModel, behaviour: Behaviour
) -> None:
    assert model.answer(QUESTION, []) is None
    assert behaviour.asked == []


def test_a_cut_answer_ends_with_a_whole_sentence(
    model: LanguageModel, behaviour: Behaviour
) -> None:
    behaviour.body = completion("可以退的。吊牌要", finish_reason="length")
    assert model.answer(QUESTION, PASSAGES) == "可以退的。"


def test_thoughts_that_use_up_all_tokens_are_an_error(
    model: LanguageModel, behaviour: Behaviour
) -> None:
    behaviour.body = completion("<think>让我想想，", finish_reason="length")
    with pytest.raises(LlmError, match=r"no whole sentence in 64 tokens.*KEFU_LLM_MAX_TOKENS"):
        model.answer(QUESTION, PASSAGES)


def test_a_slow_server_is_given_up_after_the_timeout_and_asked_once(
    server: tuple[str, Behaviour],
) -> None:
    base_url, behaviour = server
    behaviour.delay_seconds = 30.0
    with client(base_url, timeout_seconds=0.3) as model:
        started = time.monotonic()
        with pytest.raises(LlmError, match=r"within 0\.3 seconds.*KEFU_LLM_TIMEOUT_SECONDS"):
            model.answer(QUESTION, PASSAGES)
        assert time.monotonic() - started < 5.0
    assert len(behaviour.asked) == 1


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(500, "log"), (503, "log"), (429, "capacity"), (404, "KEFU_LLM_MODEL"), (401, "KEY")],
)
def test_a_refusal_names_status_and_remedy(
    model: LanguageModel, behaviour: Behaviour, status: int, remedy: str
) -> None:
    behaviour.status, behaviour.body = status, b'{"error": {"message": "no"}}'
    with pytest.raises(LlmError, match=f"status {status}: .*{remedy}"):
        model.answer(QUESTION, PASSAGES)
    assert len(behaviour.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"5",
        b'"text"',
        b"\xff\xfe\x00",
        b"{}",
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": 5}',
        b'{"choices": [null]}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": "text"}]}',
        b'{"choices": [{"message": {"content": {"a": 1}}}]}',
        completion(None),
        completion(""),
        completion(" \n"),
        completion("乱\ufffd码。"),
    ],
)
def test_garbage_is_an_error(model: LanguageModel, behaviour: Behaviour, body: bytes) -> None:
    behaviour.body = body
    with pytest.raises(LlmError):
        model.answer(QUESTION, PASSAGES)


def test_a_web_page_in_its_place_is_an_error(model: LanguageModel, behaviour: Behaviour) -> None:
    behaviour.body, behaviour.content_type = b"<html>hello</html>", "text/html"
    with pytest.raises(LlmError, match=r"no chat completion.*KEFU_LLM_BASE_URL"):
        model.answer(QUESTION, PASSAGES)


def test_a_body_that_breaks_off_is_an_error(model: LanguageModel, behaviour: Behaviour) -> None:
    behaviour.claimed_length = len(behaviour.body) + 100
    with pytest.raises(LlmError, match="broke off"):
        model.answer(QUESTION, PASSAGES)


@pytest.mark.parametrize("ask", [lambda m: m.answer(QUESTION, PASSAGES), lambda m: m.check()])
def test_nobody_listening_is_an_error(ask: Callable[[LanguageModel], Any]) -> None:
    with socket.socket() as unheard:  # bound, so that nobody else takes the port; not listening
        unheard.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unheard.getsockname()[1]}/v1"
        with client(base_url) as model, pytest.raises(LlmError, match="cannot be reached") as told:
            ask(model)
    assert base_url in str(told.value)


def test_every_error_is_one_sentence(model: LanguageModel, behaviour: Behaviour) -> None:
    behaviour.status = 500
    with pytest.raises(LlmError) as told:
        model.answer(QUESTION, PASSAGES)
    assert "\n" not in str(told.value)
    assert str(told.value).endswith(".")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "finish_reason", "model", "x"]), inner
        )
    ),
    max_leaves=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(json_values)
def test_whatever_comes_is_an_answer_none_or_our_error(
    model: LanguageModel, behaviour: Behaviour, value: Any
) -> None:
    behaviour.body = json.dumps(value).encode()
    try:
        said = model.answer(QUESTION, PASSAGES)
    except LlmError:
        return
    assert said is None or 0 < len(said) <= 300


def test_threads_share_one_client_and_its_connections(
    model: LanguageModel, behaviour: Behaviour
) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: model.answer(QUESTION, PASSAGES), range(40)))
    assert set(said) == {"七天内可以退哦。"}
    assert len(behaviour.connections) <= 4


def test_no_address_no_model() -> None:
    assert LanguageModel.from_settings(load_settings(llm_base_url=None)) is None


def test_settings_make_the_client(server: tuple[str, Behaviour]) -> None:
    base_url, behaviour = server
    made = LanguageModel.from_settings(
        load_settings(llm_base_url=base_url, llm_model="tiny", llm_max_tokens=7)
    )
    assert made is not None
    with made as model:
        assert model.check() == "tiny"
        model.answer(QUESTION, PASSAGES)
    assert [asked["max_tokens"] for asked in behaviour.asked] == [1, 7]
