"""The action server's services, each made once, at its first use."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from sqlalchemy.engine import Engine

from actions.once import Once
from kefu.answering import Answerer
from kefu.errors import KefuError
from kefu.handoff.ratings import RatingBook
from kefu.handoff.tickets import TicketDesk
from kefu.orders.builtin import BuiltinCommands
from kefu.orders.commands import OrderCommands
from kefu.orders.database import make_engine
from kefu.orders.http_commands import HttpCommands
from kefu.orders.service import OrderService
from kefu.settings import get_settings

# torch and the language model's client take seconds to import: `warm_up` does, once we listen.
if TYPE_CHECKING:
    from kefu.knowledge.base import KnowledgeBase
    from kefu.llm.client import LanguageModel

logger = logging.getLogger(__name__)

KNOWLEDGE_SECONDS = 12.0
"""Longest wait of a question for the articles: loading takes about 6 s, an action has 15."""


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(timezone.utc)


@Once
def engine() -> Engine:
    """Connections to the order tables."""
    return make_engine(get_settings())


@Once
def commands() -> OrderCommands:
    """Carries out what buyers want: the shop's own system where settings name it, else the tables.

    Raises:
        SettingsError: KEFU_SHOP_COMMANDS names a system of which address or secret are missing.
    """
    settings = get_settings()
    return HttpCommands.from_settings(settings, clock=now) or BuiltinCommands(
        engine(), clock=now, zone=settings.zone
    )


@Once
def orders() -> OrderService:
    """Reads orders and has changes to them carried out."""
    return OrderService(engine(), clock=now, zone=get_settings().zone, commands=commands())


@Once
def tickets() -> TicketDesk:
    """Opens tickets for people."""
    return TicketDesk(engine(), clock=now)


@Once
def ratings() -> RatingBook:
    """Takes what buyers think of the service."""
    return RatingBook(engine(), clock=now)


@Once
def language_model() -> LanguageModel | None:
    """The model that the settings name, or None."""
    settings = get_settings()
    if settings.llm_base_url is None:
        return None
    from kefu.llm.client import LanguageModel

    return LanguageModel.from_settings(settings)


@Once
def opened_knowledge() -> KnowledgeBase:
    """The articles.

    Raises:
        KefuError: the encoder cannot be loaded, or the index cannot be opened.
    """
    from kefu.encoder import Encoder
    from kefu.knowledge.base import KnowledgeBase

    settings = get_settings()
    return KnowledgeBase.open(settings, Encoder.load(settings.encoder, settings.device))


def knowledge() -> KnowledgeBase | None:
    """The articles; None while they are not there, which is tried again at the next call."""
    try:
        return opened_knowledge.within(KNOWLEDGE_SECONDS)
    except TimeoutError:
        logger.warning("The knowledge base is still being loaded: one question goes without it.")
    except KefuError as error:
        logger.error("The knowledge base is not available: %s", error)
    return None


def answerer() -> Answerer:
    """The ladder over what is available now."""
    return Answerer(knowledge(), language_model())
