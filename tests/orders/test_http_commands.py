"""Commands over HTTP against a real server that fails in every way a server can."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date, datetime, timezone
from typing import Any

import httpx
import pytest

from kefu.errors import (
    CommandsUnavailableError,
    OrderError,
    OrderNotFoundError,
    RefusedError,
    SettingsError,
)
from kefu.orders.commands import (
    COMMANDS,
    CancelOrder,
    DelayShipment,
    OrderCommands,
    RequestRefund,
    WithdrawCase,
    from_wire,
)
from kefu.orders.http_commands import HttpCommands
from kefu.orders.signed_call import ANSWER_MAX_BYTES
from kefu.orders.signed_client import ATTEMPTS, SignedClient
from kefu.settings import HOME, load_settings
from tests.servers.shop_server import ALICE, ALICES, BOB, BOBS, SECRET, Fault, Shop, serving

REFUND = RequestRefund(ALICES, "不想要了")
KEY = "buyer-0001:m1"


def now() -> datetime:
    return datetime.now(timezone.utc)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def url(shop: Shop) -> Iterator[str]:
    with serving(shop) as address:
        yield address


Make = Callable[..., HttpCommands]


@pytest.fixture
def make(url: str) -> Iterator[Make]:
    """Makes HttpCommands that do not wait between tries; what they would wait is in `pauses`."""
    clients = []

    def made(at: str = url, secret: str = SECRET, **settings: Any) -> HttpCommands:
        client = SignedClient(
            at,
            secret,
            setting="KEFU_SHOP_URL",
            clock=now,
            **{"timeout_seconds": 5, "budget_seconds": 20, "sleep": lambda s: None, **settings},
        )
        clients.append(client)
        return HttpCommands(client, clock=now)

    yield made
    for client in clients:
        client.close()


@pytest.fixture
def commands(make: Make) -> HttpCommands:
    return make()


def unavailable(commands: HttpCommands, command: Any = REFUND) -> CommandsUnavailableError:
    with pytest.raises(CommandsUnavailableError) as raised:
        commands.execute(ALICE, command, KEY)
    return raised.value


def test_a_quote_tells_what_would_happen_and_does_nothing(shop: Shop, commands: OrderCommands):
    quote = commands.quote(ALICE, REFUND)
    assert (quote.order_no, quote.amount_cents, quote.automatic) == (ALICES, 12_900, True)
    assert quote.summary == "全额退回129.00元。"
    assert quote.command == REFUND
    assert quote.kind == "request_refund"
    assert shop.orders[ALICES].case_no is None
    assert shop.done == {}


def test_a_command_is_done(shop: Shop, commands: OrderCommands):
    receipt = commands.execute(ALICE, REFUND, KEY)
    assert receipt.number == shop.orders[ALICES].case_no
    assert (receipt.kind, receipt.status) == ("refund_only", "paying")
    assert receipt.amount_cents == 12_900
    assert receipt.next_step.startswith("正在原路退回")


def test_what_goes_over_the_wire(shop: Shop, commands: OrderCommands):
    with pytest.raises(RefusedError):
        commands.execute(ALICE, DelayShipment(ALICES, date(2026, 11, 25)), KEY)
    ((path, headers, body),) = shop.requests
    content = json.loads(body)
    assert path == "/commands/delay_shipment"
    assert headers["idempotency-key"] == KEY
    assert datetime.fromisoformat(content.pop("at")).tzinfo is not None
    assert content == {
        "call": "commands/delay_shipment",
        "buyer": ALICE,
        "command": {"order_no": ALICES, "until": "2026-11-25"},
        "key": KEY,
    }
    assert from_wire("delay_shipment", content["command"]) == DelayShipment(
        ALICES, date(2026, 11, 25)
    )


def test_a_quote_has_no_key(shop: Shop, commands: OrderCommands):
    commands.quote(ALICE, REFUND)
    ((path, headers, body),) = shop.requests
    assert path == "/quote/request_refund"
    assert "idempotency-key" not in headers
    assert json.loads(body)["key"] is None


def test_the_texts_of_a_buyer_arrive_tidied(shop: Shop, commands: OrderCommands):
    commands.execute(ALICE, RequestRefund(ALICES, " 不想\x00要了\ud800 " + "长" * 900), KEY)
    reason = json.loads(shop.requests[0][2])["command"]["reason"]
    assert reason.startswith("不想要了")
    assert len(reason) == 500


def test_the_document_names_all_commands_with_their_fields():
    text = (HOME / "docs" / "shop-commands.md").read_text(encoding="utf-8")
    part = text.split("| name | fields of `command` |")[1].split("\n\n")[0]
    named = {}
    for names, told in re.findall(r"^\| (`.+?`) \| (.+) \|$", part, re.M):
        told_fields = set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", told)))
        named |= dict.fromkeys(re.findall(r"`(\w+)`", names), told_fields)
    wanted = {name: {field.name for field in fields(kind)} for name, kind in COMMANDS.items()}
    assert named == wanted


class TestRefusals:
    def test_the_shops_words_reach_the_buyer(self, commands: OrderCommands):
        first = commands.execute(ALICE, REFUND, KEY)
        with pytest.raises(RefusedError) as raised:
            commands.execute(ALICE, REFUND, "buyer-0001:m2")
        assert raised.value.reason == f"这笔订单已经申请过退款了，售后单号 {first.number}。"

    @pytest.mark.parametrize("status", [409, 422])
    def test_both_statuses_refuse(self, shop: Shop, commands: OrderCommands, status: int):
        shop.faults.append(Fault(status, '{"reason": "超过\\u0000七天了"}'.encode()))
        with pytest.raises(RefusedError, match="超过七天了"):
            commands.quote(ALICE, REFUND)
        assert len(shop.requests) == 1

    def test_anothers_order_is_not_there(self, shop: Shop, commands: OrderCommands):
        for order_no in (BOBS, "0000000000000000"):
            with pytest.raises(OrderNotFoundError):
                commands.quote(ALICE, RequestRefund(order_no, ""))
            with pytest.raises(OrderNotFoundError):
                commands.execute(ALICE, RequestRefund(order_no, ""), KEY)
        assert shop.orders[BOBS].case_no is None

    def test_a_key_is_for_one_command(self, commands: OrderCommands):
        commands.execute(ALICE, REFUND, KEY)
        with pytest.raises(OrderError, match="another command"):
            commands.execute(ALICE, CancelOrder(ALICES, ""), KEY)

    def test_a_key_is_one_buyers(self, commands: OrderCommands):
        commands.execute(ALICE, REFUND, "k")
        assert commands.execute(BOB, RequestRefund(BOBS, ""), "k").order_no == BOBS

    @pytest.mark.parametrize("key", ["", "a b", "一", "a\r\nX-Evil: 1", "k" * 321])
    def test_a_key_that_fits_no_header(self, shop: Shop, commands: OrderCommands, key: str):
        with pytest.raises(OrderError, match="visible ASCII"):
            commands.execute(ALICE, REFUND, key)
        assert shop.requests == []


class TestTries:
    @pytest.mark.parametrize(
        "fault",
        [
            Fault(500),
            Fault(502, b"<html>"),
            Fault(503),
            Fault(429),
            Fault(408),
            Fault(drop="before"),
            Fault(drop="after"),
        ],
        ids=str,
    )
    def test_a_fault_that_passes_is_not_noticed(
        self, shop: Shop, commands: OrderCommands, fault: Fault
    ):
        shop.faults.extend([fault, fault])
        receipt = commands.execute(ALICE, REFUND, KEY)
        assert receipt.number == shop.orders[ALICES].case_no
        assert len(shop.requests) == 3
        assert len(shop.done) == 1
        assert {headers["idempotency-key"] for _, headers, _ in shop.requests} == {KEY}
        assert len({body for _, _, body in shop.requests}) == 1

    @pytest.mark.alone
    def test_a_silence_ends_and_the_next_try_gets_the_answer(self, shop: Shop, make: Make):
        shop.faults.append(Fault(delay_seconds=3))
        began = time.monotonic()
        receipt = make(timeout_seconds=0.3).execute(ALICE, REFUND, KEY)
        assert time.monotonic() - began < 2.5
        assert receipt.number == shop.orders[ALICES].case_no

    def test_the_silent_one_does_its_work_later_and_still_once(self, shop: Shop, make: Make):
        shop.faults.append(Fault(delay_seconds=0.6))
        receipt = make(timeout_seconds=0.2).execute(ALICE, REFUND, KEY)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and len(shop.requests) < 2:
            time.sleep(0.01)
        time.sleep(0.8)  # the first request is being worked on now
        assert [reply[1]["number"] for _, reply in shop.done.values()] == [receipt.number]

    def test_each_try_is_signed_anew(self, shop: Shop, url: str):
        times = iter([now().replace(microsecond=0)] + [now()] * 9)
        client = SignedClient(
            url,
            SECRET,
            setting="KEFU_SHOP_URL",
            timeout_seconds=5,
            budget_seconds=20,
            clock=lambda: next(times),
            sleep=lambda s: None,
        )
        shop.faults.append(Fault(500))
        assert client.post("/events", {}, "k").ok
        client.close()
        assert all("kefu-signature" in headers for _, headers, _ in shop.requests)

    def test_after_the_last_try_it_says_so(self, shop: Shop, commands: HttpCommands):
        shop.faults.extend([Fault(500)] * 20)
        error = unavailable(commands)
        assert len(shop.requests) == ATTEMPTS
        assert "500" in str(error)
        assert error.maybe_done

    @pytest.mark.alone
    def test_the_budget_ends_all_tries(self, shop: Shop, make: Make):
        shop.faults.extend([Fault(delay_seconds=10)] * 20)
        began = time.monotonic()
        commands = make(timeout_seconds=0.4, budget_seconds=1.0, sleep=time.sleep)
        error = unavailable(commands)
        assert time.monotonic() - began < 2.5
        assert error.maybe_done
        assert "in time" in str(error)

    @pytest.mark.alone
    def test_an_answer_that_drips_ends_with_the_budget(self, make: Make):
        with dripping() as url:
            began = time.monotonic()
            error = unavailable(make(url, timeout_seconds=0.5, budget_seconds=1.0))
        assert time.monotonic() - began < 5
        assert error.maybe_done

    def test_retry_after_is_obeyed_within_the_budget(self, shop: Shop, make: Make):
        pauses: list[float] = []
        shop.faults.append(Fault(429, headers=(("Retry-After", "7"),)))
        make(sleep=pauses.append).execute(ALICE, REFUND, KEY)
        assert pauses == [7.0]

    def test_and_ends_the_tries_where_it_is_longer_than_the_budget(self, shop: Shop, make: Make):
        pauses: list[float] = []
        shop.faults.append(Fault(429, headers=(("Retry-After", "3600"),)))
        error = unavailable(make(sleep=pauses.append))
        assert pauses == []
        assert not error.maybe_done

    @pytest.mark.parametrize("value", ["-5", "nan", "1e9", "soon", "Fri, 20 Nov 2026 04:00:00 GMT"])
    def test_a_retry_after_that_is_no_number_of_seconds(self, shop: Shop, make: Make, value: str):
        pauses: list[float] = []
        shop.faults.append(Fault(429, headers=(("Retry-After", value),)))
        make(sleep=pauses.append).execute(ALICE, REFUND, KEY)
        assert len(pauses) == 1
        assert 0 <= pauses[0] <= 1

    @pytest.mark.parametrize("status", [400, 403, 405, 415])
    def test_what_another_try_would_not_mend_is_not_tried(
        self, shop: Shop, commands: HttpCommands, status: int
    ):
        shop.faults.append(Fault(status))
        assert str(status) in str(unavailable(commands))
        assert len(shop.requests) == 1

    def test_nobody_there(self, make: Make):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        error = unavailable(make(f"http://kefu:hush@127.0.0.1:{port}"))
        assert "KEFU_SHOP_URL" in str(error)
        assert not error.maybe_done
        assert "hush" not in str(error)


class TestAnswersThatMakeNoSense:
    @pytest.mark.parametrize(
        "change",
        [
            {"amount_cents": -1},
            {"amount_cents": "12900"},
            {"amount_cents": 129.0},
            {"amount_cents": True},
            {"amount_cents": 10**400},
            {"amount_cents": None},
            {"order_no": BOBS},
            {"order_no": ALICES + "' OR 1=1"},
            {"order_no": None},
            {"number": ""},
            {"number": "R1\n"},
            {"status": 5},
            {"next_step": ""},
            {"next_step": "\u0000"},
            {"next_step": "长" * 1001},
            {"automatic": "yes"},
        ],
        ids=str,
    )
    def test_a_receipt_with_a_wrong_field(
        self, shop: Shop, commands: HttpCommands, change: dict[str, Any]
    ):
        good = {
            "number": "R1",
            "order_no": ALICES,
            "kind": "refund_only",
            "status": "paying",
            "amount_cents": 12_900,
            "next_step": "等着",
            "automatic": True,
        }
        shop.faults.append(Fault(200, json.dumps({**good, **change}).encode()))
        error = unavailable(commands)
        assert error.maybe_done
        assert BOBS not in str(error)
        shop.faults.append(Fault(200, json.dumps(good).encode()))
        assert commands.execute(ALICE, REFUND, KEY).number == "R1"

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b"[" * 9000, b"\xff"])
    def test_a_body_that_is_none(self, shop: Shop, commands: HttpCommands, body: bytes):
        shop.faults.append(Fault(200, body))
        assert unavailable(commands).maybe_done
        assert len(shop.requests) == 1

    @pytest.mark.parametrize("status", [409, 422])
    @pytest.mark.parametrize(
        "body",
        [b"{}", b'{"reason": ""}', b'{"reason": 5}', b'{"reason": " "}', b'{"detail": []}', b"[]"],
    )
    def test_a_refusal_without_words(
        self, shop: Shop, commands: HttpCommands, status: int, body: bytes
    ):
        shop.faults.append(Fault(status, body))
        assert "shop-commands.md" in str(unavailable(commands))

    def test_a_404_that_speaks_of_no_order_is_a_wrong_address(
        self, shop: Shop, commands: HttpCommands
    ):
        shop.faults.append(Fault(404, b'{"detail": "Not Found"}'))
        assert "KEFU_SHOP_URL" in str(unavailable(commands))

    def test_a_redirect_is_not_followed(self, shop: Shop, commands: HttpCommands, url: str):
        shop.faults.append(Fault(307, headers=(("Location", f"{url}/elsewhere"),)))
        unavailable(commands)
        assert len(shop.requests) == 1

    def test_too_long(self, shop: Shop, commands: HttpCommands):
        shop.faults.append(Fault(200, b" " * (ANSWER_MAX_BYTES + 1)))
        assert "bytes" in str(unavailable(commands))

    def test_a_case_is_named_by_its_own_number(self, shop: Shop, commands: HttpCommands):
        """Which order it belongs to, only the shop knows."""
        body = {
            "number": "R1",
            "order_no": ALICES,
            "kind": "withdraw_case",
            "status": "withdrawn",
            "amount_cents": 0,
            "next_step": "已撤销。",
            "automatic": True,
        }
        shop.faults.append(Fault(200, json.dumps(body).encode()))
        assert commands.execute(ALICE, WithdrawCase("R1"), KEY).order_no == ALICES


class TestSecrets:
    def test_a_wrong_one_opens_nothing(self, shop: Shop, make: Make):
        error = unavailable(make(secret="x" * 40))
        assert "KEFU_SHOP_SECRET" in str(error)
        assert shop.done == {}
        assert len(shop.requests) == 1

    def test_a_signed_quote_is_no_command(self, shop: Shop, commands: OrderCommands, url: str):
        commands.quote(ALICE, REFUND)
        _, headers, body = shop.requests[0]
        kept = {name: headers[name] for name in ("kefu-timestamp", "kefu-signature")}
        answer = httpx.post(f"{url}/commands/request_refund", content=body, headers=kept)
        assert answer.status_code == 400
        assert shop.done == {}


def test_fifty_at_once_with_one_key_open_one_case(shop: Shop, commands: OrderCommands):
    receipts: list[Any] = []
    threads = [
        threading.Thread(target=lambda: receipts.append(commands.execute(ALICE, REFUND, KEY)))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 50
    assert len({receipt.number for receipt in receipts}) == 1
    assert len(shop.done) == 1


class TestSettings:
    def test_the_order_tables_are_what_is_used_unless_told(self):
        settings = load_settings(shop_url="http://127.0.0.1:9", shop_secret=SECRET)
        assert HttpCommands.from_settings(settings, clock=now) is None

    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({"shop_url": None, "shop_secret": SECRET}, "KEFU_SHOP_URL"),
            ({"shop_url": "http://127.0.0.1:9", "shop_secret": " "}, "KEFU_SHOP_SECRET"),
        ],
    )
    def test_it_needs_address_and_secret(self, values: dict[str, Any], named: str):
        settings = load_settings(shop_commands="http", **values)
        with pytest.raises(SettingsError, match=f"needs {named}"):
            HttpCommands.from_settings(settings, clock=now)

    def test_both_make_it(self, shop: Shop, url: str):
        settings = load_settings(
            shop_commands="http", shop_url=f"{url}/", shop_secret=f"{SECRET},{'o' * 32}"
        )
        commands = HttpCommands.from_settings(settings, clock=now)
        assert commands is not None
        assert commands.quote(ALICE, REFUND).amount_cents == 12_900
        assert shop.requests[0][0] == "/quote/request_refund"
        commands.close()

    @pytest.mark.parametrize("secret", ["short", f"{SECRET},short", f"{SECRET},", ","])
    def test_a_secret_that_can_be_guessed(self, secret: str):
        with pytest.raises(SettingsError, match=r"KEFU_SHOP_SECRET.*32"):
            load_settings(shop_secret=secret)

    def test_it_is_not_shown(self):
        assert SECRET not in repr(load_settings(shop_secret=SECRET))


class dripping:  # noqa: N801  reads as a verb
    """`with dripping() as url`: a server that sends a byte of its body every tenth of a second."""

    def __enter__(self) -> str:
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __exit__(self, *error: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    @staticmethod
    def _drip(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                for _ in range(1000):
                    connection.sendall(b" ")
                    time.sleep(0.1)
            except OSError:
                return
