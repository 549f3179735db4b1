"""Splits a hashed requirements file for KEFU_TORCH=cpu.

    python scripts/cpu_requirements.py requirements/runtime.txt REST_FILE

Writes every requirement except torch and what only its CUDA build needs, hashes and all, to
REST_FILE, and prints the pinned `torch==…`. Runs on any Python 3; no dependencies.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CUDA_ONLY = re.compile(r"^(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+)==")


def split(text: str) -> tuple[str, str]:
    """Split the text of a requirements file into (all but torch and CUDA, `torch==…`).

    Raises:
        ValueError: the file pins no torch.
    """
    kept: list[str] = []
    torch, skipping = "", False
    for line in text.splitlines(keepends=True):
        starts_requirement = line[:1] not in (" ", "#", "\n", "")
        if starts_requirement:
            skipping = CUDA_ONLY.match(line) is not None
            if line.startswith("torch=="):
                torch = line.split()[0]
        if not skipping:
            kept.append(line)
    if not torch:
        raise ValueError("the file pins no torch: regenerate it with `make lock`")
    return "".join(kept), torch


if __name__ == "__main__":
    rest, torch_pin = split(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(rest, encoding="utf-8")
    print(torch_pin)
