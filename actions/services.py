"""The action server's services, each made once, at its first use."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from functools import lru_cache

from sqlalchemy.engine import Engine

from kefu.answering import Answerer
from kefu.encoder import Encoder
from kefu.errors import KefuError
from kefu.handoff.ratings import RatingBook
from kefu.handoff.tickets import TicketDesk
from kefu.knowledge.base import KnowledgeBase
from kefu.llm.client import LanguageModel
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.commands import OrderCommands
from kefu.orders.database import make_engine
from kefu.orders.http_commands import HttpCommands
from kefu.orders.service import OrderService
from kefu.settings import get_settings

logger = logging.getLogger(__name__)


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(timezone.utc)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """Connections to the order tables."""
    return make_engine(get_settings())


@lru_cache(maxsize=1)
def commands() -> OrderCommands:
    """Carries out what buyers want: the shop's own system where settings name it, else the tables.

    Raises:
        SettingsError: KEFU_SHOP_COMMANDS names a system of which address or secret are missing.
    """
    settings = get_settings()
    return HttpCommands.from_settings(settings, clock=now) or BuiltinCommands(
        engine(), clock=now, zone=settings.zone
    )


@lru_cache(maxsize=1)
def orders() -> OrderService:
    """Reads orders and has changes to them carried out."""
    return OrderService(engine(), clock=now, zone=get_settings().zone, commands=commands())


@lru_cache(maxsize=1)
def tickets() -> TicketDesk:
    """Opens tickets for people."""
    return TicketDesk(engine(), clock=now)


@lru_cache(maxsize=1)
def ratings() -> RatingBook:
    """Takes what buyers think of the service."""
    return RatingBook(engine(), clock=now)


@lru_cache(maxsize=1)
def language_model() -> LanguageModel | None:
    """The model that the settings name, or None."""
    return LanguageModel.from_settings(get_settings())


@lru_cache(maxsize=1)
def _opened_knowledge() -> KnowledgeBase:
    settings = get_settings()
    return KnowledgeBase.open(settings, Encoder.load(settings.encoder, settings.device))


def knowledge() -> KnowledgeBase | None:
    """The articles; None while they cannot be opened, which is tried again at the next call."""
    try:
        return _opened_knowledge()
    except KefuError as error:
        logger.error("The knowledge base is not available: %s", error)
        return None


def answerer() -> Answerer:
    """The ladder over what is available now."""
    return Answerer(knowledge(), language_model())
