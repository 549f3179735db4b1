"""PostgreSQL by a name, while the resolver of names hangs: no answer and no error, for long."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.engine import make_url

from tests.orders.hanging import NAME, hanging_resolver
from tests.orders.outage.conftest import Place
from tests.orders.outage.visit import AskRefund, answered, apologised, ask, look

pytestmark = [pytest.mark.integration, pytest.mark.alone]


def test_buyers_get_the_apology_in_time_and_the_next_message_works(
    far: Place, use: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(make_url(far.url).set(host=NAME).render_as_string(False))
    with hanging_resolver(monkeypatch) as answers:
        assert all(map(apologised, look()))
        assert apologised(*ask(AskRefund(far.order_no)))
        answers.set()
        assert all(map(answered, look()))
        assert answered(*ask(AskRefund(far.order_no)))


def test_a_name_with_an_address_where_nobody_listens_has_more_to_try(
    far: Place, use: Callable[[str], None]
) -> None:
    """localhost is ::1 too, where this server does not listen."""
    use(make_url(far.url).set(host="localhost").render_as_string(False))
    assert all(map(answered, look()))
