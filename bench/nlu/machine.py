"""On what the figures were measured: without it, seconds say nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

_CPUS = Path("/proc/cpuinfo")
_LIBRARIES = ("rasa", "tensorflow", "torch", "scikit-learn")


def facts() -> dict[str, str | float]:
    """Processor, cores that this process may use and what else they do, where torch computes."""
    import torch

    from kefu.encoder.encoder import native_precision, resolve_device
    from kefu.settings import load_settings

    device = resolve_device(load_settings().device)
    native = native_precision(device) == torch.bfloat16
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "processes that ran before": round(os.getloadavg()[0], 1),
        "torch on": device.type,
        "bf16": "native" if native else "none",
        **{name: _version(name) for name in _LIBRARIES},
    }


def _processor() -> str:
    if _CPUS.exists():
        for line in _CPUS.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _version(library: str) -> str:
    return version(library).partition("+")[0]
