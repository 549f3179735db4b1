"""The state of a training loop on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn


class Checkpoint:
    """Weights, optimizer and facts of one stage, in one file."""

    def __init__(self, path: Path, module: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        self._path = path
        self._module = module
        self._optimizer = optimizer

    def restore(self, device: torch.device) -> dict[str, Any]:
        """Puts weights and optimizer back; returns the facts, {} where nothing was saved."""
        if not self._path.is_file():
            return {}
        state: dict[str, Any] = torch.load(self._path, map_location=device, weights_only=True)
        self._module.load_state_dict(state.pop("weights"))
        self._optimizer.load_state_dict(state.pop("optimizer"))
        return state

    def save(self, **facts: Any) -> None:
        """Writes beside and renames, so that a kill leaves the old file whole."""
        beside = self._path.with_suffix(".new")
        state = {"weights": self._module.state_dict(), "optimizer": self._optimizer.state_dict()}
        torch.save({**state, **facts}, beside)
        beside.replace(self._path)
