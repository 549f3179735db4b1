"""Linear layers that keep their weights in half precision and count in full.

One message is a few rows, so a CPU core waits for weights more than it multiplies. Weights that
were stored as halves are halves still, whatever type they are opened in: kept so in memory, and
widened in registers (FBGEMM, Khudia et al. 2021, arXiv 2101.05615), they are half as much to wait
for. The numbers stay those of fp32.
"""

from __future__ import annotations

import torch
from torch import nn

_ENGINES = frozenset({"fbgemm", "x86"})  # of torch; the others widen no halves
_pack = torch.ops.quantized.linear_prepack_fp16
_multiply = torch.ops.quantized.linear_dynamic_fp16


class HalfLinear(nn.Module):
    """What a trained `nn.Linear` computes, on CPU, from packed halves."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        bias = None if linear.bias is None else linear.bias.detach()
        self._packed = _pack(linear.weight.detach(), bias)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """fp32 (…, in) to fp32 (…, out)."""
        product: torch.Tensor = _multiply(rows, self._packed)
        return product


def keep_halves(module: nn.Module) -> None:
    """Replaces the linear layers inside that lose nothing by it; they cannot be trained on."""
    if torch.backends.quantized.engine not in _ENGINES:
        return
    for name, child in module.named_children():
        if isinstance(child, nn.Linear) and _loses_nothing(child.weight):
            setattr(module, name, HalfLinear(child))
        else:
            keep_halves(child)


def _loses_nothing(weight: torch.Tensor) -> bool:
    plain = weight.dtype == torch.float32 and weight.device.type == "cpu"
    return plain and torch.equal(weight.half().float(), weight)
