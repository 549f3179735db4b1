"""`kefu db …`: the order database. Heavy imports stay inside the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

db = typer.Typer(no_args_is_help=True, help="The order database.")


def _engine() -> Engine:
    from kefu.orders.database import make_engine
    from kefu.settings import get_settings

    return make_engine(get_settings())


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to this version."""
    from kefu.orders.database import address, upgrade

    engine = _engine()
    upgrade(engine)
    typer.echo(f"{address(engine)} is up to date")


@db.command("seed")
def db_seed() -> None:
    """Fill an empty database with the demo shop; leave any other as it is."""
    from datetime import datetime, timezone

    from kefu.orders.demo import seed_demo_shop

    report = seed_demo_shop(_engine(), now=datetime.now(timezone.utc))
    done = "filled" if report.created else "left as it was, it is not empty"
    typer.echo(
        f"{done}: {report.buyers} buyers, {report.orders} orders, "
        f"{report.products} products, {report.parcels} parcels"
    )


@db.command("check-views")
def db_check_views() -> None:
    """See that the six views are as the assistant reads them; for a shop that brings its own."""
    from kefu.errors import DatabaseError
    from kefu.orders.view_check import check_views

    problems = check_views(_engine())
    for problem in problems[:-1]:
        typer.secho(f"✗ {problem}", fg="red", err=True)
    if problems:
        raise DatabaseError(problems[-1])
    typer.echo("all six views are as they should be")


@db.command("rotate-keys")
def db_rotate_keys() -> None:
    """Seal all personal data with the first key of KEFU_DATA_KEYS; goes on where it was stopped."""
    from kefu.orders.rotation import rotate

    report = rotate(_engine(), report=lambda table, rows: typer.echo(f"{table}: {rows}"))
    typer.echo(f"{sum(report.rows.values())} rows were sealed again, with {report.current}")
    if report.idle:
        typer.echo(f"no value needs these keys any more: {', '.join(report.idle)}")


@db.command("find-phone")
def db_find_phone(
    phone: Annotated[str, typer.Option(prompt="Phone number", help="Asked for when left out.")],
) -> None:
    """Find whose data a phone number is, for requests about it."""
    from kefu.orders.lookup import find_phone

    found = find_phone(_engine(), phone)
    for customer in found.customers:
        typer.echo(f"customer {customer}")
    for order_no, customer in found.orders:
        typer.echo(f"order {order_no} of customer {customer}")
    if not found.customers and not found.orders:
        typer.echo("nobody has this number")
