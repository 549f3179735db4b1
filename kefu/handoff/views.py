"""What goes into a ticket and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kefu.orders.status import TicketStatus


@dataclass(frozen=True)
class Turn:
    """One message of the conversation; `at` is aware."""

    speaker: Literal["buyer", "assistant"]
    text: str
    at: datetime


@dataclass(frozen=True)
class TicketView:
    """A ticket as its buyer may see it. `queue_position`: open tickets before it, 0 is next."""

    ticket_no: str
    status: TicketStatus
    created_at: datetime
    queue_position: int
