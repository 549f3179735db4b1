"""A trained module's steps recorded once, so that no Python runs between them.

Of what one short message costs a CPU core, a third to a half goes into Python's way from one small
step to the next. TorchScript runs the same steps with the same numbers without it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import torch
from torch import nn


def record(module: nn.Module, example: Sequence[torch.Tensor]) -> torch.jit.ScriptModule:
    """The module's forward pass as TorchScript, for inputs of any length; its weights are fixed.

    Args:
        module: for inference; its steps may not depend on the inputs' values.
        example: inputs of at least two different sizes, none of them 1 but where it always is.
    """
    with torch.no_grad(), warnings.catch_warnings():
        # What it warns of, sizes of inputs, is recorded as sizes.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # type: ignore[attr-defined]
        traced = torch.jit.trace(module.eval(), tuple(example), check_trace=False)  # type: ignore[no-untyped-call]
        recorded: torch.jit.ScriptModule = torch.jit.freeze(traced)
        return recorded
