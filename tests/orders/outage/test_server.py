"""PostgreSQL that is there but does not do what is asked: full, read-only, locked, restarted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Timer

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from actions import services
from kefu.orders.database import reading, writing
from tests.orders.ledger import everything
from tests.orders.outage.conftest import Place
from tests.orders.outage.visit import AskRefund, answered, apologised, ask, look, new_message
from tests.servers.proxy import Proxy

pytestmark = [pytest.mark.integration, pytest.mark.alone]

_roles = (f"clerk_{number}" for number in itertools.count(1))


def run(far: Place, statement: str) -> None:
    with writing(far.engine) as connection:
        connection.execute(text(statement))


@pytest.fixture
def clerk(far: Place, use: Callable[[str], None]) -> Iterator[str]:
    """A role of its own for Kefu, which is no superuser."""
    role = next(_roles)
    run(far, f"CREATE ROLE {role} LOGIN")
    for objects in ("TABLES", "SEQUENCES"):
        run(far, f"GRANT ALL ON ALL {objects} IN SCHEMA public TO {role}")
    use(make_url(far.url).set(username=role).render_as_string(False))
    yield role
    services.engine().dispose()
    run(far, f"DROP OWNED BY {role}; DROP ROLE {role}")


def refused_then_done(far: Place, back: Callable[[], None]) -> None:
    """A refund that fails now leaves nothing behind, and is made under the same key after that."""
    before, message = everything(far.engine), new_message()
    assert apologised(*ask(AskRefund(far.order_no), message_id=message))
    assert everything(far.engine) == before
    back()
    (told,) = ask(AskRefund(far.order_no), message_id=message)
    assert answered(told)
    assert [case.case_no for case in everything(far.engine)["cases"]] == [told.text]


@pytest.mark.parametrize("dialect", ["far", "local"])
@pytest.mark.parametrize("held", ["by buyers", "by others"])
def test_all_connections_of_the_pool_are_held(
    request: pytest.FixtureRequest, dialect: str, held: str
) -> None:
    shop: Place = request.getfixturevalue(dialect)
    pool = services.engine()
    with ExitStack() as holders:
        for _ in range(pool.pool.size()):
            take = reading(pool) if held == "by buyers" else pool.connect()
            holders.enter_context(take)
        assert all(map(apologised, look()))
        refused_then_done(shop, holders.close)
    assert all(map(answered, look()))


def test_a_connection_that_comes_free_in_time_is_waited_for(far: Place) -> None:
    pool = services.engine()
    with ExitStack() as holders:
        for _ in range(pool.pool.size()):
            holders.enter_context(reading(pool))
        Timer(0.5, holders.pop_all().close).start()
        assert all(map(answered, look()))


def test_the_server_takes_no_more_connections(far: Place, clerk: str) -> None:
    run(far, f"ALTER ROLE {clerk} CONNECTION LIMIT 0")
    assert all(map(apologised, look()))
    refused_then_done(far, lambda: run(far, f"ALTER ROLE {clerk} CONNECTION LIMIT -1"))
    assert all(map(answered, look()))


def test_a_read_only_server_is_read(far: Place, clerk: str) -> None:
    """As after a failover: the connections in the pool were made while it was read-only."""
    run(far, f"ALTER ROLE {clerk} SET default_transaction_read_only = on")
    assert all(map(answered, look()))
    refused_then_done(far, lambda: run(far, f"ALTER ROLE {clerk} RESET ALL"))
    assert all(map(answered, look()))


def test_a_role_that_may_not_write(far: Place, clerk: str) -> None:
    run(far, f"REVOKE INSERT ON outbox FROM {clerk}")  # the last row of the write
    assert all(map(answered, look()))
    refused_then_done(far, lambda: run(far, f"GRANT INSERT ON outbox TO {clerk}"))


def test_an_order_that_somebody_else_has_locked(far: Place) -> None:
    with ExitStack() as holder:
        connection = holder.enter_context(writing(far.engine))
        connection.execute(text("SELECT * FROM orders FOR UPDATE"))
        assert all(map(answered, look()))
        message = new_message()
        assert apologised(*ask(AskRefund(far.order_no), message_id=message))
    refused = everything(far.engine)
    assert refused["cases"] == refused["idempotency_keys"] == refused["outbox"] == []
    assert answered(*ask(AskRefund(far.order_no), message_id=message))


def test_a_server_that_was_restarted_between_two_messages(far: Place) -> None:
    assert all(map(answered, look()))
    with reading(far.engine) as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert all(map(answered, look()))
    assert answered(*ask(AskRefund(far.order_no)))


def test_a_client_that_was_lost_in_the_middle_holds_no_lock(far: Place, network: Proxy) -> None:
    assert all(map(answered, look()))
    network.stall("commit")
    message = new_message()
    ask(AskRefund(far.order_no), message_id=message)
    with reading(far.engine) as connection:
        (limit,) = connection.execute(text("SHOW idle_in_transaction_session_timeout")).one()
        idle = connection.execute(
            text("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")
        ).scalar_one()
    assert (limit, idle) == ("1min", 1)  # until then, if the network does not come back
    network.lose()
    network.heal()
    assert answered(*ask(AskRefund(far.order_no), message_id=message))
