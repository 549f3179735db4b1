"""Announcements are found in every store, and without reading what else was said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.tracker_store import (
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    SQLTrackerStore,
    TrackerStore,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import make_url

from kefu.channels.announcements import announce
from kefu.channels.mailbox import announcements
from kefu.orders.shop_events import News, Offer, ShopEvent

ALICE, BOB = "buyer-0001", "buyer-0002"
EVENT = ShopEvent("e-1", "parcel_delayed", ALICE, "2026111012340001", None, {})
OFFER = Offer(text="转人工吗？", buttons=({"title": "转人工", "payload": "/request_human"},))
NEWS = News("您的包裹耽搁了。", "track_shipment", ("person", OFFER))


def said(number: int) -> list[Event]:
    empty = DialogueStateTracker.from_events(ALICE, [], Domain.empty().slots)
    event = ShopEvent(f"e-{number}", "parcel_delayed", ALICE, EVENT.order_no, None, {})
    return announce(empty, event, NEWS, number, "")


def save(store: TrackerStore, sender: str, *events: Event) -> None:
    tracker = DialogueStateTracker.from_events(sender, list(events), Domain.empty().slots)
    asyncio.run(store.save(tracker))


def found(store: TrackerStore, sender: str = ALICE) -> list[int]:
    return [one.number for one in asyncio.run(announcements(store, sender))]


@pytest.fixture(
    params=[
        "memory",
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.integration),
        "fail-safe",
    ]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TrackerStore]:
    domain = Domain.empty()
    if request.param == "memory":
        yield InMemoryTrackerStore(domain)
    elif request.param == "postgresql":
        url = make_url(request.getfixturevalue("postgres_database")())
        sql = SQLTrackerStore(
            domain,
            dialect="postgresql",
            username=url.username,
            db=url.database,
            query=dict(url.query),
        )
        yield sql
        sql.engine.dispose()
    else:
        sql = SQLTrackerStore(domain, dialect="sqlite", db=str(tmp_path / "conversations.db"))
        yield FailSafeTrackerStore(sql) if request.param == "fail-safe" else sql


def test_a_conversation_that_never_was(store: TrackerStore):
    assert found(store) == []


def test_all_of_one_buyer_in_order_and_in_all_sessions(store: TrackerStore):
    talk = [UserUttered("shop_event"), BotUttered("shop_event"), BotUttered(None)]
    save(store, ALICE, SessionStarted(), *said(1), *talk, SessionStarted(), *said(2), *said(3))
    save(store, BOB, SessionStarted(), *talk)
    assert found(store) == [1, 2, 3]
    assert found(store, BOB) == []


def test_a_message_is_what_front_ends_get(store: TrackerStore):
    save(store, ALICE, *said(1))
    (one,) = asyncio.run(announcements(store, ALICE))
    assert (one.event_id, one.about) == ("e-1", ("parcel_delayed", EVENT.order_no, None))
    assert one.message.pop("at").endswith("+00:00")
    assert one.message == {
        "recipient_id": ALICE,
        "text": "您的包裹耽搁了。转人工吗？",
        "number": 1,
        "event": "parcel_delayed",
        "order_no": EVENT.order_no,
        "buttons": [{"title": "转人工", "payload": "/request_human"}],
    }


def test_a_buyer_cannot_write_one(store: TrackerStore):
    about = {"shop_event": {"number": 9, "id": "x", "type": "refund_paid"}}
    save(store, ALICE, UserUttered("x", metadata=about, parse_data=about), *said(1))
    assert found(store) == [1]


@pytest.mark.alone
def test_a_long_conversation_costs_little(tmp_path: Path):
    """Rasa takes a hundred times as long to rebuild it."""
    sql = SQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(tmp_path / "c.db"))
    talk = [UserUttered("你好", {"name": "greet"}), BotUttered("您好" * 50)]
    save(sql, ALICE, *(talk * 2500), *said(1))
    began = time.perf_counter()
    assert found(sql) == [1]
    found_at = time.perf_counter()
    asyncio.run(sql.retrieve_full_tracker(ALICE))
    assert found_at - began < (time.perf_counter() - found_at) / 5
