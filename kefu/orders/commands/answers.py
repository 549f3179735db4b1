"""What comes back for a command, and the Protocol of whoever carries commands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from kefu.orders.commands.kinds import Command

Payer = Literal["buyer", "shop"]
Tender = Literal["money", "coupon"]


@dataclass(frozen=True)
class QuoteLine:
    """A share of one line of the order: `amount_cents` of it is for `quantity` pieces of `sku`."""

    sku: str
    quantity: int
    amount_cents: int


@dataclass(frozen=True)
class Quote:
    """What will happen, for the buyer to confirm. The last five are for the built-in tables.

    Attributes:
        command: as it will be carried out: numbers normalised, texts tidied.
        order_no: the whole number.
        summary: Chinese: what will happen, what it costs, until when.
        amount_cents: what the buyer gets, in full where `automatic`, at most where a person
            decides; 0 where only a person can say. Of an invoice, its sum.
        freight_paid_by: who pays for sending goods back; None where nothing goes back.
        automatic: False where a person of the shop looks at it first.
        kind: `refund_only`, `return_and_refund`, `exchange` or `compensation`: a case is opened.
            Otherwise the name of the command.
        ground: why, as a code: `no_reason`, `defect`, `missing`, `price_drop` ...
        event: what happens to the order, for `lifecycle.order_transition`.
        tender: how the amount is paid.
        lines: which goods it is for; what of the amount is in no line is freight.
        until: the last day to send goods back, or the day that a hold or an extension ends on.
    """

    command: Command
    order_no: str
    summary: str
    amount_cents: int
    freight_paid_by: Payer | None
    automatic: bool
    kind: str = ""
    ground: str = ""
    event: str = ""
    tender: Tender = "money"
    lines: tuple[QuoteLine, ...] = ()
    until: date | None = None


@dataclass(frozen=True)
class Receipt:
    """What has happened.

    Attributes:
        number: of the case, or of the order where no case was opened.
        order_no: the whole number.
        kind: as in `Quote`.
        status: code of the case's state, or of the order's.
        amount_cents: as in `Quote`.
        next_step: Chinese: what the buyer does or waits for now.
        automatic: as in `Quote`.
    """

    number: str
    order_no: str
    kind: str
    status: str
    amount_cents: int
    next_step: str
    automatic: bool


class OrderCommands(Protocol):
    """Carries out commands: on the built-in tables, or in a shop's own system.

    `buyer` comes from a verified token. Both methods raise:
        OrderNotFoundError: the buyer has no such order or case.
        RefusedError: its `reason` tells the buyer why, and what helps instead.
        OrderError: the command does not make sense, or its key was used for another one.
        DatabaseError, CommandsUnavailableError: nobody could be asked in time.
    """

    def quote(self, buyer: str, command: Command) -> Quote:
        """What the command would do now; writes nothing."""
        ...

    def execute(self, buyer: str, command: Command, key: str) -> Receipt:
        """Do it, all or nothing; the same key for the same command gives the same receipt again."""
        ...
