"""Loading, one message, many messages; each in a process of its own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import numpy as np

MESSAGES, CHARACTERS, BATCH = 300, 16, 256
_LETTERS = "的一是了我不有在他这来到时大地为子中你说生国年着就那和要她出也得里后自以会"


@dataclass(frozen=True)
class Speed:
    """Seconds to load, milliseconds for one message (p50, p95), messages a second."""

    load: float
    p50: float
    p95: float
    alone: float
    batched: float


def measure(model: str, threads: int) -> Speed:
    """Runs this module in a new process with that many threads and cores."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    done = subprocess.run(
        [sys.executable, "-m", "bench.encoder.speed", model, str(threads)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return Speed(**json.loads(done.stdout.splitlines()[-1]))


def messages(count: int, characters: int = CHARACTERS) -> list[str]:
    """Distinct texts, so that none is remembered."""
    chance = random.Random(1)
    return ["".join(chance.choices(_LETTERS, k=characters)) for _ in range(count)]


def main() -> None:
    """Print one JSON object."""
    model, threads = sys.argv[1], int(sys.argv[2])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import torch

    from kefu.encoder import Encoder

    torch.set_num_threads(threads)
    started = time.perf_counter()
    encoder = Encoder.load(model, "cpu")
    load = time.perf_counter() - started
    texts = messages(3 * MESSAGES + BATCH)
    for text in texts[:MESSAGES]:
        encoder.encode([text])
    took = []
    for text in texts[MESSAGES : 3 * MESSAGES]:
        started = time.perf_counter()
        encoder.encode([text])
        took.append(time.perf_counter() - started)
    batches = []
    for number in range(5):
        batch = [f"{text}{number}" for text in texts[-BATCH:]]
        started = time.perf_counter()
        encoder.encode(batch)
        batches.append(time.perf_counter() - started)
    speed = Speed(
        load=load,
        p50=float(np.percentile(took, 50)) * 1000,
        p95=float(np.percentile(took, 95)) * 1000,
        alone=len(took) / sum(took),
        batched=BATCH / float(np.median(batches)),
    )
    print(json.dumps(asdict(speed)))


if __name__ == "__main__":
    main()
