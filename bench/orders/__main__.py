"""Whether the questions that buyers ask most, and a refund, cost the same in a shop of any size.

    python -m bench.orders [--orders N,…] [--clients N,…] [--calls N] [--writes N] [--explain N]
                           [--drop-index NAME] [--json FILE]

Fills a PostgreSQL with --orders (10000,100000,1000000), each size on top of the one before, and at
each size asks five questions and makes refunds through the code that the action server runs: p50
and p99 at 1 and at 16 clients, each a process with one connection, and what a processor worked for
each call, whatever else the machine did; then `EXPLAIN (ANALYZE, BUFFERS)` of every statement that
was sent. Ends with 1 where a statement reads a large table from end to end, or where buffers grow
more than bench/orders/verdicts.py allows. --drop-index takes an index away first, to see that this
is noticed.

The server is one of its own in a temporary folder (some 3 GB for a million orders), unless
KEFU_BENCH_DATABASE_URL names an empty database, which is empty again afterwards. Intervals are 95 %
bootstrap intervals over calls.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from bench.nlu import machine
from bench.orders import tables
from bench.orders.clients import Clients, clients
from bench.orders.filling import Filler
from bench.orders.plans import large_tables, plans
from bench.orders.questions import QUESTIONS, Desk, draw
from bench.orders.server import connect, facts, own_server, shop
from bench.orders.verdicts import Answered, Size, grown, scans, statements
from kefu.errors import DatabaseError, KefuError

URL = "KEFU_BENCH_DATABASE_URL"
_STEP = 400  # orders that a hundred buyers have


def measure(engine: Engine, desk: Desk, pools: list[Clients], options: argparse.Namespace) -> Size:
    """All questions in the shop as it is; refunds come last, because they change it."""
    large = large_tables(engine)
    found = {}
    for name, question in QUESTIONS.items():
        count = options.writes if question.once else options.calls
        timings = {
            pool.count: pool.time(name, draw(engine, name, pool.needs(count))) for pool in pools
        }
        seen = [
            plans(desk.engine, lambda key=key, ask=question.ask: ask(desk, key))
            for key in draw(engine, name, options.explain)
        ]
        found[name] = Answered(
            buffers=[sum(plan.buffers for plan in call) for call in seen],
            statements=statements(seen, large),
            timings=timings,
        )
    return found


def run(url: str, options: argparse.Namespace) -> Iterator[tuple[int, Size]]:
    """Every size, from the smallest to the largest, as soon as it is measured.

    Raises:
        DatabaseError: the database is not empty, does not answer, or has too few orders to ask for.
    """
    with ExitStack() as stack:
        engine = stack.enter_context(shop(url))
        _say(", ".join(f"{name} {value}" for name, value in facts(engine).items()))
        filler = Filler(engine)
        _drop(engine, options.drop_index)
        desk = Desk(connect(url))
        stack.callback(desk.engine.dispose)
        pools = [stack.enter_context(clients(url, count)) for count in options.clients]
        for orders in options.orders:
            start = time.monotonic()
            filler.grow(orders)
            filled = time.monotonic()
            size = measure(engine, desk, pools, options)
            took = filled - start, time.monotonic() - filled
            _say(f"{orders:,} orders: filled in {took[0]:.0f} s, measured in {took[1]:.0f} s")
            yield orders, size


def _say(line: str) -> None:
    print(line, flush=True)  # what follows may take long


def _drop(engine: Engine, index: str | None) -> None:
    if index is None:
        return
    try:
        with engine.begin() as connection:
            name = connection.dialect.identifier_preparer.quote_identifier(index)
            connection.execute(text(f"DROP INDEX {name}"))
    except DBAPIError as error:
        raise DatabaseError(f"--drop-index {index}: {str(error.orig).strip()}") from error


def _numbers(text: str) -> list[int]:
    numbers = [int(number) for number in text.split(",")]
    if min(numbers) < 1 or numbers != sorted(set(numbers)):
        raise argparse.ArgumentTypeError("takes ascending numbers from 1, joined by commas")
    return numbers


def _sizes(text: str) -> list[int]:
    numbers = _numbers(text)
    if any(number % _STEP for number in numbers):
        raise argparse.ArgumentTypeError(f"takes multiples of {_STEP}")
    return numbers


def _count(text: str) -> int:
    (number,) = _numbers(text)
    return number


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures what orders cost in shops of any size.")
    sizes, many = "10000,100000,1000000", "1,16"
    parser.add_argument("--orders", type=_sizes, default=sizes, help=f"sizes (default {sizes})")
    parser.add_argument("--clients", type=_numbers, default=many, help=f"at once (default {many})")
    parser.add_argument("--calls", type=_count, default=1000, help="of each question (1000)")
    parser.add_argument("--writes", type=_count, default=500, help="refunds, each once (500)")
    parser.add_argument("--explain", type=_count, default=50, help="calls to explain (50)")
    parser.add_argument("--drop-index", metavar="NAME", help="take an index away first")
    parser.add_argument("--json", type=Path, help="where to write all figures and plans")
    return parser.parse_args(arguments)


def _keep(told: dict[str, Any], file: Path | None) -> None:
    if file is not None:
        content = json.dumps(told, ensure_ascii=False, indent=2)
        file.write_text(f"{content}\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Measure and print; 1 where a rule is broken."""
    options = _options(arguments)
    told: dict[str, Any] = {"machine": machine.facts()}
    print(", ".join(f"{name} {value}" for name, value in told["machine"].items()))
    given = os.environ.get(URL)
    sizes: dict[int, Size] = {}
    try:
        with ExitStack() as stack:
            url = given or stack.enter_context(own_server())
            print(f"PostgreSQL: {f'of {URL}' if given else 'its own, on a Unix socket'}; ", end="")
            for orders, size in stack.enter_context(closing(run(url, options))):
                sizes[orders] = size
                told[str(orders)] = tables.as_data(size)
                _keep(told, options.json)
    except KefuError as error:
        raise SystemExit(str(error)) from error
    print(f"\n## times\n\n{tables.times(sizes)}")
    print(f"\n## growth\n\n{tables.growths(sizes)}")
    print(f"\n## statements at {max(sizes):,} orders\n\n{tables.statements(sizes[max(sizes)])}")
    print(f"\n{tables.verdicts(sizes)}")
    return 1 if scans(sizes) or grown(sizes) else 0


if __name__ == "__main__":
    # Its server must not outlive it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended before it was done."))
    sys.exit(main(sys.argv[1:]))
