"""`kefu outbox …`: telling the shop's own systems. Heavy imports stay inside the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kefu.orders.outbox import Relay

outbox = typer.Typer(no_args_is_help=True, help="What the shop's own systems are told.")


def _relay() -> Relay:
    from datetime import datetime, timezone

    from kefu.errors import SettingsError
    from kefu.orders.database import make_engine
    from kefu.orders.outbox import Relay
    from kefu.orders.signed_client import SignedClient
    from kefu.settings import get_settings

    def now() -> datetime:
        return datetime.now(timezone.utc)

    client = SignedClient.to_shop(get_settings(), now)
    if client is None:
        raise SettingsError("KEFU_SHOP_URL is not set: set it to the server that is to be told.")
    return Relay(make_engine(get_settings()), client, clock=now)


@outbox.command("send")
def outbox_send(
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Post what was written to KEFU_SHOP_URL/events, oldest first."""
    import signal
    from threading import Event

    from kefu.errors import CommandsUnavailableError

    relay = _relay()
    if watch:
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        relay.watch(stop.wait)
        return
    report = relay.send()
    typer.echo(f"{report.sent} sent, {report.waiting} waiting")
    if report.problem is not None:
        raise CommandsUnavailableError(report.problem)


@outbox.command("skip")
def outbox_skip(
    row: Annotated[int, typer.Argument(help="The id that `kefu outbox send` complains of.")],
) -> None:
    """Give up a row that the shop will never take, so that those after it are sent."""
    skipped = _relay().skip(row)
    typer.echo(f"row {row} is skipped" if skipped else f"no row {row} waits")
