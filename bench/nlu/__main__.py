"""What understands messages best, and what it costs, in one run on one machine.

    python -m bench.nlu [--only PART,…] [--share S] [--epochs-diet N] [--seeds 1,2,…] [--json FILE]

`compare`: a linear model over n-grams, the same with the encoder's vectors, DIET over our
tokenizer and featurizer (config.diet.yml), and ours (config.yml), all trained on the same four
fifths of data/nlu and scored on the same fifth. `seeds`: ours with other seeds. `latency`: one
message at a time on one core. Intervals are 95 % bootstrap intervals over messages. The held-out
sets in tests/ take no part.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.encoder.speed import CHARACTERS, messages
from bench.nlu import linear, machine, tables
from bench.nlu.arms import Arm, LinearArm, diet, joint
from bench.nlu.compare import lead, verdicts
from bench.nlu.seeds import spreads
from bench.nlu.sets import make
from bench.nlu.workshop import Workshop
from kefu.errors import KefuError
from kefu.run.steps import Steps
from kefu.settings import HOME

PARTS = ("compare", "seeds", "latency")
ALONE = 350  # messages, one at a time
LOGS = HOME / "var" / "log"

Part = tuple[str, Any]
"""Markdown, and the same for JSON."""


def compare(workshop: Workshop, arms: Sequence[Arm], ours: str, rival: str) -> Part:
    """Every arm's figures, how far ours leads, and whether it is what it is meant to be."""
    found = {arm.name: workshop.outcome(arm) for arm in arms}
    ahead = {
        name: lead(workshop.sets.held, found[ours], other)
        for name, other in found.items()
        if name != ours
    }
    judged = verdicts(found, ours, rival)
    parts = (tables.outcomes(found), tables.leads(ours, ahead), tables.verdicts(judged))
    data = {
        "arms": {name: tables.as_data(outcome) for name, outcome in found.items()},
        "leads": {
            name: {figure: vars(estimate) for figure, estimate in figures.items()}
            for name, figures in ahead.items()
        },
        "verdicts": dict(judged),
    }
    return "\n\n".join(parts), data


def over_seeds(workshop: Workshop, arm: Callable[[int], Arm], seeds: Iterable[int]) -> Part:
    """One arm's figures by seed."""
    found = {seed: workshop.outcome(arm(seed)) for seed in seeds}
    over = spreads(found)
    data = {
        "seeds": {str(seed): tables.as_data(outcome) for seed, outcome in found.items()},
        "spreads": {name: {**vars(s), "within": s.within} for name, s in over.items()},
    }
    return tables.seeds(found, over), data


def latency(workshop: Workshop, arms: Sequence[Arm], count: int = ALONE) -> Part:
    """Each arm's latency for messages of the usual length, and of the training data's median."""
    lengths = sorted({CHARACTERS, workshop.sets.median_length})
    texts = [messages(count, length) for length in lengths]
    found = {arm.name: workshop.alone(arm, texts) for arm in arms}
    data = {
        arm: {
            **{str(n): vars(took) for n, took in zip(lengths, alone.latencies, strict=True)},
            "first": alone.first,
            "loading_seconds": vars(alone.loading),
        }
        for arm, alone in found.items()
    }
    return tables.latencies(lengths, found), data


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares ways to understand messages.")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, joined by commas")
    parser.add_argument("--share", type=float, default=1.0, help="of the training messages, 0 to 1")
    parser.add_argument("--epochs-diet", type=int, default=30, help="of DIET (default 30)")
    parser.add_argument("--seeds", default="1,2,3,4,5", help="for `seeds`, joined by commas")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(PARTS):
        parser.error(f"unknown part {min(unknown)}; the parts are {', '.join(PARTS)}")
    if not 0 < options.share <= 1:
        parser.error("--share is a part of the training messages: above 0, at most 1")
    if options.epochs_diet < 1:
        parser.error("--epochs-diet takes a number from 1")
    try:
        options.seeds = [int(seed) for seed in options.seeds.split(",")]
    except ValueError:
        parser.error("--seeds takes whole numbers joined by commas")
    return options


def _run(options: argparse.Namespace, folder: Path) -> None:
    sets = make(folder, options.share)
    workshop = Workshop(sets, folder, LOGS, Steps(Console(stderr=True)))
    ours, rival = joint(), diet(options.epochs_diet)
    measured: dict[str, Callable[[], Part]] = {
        "compare": lambda: compare(
            workshop, [*map(LinearArm, linear.KINDS), rival, ours], ours.name, rival.name
        ),
        "seeds": lambda: over_seeds(workshop, joint, options.seeds),
        "latency": lambda: latency(workshop, [ours, rival]),
    }
    told: dict[str, Any] = {
        "machine": machine.facts(),
        "training_messages": len(sets.training),
        "held_out_messages": len(sets.held),
        "share": options.share,
        "epochs_diet": options.epochs_diet,
    }
    print(
        f"{len(sets.training)} training messages ({options.share:.0%} of four fifths of data/nlu), "
        f"{len(sets.held)} held out, {len({e.intent for e in sets.held})} intents; "
        f"DIET: {options.epochs_diet} epochs\n"
        + ", ".join(f"{name} {value}" for name, value in told["machine"].items())
    )
    for part in PARTS:
        if part in options.only:
            text, told[part] = measured[part]()
            print(f"\n## {part}\n\n{text}", flush=True)
            if options.json is not None:  # after each part: what follows may take an hour and fail
                content = json.dumps(told, ensure_ascii=False, indent=2)
                options.json.write_text(f"{content}\n", encoding="utf-8")


def main() -> None:
    """Measure what was asked for and print it."""
    options = _options()
    try:
        with tempfile.TemporaryDirectory() as folder:
            _run(options, Path(folder))
    except KefuError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
