"""`kefu cases …`: the shop's staff decide about after-sales cases. Heavy imports stay inside.

A command exits with 0 once the case has moved and its buyer was told, with 1 and one line where
nothing was done, with 3 where the case has moved but the buyer was not told: `kefu cases tell`
makes up for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kefu.orders.builtin import Moved
    from kefu.orders.desk_room import DeskRoom

cases = typer.Typer(no_args_is_help=True, help="After-sales cases, for the shop's staff.")

NOT_TOLD = 3

CaseNo = Annotated[str, typer.Argument(help="The case's number, such as R20261120123456.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides (default: who is logged in).")]
Key = Annotated[
    str | None, typer.Option(help="Done once under each key, for scripts (default: a new one).")
]
Url = Annotated[
    str | None,
    typer.Option("--assistant", help="Of another assistant, ending in /webhooks/rest."),
]
Amount = Annotated[
    str | None, typer.Option(help="In yuan, such as 12.50 (default: the case's own).")
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Last day to send goods back (default: by the rules)."),
]
Note = Annotated[str, typer.Option(help="A few words for the buyer, in Chinese.")]


def _room() -> DeskRoom:
    from kefu.orders.desk_room import DeskRoom
    from kefu.settings import get_settings

    return DeskRoom.open(get_settings())


@cases.command("list")
def cases_list(
    status: Annotated[str | None, typer.Option(help="Only these, such as reviewing.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Closed ones too, newest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most cases to show.")] = 50,
) -> None:
    """The cases that are open, oldest first."""
    from kefu.orders.builtin.casebook import list_cases
    from kefu.orders.desk_words import line_words
    from kefu.orders.status import CaseStatus

    if status is not None and status not in {one.value for one in CaseStatus}:
        raise typer.BadParameter(f"--status is one of {', '.join(CaseStatus)}")
    room = _room()
    found = list_cases(room.engine, status=status, closed=every, limit=limit)
    for line in found:
        typer.echo(line_words(line, room.zone))
    if not found:
        typer.echo("no such case")


@cases.command("show")
def cases_show(case_no: CaseNo) -> None:
    """One case: goods, reason, what has happened, what is possible now."""
    from kefu.orders.builtin.casebook import show_case
    from kefu.orders.desk_words import sheet_words

    room = _room()
    for line in sheet_words(show_case(room.engine, case_no), room.zone):
        typer.echo(line)


@cases.command("approve")
def cases_approve(
    case_no: CaseNo,
    amount: Amount = None,
    until: Until = None,
    note: Note = "",
    by: By = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """Grant what the buyer asks: goods go back first where they have to, else money is due."""
    _move(case_no, "approve", by, key, url, amount=amount, until=until, note=note)


@cases.command("approve-without-return")
def cases_approve_without_return(
    case_no: CaseNo,
    amount: Amount = None,
    note: Note = "",
    by: By = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """Grant it, and let the buyer keep the goods."""
    _move(case_no, "approve_without_return", by, key, url, amount=amount, note=note)


@cases.command("refuse")
def cases_refuse(
    case_no: CaseNo,
    reason: Annotated[str, typer.Option(help="Why, in Chinese: the buyer reads it.")],
    by: By = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """Grant nothing; also for goods that came back in a state that the rules exclude."""
    _move(case_no, "refuse", by, key, url, note=reason)


@cases.command("return-received")
def cases_return_received(case_no: CaseNo, by: By = None, key: Key = None, url: Url = None) -> None:
    """The goods have arrived and are yet to be looked at; the case does not expire any more."""
    _move(case_no, "return_received", by, key, url)


@cases.command("accept-return")
def cases_accept_return(
    case_no: CaseNo,
    amount: Amount = None,
    note: Note = "",
    by: By = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """The goods are back as they should be: money or the new goods are due."""
    _move(case_no, "accept_return", by, key, url, amount=amount, note=note)


@cases.command("resend")
def cases_resend(case_no: CaseNo, by: By = None, key: Key = None, url: Url = None) -> None:
    """The new goods of an exchange have left."""
    _move(case_no, "resend", by, key, url)


@cases.command("pay-instead")
def cases_pay_instead(
    case_no: CaseNo,
    amount: Amount = None,
    note: Note = "",
    by: By = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """There is nothing to exchange for: money is due."""
    _move(case_no, "pay_instead", by, key, url, amount=amount, note=note)


@cases.command("paid")
def cases_paid(
    case_no: CaseNo,
    amount: Amount = None,
    method: Annotated[str | None, typer.Option(help="Default: as the order was paid.")] = None,
    transaction_no: Annotated[
        str | None, typer.Option("--transaction-no", help="Of whoever moved the money.")
    ] = None,
    by: By = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """The money has left, or the coupon was given: book it and close the case."""
    more: dict[str, Any] = {"method": method, "transaction_no": transaction_no}
    _move(case_no, "pay", by, key, url, amount=amount, **more)


@cases.command("expire")
def cases_expire(
    case_no: Annotated[
        str | None, typer.Argument(help="Only this one (default: all that are due).")
    ] = None,
    by: By = None,
    url: Url = None,
) -> None:
    """Close what was not paid or sent back in time, complete what is due; for cron."""
    if case_no is not None:
        _move(case_no, "expire", by, f"expire:{case_no}", url)
        return
    room = _room()
    expired = list(room.expire_due())
    completed = sum(1 for _ in room.complete_due())
    closed = sum(1 for _ in room.close_unpaid())
    typer.echo(
        f"{len(expired)} cases expired, {completed} orders completed, {closed} closed unpaid"
    )
    _tell(room, [(moved, "") for moved in expired], url)


@cases.command("tell")
def cases_tell(
    case_no: Annotated[str | None, typer.Argument(help="Default: all of the last days.")] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How far back.")] = 2,
    url: Url = None,
) -> None:
    """Tell buyers what they were not told yet, because the assistant did not run."""
    room = _room()
    _tell(room, room.untold(case_no, days), url)


def _move(
    case_no: str,
    event: str,
    by: str | None,
    key: str | None,
    url: str | None,
    *,
    amount: str | None = None,
    until: datetime | None = None,
    note: str = "",
    **more: Any,
) -> None:
    from kefu.orders.builtin import CaseMove
    from kefu.orders.desk_words import cents_of, moved_words

    room = _room()
    move = CaseMove(
        case_no,
        event,
        amount_cents=None if amount is None else cents_of(amount),
        until=None if until is None else until.date(),
        note=note,
        **more,
    )
    moved, words = room.move(move, by=by, key=key)
    typer.echo(moved_words(moved))
    _tell(room, [(moved, words)], url)


def _tell(room: DeskRoom, moves: Iterable[tuple[Moved, str]], url: str | None) -> None:
    """Tell the buyers; the first failure ends it, because the next would fail too."""
    report = room.tell(moves, url)
    for line in report.lines():
        typer.echo(line)
    if report.problem is not None:
        typer.secho(f"✗ {report.problem}", fg="red", err=True)
        raise typer.Exit(NOT_TOLD)
