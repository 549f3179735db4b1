"""`kefu cases …` as the shop's staff use it, and that buyers hear of it or the command says so."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from kefu.orders import commands as c
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.database import make_engine, upgrade
from kefu.orders.status import OrderStatus
from kefu.orders.tables import audit_log, cases, orders, payments
from kefu.settings import load_settings
from tests.orders.ledger import everything, rows
from tests.orders.shop import ALICE, DAY, Shop
from tests.servers import shop_server
from tests.servers.shop_server import SECRET
from tests.test_cli import assert_one_line, kefu

NOT_TOLD = 3


class Desk:
    """A shop on SQLite with the command line."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'shop.db'}"
        self.engine: Engine = make_engine(load_settings(database_url=self.url))
        upgrade(self.engine)
        self.now = datetime.now(timezone.utc)
        self.shop = Shop(self.engine)
        self.variables = {"KEFU_DATABASE_URL": self.url, "KEFU_SHOP_SECRET": ""}

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return kefu("cases", *words, **{**self.variables, **more})

    def wish(self, command: c.Command, *, ago: timedelta = timedelta(0)) -> str:
        buyer = BuiltinCommands(self.engine, clock=lambda: self.now - ago)
        return buyer.execute(ALICE, command, f"wish-{len(rows(self.engine, cases))}").number

    def delivered(self) -> str:
        return self.shop.order(
            OrderStatus.DELIVERED, delivered_at=self.now - DAY, placed_at=self.now - 4 * DAY
        )

    def faulty(self) -> str:
        words = "裂了，打13800000001"
        return self.wish(c.ReportProblem(self.delivered(), "defect", "refund", (), words))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.engine.dispose()


def test_from_the_list_to_the_money(desk: Desk) -> None:
    case_no = desk.faulty()
    listed = desk.run("list")
    assert listed.returncode == 0, listed.stderr
    assert case_no in listed.stdout
    assert "reviewing" in listed.stdout
    shown = desk.run("show", case_no).stdout
    assert "possible  approve, approve_without_return, refuse" in shown
    assert "138****0001" in shown
    for personal in ("13800000001", "王小明", "青禾路"):
        assert personal not in shown
    granted = desk.run("approve-without-return", case_no, "--by", "小周")
    assert f"case {case_no} is paying, ¥128.00, pay ¥128.00 now" in granted.stdout
    paid = desk.run("paid", case_no, "--amount", "128", "--transaction-no", "wx-1")
    assert "order" in paid.stdout
    assert "refunded" in paid.stdout
    assert [row.amount_cents for row in rows(desk.engine, payments)] == [12_800, 12_800]
    assert rows(desk.engine, orders)[0].status == "refunded"
    assert rows(desk.engine, audit_log)[-2].details["by"] == "小周"
    assert desk.run("list").stdout.strip() == "no such case"
    assert case_no in desk.run("list", "--all").stdout
    # No secret, no news: the buyer was not told, and the command says so.
    assert paid.returncode == granted.returncode == NOT_TOLD
    assert "KEFU_SHOP_SECRET" in paid.stderr
    assert len(paid.stderr.splitlines()) == 1


def test_what_goes_wrong_is_one_line_and_changes_nothing(desk: Desk) -> None:
    case_no = desk.faulty()
    before = everything(desk.engine)
    assert_one_line(desk.run("resend", case_no), "possible now")
    assert_one_line(desk.run("approve", "R1"), "no case R1")
    assert_one_line(desk.run("show", "R1"), "no case R1")
    assert_one_line(desk.run("approve", case_no, "--amount", "12,5"), "12.50")
    assert_one_line(desk.run("approve", case_no, "--amount", "999"), "at most")
    assert_one_line(desk.run("approve", case_no, "--until", "2020-01-01"), "is over")
    assert_one_line(desk.run("list", KEFU_SHOP_COMMANDS="http"), "KEFU_SHOP_COMMANDS")
    assert desk.run("refuse", case_no).returncode == 2  # a reason is for the buyer to read
    assert desk.run("list", "--status", "sleeping").returncode == 2
    assert everything(desk.engine) == before


def test_cron_expires_what_is_due_and_may_run_twice(desk: Desk) -> None:
    case_no = desk.wish(c.RequestRefund(_delivered_long_ago(desk), "不喜欢"), ago=10 * DAY)
    first = desk.run("expire")
    # The refund came to nothing after the receipt had confirmed itself.
    assert "1 cases expired, 1 orders completed, 0 closed unpaid" in first.stdout
    assert first.returncode == NOT_TOLD
    assert rows(desk.engine, cases)[0].status == "expired"
    assert rows(desk.engine, orders)[0].status == "completed"
    second = desk.run("expire")
    assert second.stdout.startswith("0 cases expired, 0 orders completed")
    assert second.returncode == 0
    assert case_no in desk.run("list", "--status", "expired").stdout


def _delivered_long_ago(desk: Desk) -> str:
    return desk.shop.order(
        OrderStatus.DELIVERED, delivered_at=desk.now - 11 * DAY, placed_at=desk.now - 14 * DAY
    )


class TestTelling:
    """Where the assistant would be stands the shop's own server, which hears signed events too."""

    def test_the_event_arrives_signed_and_again_with_the_same_id(self, desk: Desk) -> None:
        case_no = desk.faulty()
        front = shop_server.Shop()
        with shop_server.serving(front) as address:
            more = {"KEFU_SHOP_SECRET": SECRET}
            done = desk.run(
                "refuse", case_no, "--reason", "人为损坏", "--assistant", address, **more
            )
            assert done.returncode == 0, done.stderr
            again = desk.run("tell", "--assistant", address, **more)
            assert again.returncode == 0, again.stderr
        (first,) = front.told  # the second has the same id
        bodies = [body for _, _, body in front.requests]
        assert len(bodies) == 2
        assert bodies[0] == bodies[1]
        assert (first["type"], first["case_no"]) == ("case_reviewed", case_no)
        assert first["data"] == {"result": "refused", "reason": "人为损坏"}
        assert first["id"].startswith(f"case-{case_no}-")

    def test_an_assistant_that_is_away_is_said_and_made_up_for(self, desk: Desk) -> None:
        case_no = desk.faulty()
        done = desk.run(
            "refuse",
            case_no,
            "--reason",
            "人为损坏",
            "--assistant",
            "http://127.0.0.1:9",
            KEFU_SHOP_SECRET=SECRET,
            KEFU_MESSAGE_TIMEOUT_SECONDS="2",
        )
        assert done.returncode == NOT_TOLD
        assert "is refused" in done.stdout
        assert "kefu cases tell" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert rows(desk.engine, cases)[0].status == "refused"
        assert "--assistant" in done.stderr
        assert os.linesep not in done.stderr.strip()
