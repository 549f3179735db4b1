"""How long a newcomer waits: `python -m bench.first_light`, as a markdown table.

    --url ADDRESS    webhook of a running assistant: latency of single messages, one after the other
    --start          time of `make run` to its first answer, with everything installed and trained
    --train          time of `kefu train --force`

Without --url, --start also measures the latency of the assistant that it started. Send messages as
buyers of the demo shop; the assistant must run in development.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
MESSAGES = {
    "greeting": "在吗亲",
    "own orders": "帮我查下我的订单",
    "where is the parcel": "我的快递到哪了",
    "knowledge base": "七天无理由从哪天开始算呀",
    "product question": "四件套是纯棉的吗",
    "out of scope": "帮我写首关于秋天的诗吧",
}
ROUNDS = 20
TIMEOUT_SECONDS = 300.0


def ask(url: str, sender: str, message: str) -> float:
    """Seconds until the answer is complete; an empty answer is an error."""
    body = json.dumps({"sender": sender, "message": message}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    started = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as response:
        answers = json.load(response)
    if not answers:
        raise SystemExit(f"no answer to {message}")
    return time.perf_counter() - started


def latency(url: str) -> list[tuple[str, str]]:
    """p50 and p95 for each kind of message, every time from another buyer."""
    rows = []
    everything: list[float] = []
    ask(url, "buyer-0200", MESSAGES["greeting"])  # whatever the first message loads
    for kind, message in MESSAGES.items():
        taken = [ask(url, f"buyer-{n + 1:04d}", message) for n in range(ROUNDS)]
        everything += taken
        rows.append((f"answer to a message: {kind}", percentiles(taken)))
    return [*rows, ("answer to a message: all", percentiles(everything))]


def percentiles(seconds: list[float]) -> str:
    """For people, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=20)
    return f"p50 {statistics.median(seconds) * 1000:.0f} ms, p95 {cuts[-1] * 1000:.0f} ms"


def start(url: str) -> tuple[subprocess.Popen[bytes], float]:
    """Run `make run` and wait for its first answer."""
    started = time.perf_counter()
    running = subprocess.Popen(
        ["make", "run"], cwd=HOME, stdout=subprocess.DEVNULL, start_new_session=True
    )
    while time.perf_counter() - started < TIMEOUT_SECONDS:
        if running.poll() is not None:
            raise SystemExit(f"make run ended with exit code {running.returncode}")
        try:
            ask(url, "buyer-0200", MESSAGES["greeting"])
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return running, time.perf_counter() - started
    raise SystemExit("make run did not answer in time")


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="webhook of a running assistant")
    parser.add_argument("--start", action="store_true")
    parser.add_argument("--train", action="store_true")
    wanted = parser.parse_args()
    if not (wanted.url or wanted.start or wanted.train):
        parser.error("say what to measure: --url, --start, --train")
    rows: list[tuple[str, str]] = []
    if wanted.train:
        started = time.perf_counter()
        command = [sys.executable, "-m", "kefu.cli", "train", "--force"]
        subprocess.run(command, cwd=HOME, check=True, stdout=subprocess.DEVNULL)
        rows.append(("training", f"{time.perf_counter() - started:.0f} s"))
    port = os.environ.get("KEFU_PORT", "5005")
    url = wanted.url or f"http://127.0.0.1:{port}/webhooks/rest/webhook"
    if wanted.start:
        running, seconds = start(url)
        try:
            rows.append(("`make run` to the first answer", f"{seconds:.1f} s"))
            rows += latency(url)
            stopping = time.perf_counter()
        finally:
            os.killpg(running.pid, signal.SIGINT)
            running.wait(30)
        rows.append(("Ctrl-C to the end", f"{time.perf_counter() - stopping:.1f} s"))
    elif wanted.url:
        rows += latency(url)
    print(f"| what | {os.cpu_count()} CPU cores |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


if __name__ == "__main__":
    main()
