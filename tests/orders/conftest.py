from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from kefu.orders.service import OrderService
from tests.orders.shop import NOW, Shop


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """A shop without orders, on SQLite and on PostgreSQL."""
    return Shop(engine)


@pytest.fixture
def service(engine: Engine) -> OrderService:
    """The service at noon of 20 November 2026 in Shanghai."""
    return OrderService(engine, clock=lambda: NOW)
