"""PostgreSQL behind a network that fails in each way a network can."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.aftersales import RefundProgress
from actions.base import MAYBE_DONE
from actions.orders import QueryOrder
from tests.orders.ledger import everything
from tests.orders.outage.conftest import Place
from tests.orders.outage.visit import (
    PATIENCE_SECONDS,
    AskRefund,
    answered,
    apologised,
    ask,
    look,
    new_message,
)
from tests.servers.proxy import Hold, Proxy

pytestmark = [pytest.mark.integration, pytest.mark.alone]

OUTAGES: dict[str, Callable[[Proxy], None]] = {
    "nobody listens": Proxy.refuse,
    "silence": Proxy.stall,
    "answers are lost": lambda network: network.stall("answers"),
    "each packet takes half a second": lambda network: network.delay(0.5),
}
outages = pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
JOURNAL = ("cases", "case_events", "audit_log", "outbox", "idempotency_keys")


def written(far: Place) -> list[int]:
    rows = everything(far.engine)
    return [len(rows[table]) for table in JOURNAL]


@outages
@pytest.mark.parametrize("warm", [True, False], ids=["connected", "not yet connected"])
def test_reading(far: Place, network: Proxy, outage: Callable[[Proxy], None], warm: bool) -> None:
    if warm:
        assert all(map(answered, look()))
    outage(network)
    assert all(map(apologised, look()))
    network.heal()
    assert all(map(answered, look()))


@outages
def test_a_refund(far: Place, network: Proxy, outage: Callable[[Proxy], None]) -> None:
    before, message = everything(far.engine), new_message()
    assert all(map(answered, look()))
    outage(network)
    assert apologised(*ask(AskRefund(far.order_no), message_id=message))
    assert everything(far.engine) == before
    network.heal()
    (told,) = ask(AskRefund(far.order_no), message_id=message)
    assert answered(told)
    assert [case.case_no for case in everything(far.engine)["cases"]] == [told.text]


def test_a_network_that_is_slow_but_not_too_slow(far: Place, network: Proxy) -> None:
    assert all(map(answered, look()))
    network.delay(0.02)
    assert all(map(answered, look()))
    assert answered(*ask(AskRefund(far.order_no)))


def test_lost_connections_are_not_noticed(far: Place, network: Proxy) -> None:
    for _ in range(3):
        assert all(map(answered, look()))
        network.lose()
    assert answered(*ask(AskRefund(far.order_no)))


def test_connections_that_a_firewall_has_forgotten_leave_time_for_new_ones(
    far: Place, network: Proxy
) -> None:
    assert all(map(answered, look()))
    network.stall()
    network.heal_for_new_connections()
    assert all(map(answered, look()))


@pytest.mark.parametrize("arrives", [True, False], ids=["arrives late", "is lost"])
@pytest.mark.parametrize("hold", ["commit", "answer to commit"])
def test_a_refund_of_which_nobody_knows_whether_it_was_made(
    far: Place, network: Proxy, hold: Hold, arrives: bool
) -> None:
    message = new_message()
    assert all(map(answered, look()))
    network.stall(hold)
    assert apologised(*ask(AskRefund(far.order_no), message_id=message), MAYBE_DONE)
    assert network.caught
    made = [case.case_no for case in everything(far.engine)["cases"]]
    assert len(made) == (hold == "answer to commit")
    if not arrives:
        network.lose()
    network.heal()
    (told,) = ask(AskRefund(far.order_no), message_id=message)
    assert answered(told)
    assert [case.case_no for case in everything(far.engine)["cases"]] == [told.text]
    assert made in ([], [told.text])
    assert written(far) == [1] * len(JOURNAL)
    (progress,) = ask(RefundProgress())
    assert answered(progress)
    assert told.text in progress.text


def test_a_database_that_goes_after_the_write_takes_nothing_back(
    far: Place, network: Proxy
) -> None:
    assert all(map(answered, look()))
    network.stall("after commit")
    (told,) = ask(AskRefund(far.order_no))
    assert network.caught
    assert answered(told)
    assert told.seconds < PATIENCE_SECONDS
    assert [case.case_no for case in everything(far.engine)["cases"]] == [told.text]


def test_a_connection_that_breaks_on_commit(far: Place, network: Proxy) -> None:
    """Broken at once, not after a silence."""
    message = new_message()
    assert all(map(answered, look()))
    network.cut_at_commit()
    assert apologised(*ask(AskRefund(far.order_no), message_id=message), MAYBE_DONE)
    (told,) = ask(AskRefund(far.order_no), message_id=message)
    assert answered(told)
    assert written(far) == [1] * len(JOURNAL)


def test_all_actions_of_one_message_together_are_in_time(far: Place, network: Proxy) -> None:
    network.stall()
    told = ask(QueryOrder(), RefundProgress(), QueryOrder(), message_id=new_message())
    assert all(map(apologised, told))
    assert sum(one.seconds for one in told) < PATIENCE_SECONDS


def test_forty_buyers_at_once(far: Place, network: Proxy) -> None:
    network.stall()
    told = ask(*(QueryOrder() for _ in range(40)))
    assert len(told) == 40
    assert all(map(apologised, told))
    network.heal()
    assert all(map(answered, ask(*(QueryOrder() for _ in range(40)))))
