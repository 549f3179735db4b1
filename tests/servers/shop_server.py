"""A shop's own system, as small as it can be: the worked example of docs/shop-commands.md.

    KEFU_SHOP_SECRET=… python -m tests.servers.shop_server 8900

It verifies signatures, does each idempotency key once, and keeps what the outbox tells. Two buyers
with one order each; refunds and cancellations only. For tests it can fail, be slow, break off and
answer nonsense: see `Fault`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from kefu.errors import SignatureError
from kefu.orders.signing import verify_signature

SECRET = "a-secret-of-the-shop-and-kefu-0123456789"
ALICE, BOB = "buyer-0001", "buyer-0002"
ALICES, BOBS = "2026111012340001", "2026111012340002"

Reply = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request. `drop`: the connection ends before or after the work."""

    status: int | None = None
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    delay_seconds: float = 0.0
    drop: Literal["before", "after"] | None = None


@dataclass
class Order:
    """An order and what became of it."""

    buyer: str
    total_cents: int
    status: str = "paid"
    case_no: str | None = None


@dataclass
class Shop:
    """The shop's books and its rules. `now` is for the signature's window."""

    secrets: list[str] = field(default_factory=lambda: [SECRET])
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    orders: dict[str, Order] = field(
        default_factory=lambda: {ALICES: Order(ALICE, 12_900), BOBS: Order(BOB, 5_000)}
    )
    done: dict[tuple[str, str], tuple[str, Reply]] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    lock: Any = field(default_factory=threading.RLock)

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Status and JSON for a POST."""
        try:
            verify_signature(self.secrets, headers, body, self.now())
        except SignatureError as error:
            return 401, {"error": "bad_signature", "detail": str(error)}
        content = json.loads(body)
        if path == "/events":
            return self.hear(content, headers.get("idempotency-key", ""))
        call = path.removeprefix("/")
        if content.get("call") != call:  # a signed quote must not pass for a command
            return 400, {"error": "wrong_call"}
        verb, _, name = call.partition("/")
        if verb == "quote":
            return self.quote(name, content["buyer"], content["command"])
        if verb == "commands":
            return self.once(name, content)
        return 404, {"error": "no_such_path"}

    def hear(self, content: dict[str, Any], key: str) -> Reply:
        """A row of the outbox; one that comes again is heard once."""
        with self.lock:
            if key not in {event["key"] for event in self.told}:
                self.told.append({"key": key, **content})
        return 200, {}

    def quote(self, name: str, buyer: str, command: dict[str, Any]) -> Reply:
        """What would happen."""
        order = self.orders.get(command.get("order_no", ""))
        if order is None or order.buyer != buyer:
            return 404, {"error": "order_not_found"}
        if name not in ("request_refund", "cancel_order"):
            return 422, {"reason": "这项业务暂时不能在线办理，请转人工。"}
        if order.case_no is not None:
            return 409, {"reason": f"这笔订单已经申请过退款了，售后单号 {order.case_no}。"}
        return 200, {
            "order_no": command["order_no"],
            "summary": f"全额退回{order.total_cents / 100:.2f}元。",
            "amount_cents": order.total_cents,
            "freight_paid_by": None,
            "automatic": True,
        }

    def once(self, name: str, content: dict[str, Any]) -> Reply:
        """Do it, unless this buyer's key was done before: then the answer of that time."""
        same = json.dumps([name, content["command"]], sort_keys=True)
        with self.lock:
            known = self.done.get((content["buyer"], content["key"]))
            if known is not None:
                return known[1] if known[0] == same else (409, {"error": "key_reused"})
            status, quoted = self.quote(name, content["buyer"], content["command"])
            if status != 200:
                return status, quoted  # nothing was done, so the key stays free
            order = self.orders[quoted["order_no"]]
            order.status, order.case_no = "refunding", f"R{len(self.done):06d}"
            reply = (
                200,
                {
                    "number": order.case_no,
                    "order_no": quoted["order_no"],
                    "kind": "refund_only",
                    "status": "paying",
                    "amount_cents": order.total_cents,
                    "next_step": "正在原路退回，一到三个工作日到账。",
                    "automatic": True,
                },
            )
            self.done[(content["buyer"], content["key"])] = (same, reply)
            return reply


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shop: Shop

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        with self.shop.lock:
            fault = self.shop.faults.popleft() if self.shop.faults else Fault()
            self.shop.requests.append((self.path, headers, body))
        time.sleep(fault.delay_seconds)
        if fault.drop == "before":
            self.close_connection = True
            return
        if fault.status is not None:
            self.send(fault.status, fault.body, fault.headers)
            return
        status, content = self.shop.answer(self.path, headers, body)
        if fault.drop == "after":
            self.close_connection = True
            return
        self.send(status, json.dumps(content, ensure_ascii=False).encode())

    def send(self, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Quiet: requests hold personal data."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *words: object) -> None:
        """A client that no longer waits is nobody's fault."""


@contextmanager
def serving(shop: Shop, port: int = 0) -> Iterator[str]:
    """The address of a server with this shop behind it."""
    server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"shop": shop}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    with serving(Shop([os.environ["KEFU_SHOP_SECRET"]]), int(sys.argv[1])) as url:
        print(f"listening on {url}", flush=True)
        threading.Event().wait()
