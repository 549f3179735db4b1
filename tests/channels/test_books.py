"""Events of the shop move the built-in tables before they are said, or are not said at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from sqlalchemy.engine import Engine, make_url

from kefu.channels.books import WORKERS, Books
from kefu.orders import commands as c
from kefu.orders.builtin import BuiltinCommands, CaseMove, ShopDesk
from kefu.orders.database import make_engine, upgrade
from kefu.orders.status import OrderStatus
from kefu.orders.tables import cases, orders, outbox, payments
from tests.channels import toy
from tests.channels.serving import serving
from tests.channels.test_shop_events import BOB, Shop, settings
from tests.orders.ledger import everything, rows
from tests.orders.shop import ALICE, DAY
from tests.orders.shop import Shop as Tables
from tests.servers.proxy import Proxy, proxied


class Counter:
    """A shop with tables whose system reports to the door, and a buyer who asks for things."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine, self.door = engine, Shop(url)
        self.now = datetime.now(timezone.utc)
        self.tables = Tables(engine)
        self.desk = ShopDesk(engine, clock=lambda: self.now)
        self._ids = 0

    def order(self, status: OrderStatus) -> str:
        return self.tables.order(status, delivered_at=self.now - DAY, placed_at=self.now - 4 * DAY)

    def faulty(self) -> str:
        wish = c.ReportProblem(self.order(OrderStatus.DELIVERED), "defect", "refund", (), "裂了")
        buyer = BuiltinCommands(self.engine, clock=lambda: self.now)
        self._ids += 1
        return buyer.execute(ALICE, wish, f"wish-{self._ids}").number

    def tell(self, kind: str, *, id: str = "", **event: Any) -> tuple[int, str]:
        """Status, and what the door says of it."""
        self._ids += 1
        answer = self.door.tell(
            {"id": id or f"e-{self._ids}", "type": kind, "customer_id": ALICE, **event}
        )
        said = answer.json()
        return answer.status_code, str(said.get("status") or said.get("error"))

    def review(self, case_no: str, result: str, **data: Any) -> tuple[int, str]:
        return self.tell("case_reviewed", case_no=case_no, data={"result": result, **data})


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy.train(tmp_path_factory.mktemp("toy"))


@pytest.fixture
def agent(model: Path, tmp_path: Path) -> Agent:
    return toy.agent(model, tmp_path / "conversations.db")


def of(engine: Engine, **more: Any) -> Any:
    url = engine.url.render_as_string(hide_password=False)
    return settings(shop_commands="builtin", database_url=url, **more)


@pytest.fixture
def at(engine: Engine, agent: Agent) -> Iterator[Counter]:
    with serving(agent, of(engine)) as url:
        yield Counter(engine, url)


def test_a_case_from_the_review_to_the_money(at: Counter):
    case_no = at.faulty()
    assert at.review(case_no, "return_approved", until="2099-01-01") == (200, "said")
    assert at.tell("return_received", case_no=case_no) == (200, "said")
    assert at.review(case_no, "refund_approved", amount=12_800) == (200, "said")
    data = {"amount": 12_800, "to": "balance", "at": datetime.now(timezone.utc).isoformat()}
    assert at.tell("refund_paid", case_no=case_no, data=data) == (200, "said")
    (case,) = rows(at.engine, cases)
    assert (case.status, str(case.return_by)) == ("refunded", "2099-01-01")
    assert rows(at.engine, orders)[0].status == "refunded"
    back = rows(at.engine, payments)[-1]
    assert (back.kind, back.amount_cents, back.method) == ("refund", 12_800, "balance")
    assert [message["event"] for message in at.door.messages()] == [
        "case_reviewed",
        "return_received",
        "case_reviewed",
        "refund_paid",
    ]
    assert {row.payload["by"] for row in rows(at.engine, outbox)[1:]} == {"the shop's system"}


def test_an_order_that_leaves_and_arrives(at: Counter):
    order_no = at.order(OrderStatus.PAID)
    parcel = {"courier": "顺丰速运", "tracking_number": "SF1234567890123"}
    assert at.tell("order_shipped", order_no=order_no, data=parcel) == (200, "said")
    assert rows(at.engine, orders)[0].status == "shipped"
    assert at.tell("parcel_delayed", order_no=order_no) == (200, "said")
    assert at.tell("parcel_delivered", order_no=order_no) == (200, "said")
    assert rows(at.engine, orders)[0].status == "delivered"


def test_what_the_tables_say_already_is_only_said(at: Counter):
    case_no = at.faulty()
    at.desk.move(CaseMove(case_no, "refuse", note="人为损坏"), by="小周", key="by-hand")
    before = everything(at.engine)
    assert at.review(case_no, "refused", reason="人为损坏") == (200, "said")
    assert everything(at.engine) == before
    assert "人为损坏" in at.door.messages()[0]["text"]


def test_an_event_that_comes_again_moves_and_says_nothing(at: Counter):
    case_no = at.faulty()
    event = {"id": "e-x", "case_no": case_no, "data": {"result": "refund_approved"}}
    assert at.tell("case_reviewed", **event) == (200, "said")
    before = everything(at.engine)
    assert at.tell("case_reviewed", **event) == (200, "known")
    assert everything(at.engine) == before


def test_what_cannot_be_is_refused_and_nobody_hears_of_it(at: Counter):
    case_no = at.faulty()
    before = everything(at.engine)
    for told in (
        at.tell("refund_paid", case_no=case_no, data={"amount": 12_800}),
        at.review(case_no, "exchange_approved"),
        at.review(case_no, "refund_approved", amount=99_999),
        at.review(case_no, "return_approved", until="2020-01-01"),
        at.tell("exchange_sent", case_no=case_no),
    ):
        assert told == (409, "not_possible")
    answer = at.door.tell(
        {"id": "e", "type": "refund_paid", "customer_id": ALICE, "case_no": case_no,
         "data": {"amount": 12_800}}
    )  # fmt: skip
    assert f"Case {case_no}" in answer.json()["detail"]
    assert answer.json()["detail"].endswith("The buyer was told nothing.")
    assert everything(at.engine) == before
    assert at.door.messages() == []


def test_a_number_that_is_not_this_buyers(at: Counter):
    case_no = at.faulty()
    before = everything(at.engine)
    assert at.review("R20200101000000", "refused") == (422, "unknown_number")
    other = {"customer_id": BOB, "case_no": case_no, "data": {"result": "refused"}}
    assert at.tell("case_reviewed", **other) == (422, "unknown_number")
    assert everything(at.engine) == before
    assert at.door.messages(BOB) == []


def test_an_id_of_another_event_moves_nothing(at: Counter):
    case_no = at.faulty()
    assert at.tell("parcel_delayed", id="e-x", order_no="2026111012340001") == (200, "said")
    before = everything(at.engine)
    reused = {"id": "e-x", "case_no": case_no, "data": {"result": "refused"}}
    assert at.tell("case_reviewed", **reused) == (409, "id_reused")
    assert everything(at.engine) == before


def test_one_that_moved_but_was_not_said_is_said_when_it_comes_again(at: Counter, agent: Agent):
    case_no = at.faulty()
    event = {"id": "e-x", "case_no": case_no, "data": {"result": "refund_approved"}}
    save, agent.processor.save_tracker = agent.processor.save_tracker, None  # type: ignore[method-assign]
    assert at.tell("case_reviewed", **event) == (503, "not_said")
    agent.processor.save_tracker = save  # type: ignore[method-assign]
    assert rows(at.engine, cases)[0].status == "paying"
    before = everything(at.engine)
    assert at.tell("case_reviewed", **event) == (200, "said")
    assert everything(at.engine) == before


def test_with_a_system_of_the_shops_own_nothing_is_looked_up(agent: Agent):
    assert Books.of(settings(shop_commands="http"), lambda: datetime.now(timezone.utc)) is None
    no_secret = settings(shop_commands="builtin", shop_secret=None)
    assert Books.of(no_secret, lambda: datetime.now(timezone.utc)) is None


class TestTheDatabaseIsAway:
    def test_the_answer_is_a_503_in_time_and_the_event_is_taken_later(
        self, agent: Agent, tmp_path: Path
    ):
        file = tmp_path / "shop.db"
        engine = make_engine(settings(database_url=f"sqlite:///{file}"))
        upgrade(engine)
        with serving(agent, of(engine)) as url:
            at = Counter(engine, url)
            case_no = at.faulty()
            event = {"id": "e-x", "case_no": case_no, "data": {"result": "refused"}}
            engine.dispose()
            file.rename(tmp_path / "away.db")
            assert at.tell("case_reviewed", **event) == (503, "no_database")
            assert at.door.messages() == []
            (tmp_path / "away.db").rename(file)
            assert at.tell("case_reviewed", **event) == (200, "said")
            assert rows(engine, cases)[0].status == "refused"
        engine.dispose()

    @pytest.fixture
    def silent(self, postgres_url: str) -> Iterator[Proxy]:
        socket = Path(str(make_url(postgres_url).query["host"])) / ".s.PGSQL.5432"
        with proxied(socket) as proxy:
            yield proxy

    @pytest.mark.integration
    def test_a_server_that_says_nothing_holds_up_no_event_for_long(
        self, agent: Agent, silent: Proxy, postgres_url: str
    ):
        silent.stall()
        through = make_url(postgres_url).set(host="127.0.0.1", port=silent.port, query={})
        url = through.render_as_string(hide_password=False)
        several = 3 * WORKERS
        with (
            serving(agent, settings(shop_commands="builtin", database_url=url)) as door,
            ThreadPoolExecutor(several) as pool,
        ):
            began = time.monotonic()
            answers = list(
                pool.map(
                    lambda n: Shop(door).tell(
                        {"id": "e", "type": "case_reviewed", "customer_id": f"b-{n}",
                         "case_no": "R1", "data": {"result": "refused"}}
                    ),
                    range(several),
                )
            )  # fmt: skip
            assert time.monotonic() - began < 10
        assert {answer.status_code for answer in answers} == {503}
        assert {answer.json()["error"] for answer in answers} == {"no_database"}
        assert all("again" in answer.json()["detail"] for answer in answers)
