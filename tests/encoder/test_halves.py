"""Weights kept in halves give the numbers of fp32; layers that would lose by it stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from kefu.encoder import Encoder
from kefu.encoder.halves import HalfLinear, keep_halves
from tests.encoder.tiny import write_bert

ABLE = torch.backends.quantized.engine in ("fbgemm", "x86")


def linear(width: int, out: int, bias: bool = True) -> nn.Linear:
    torch.manual_seed(5)
    made = nn.Linear(width, out, bias=bias)
    made.weight.data = made.weight.data.half().float()
    return made


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(1, 1, 48), (1, 18, 48), (7, 30, 48), (5, 48)])
def test_the_numbers_are_those_of_fp32(shape: tuple[int, ...], bias: bool):
    plain, rows = linear(48, 20, bias), torch.randn(shape)
    model = nn.Sequential(plain)
    keep_halves(model)
    with torch.inference_mode():
        torch.testing.assert_close(model(rows), plain(rows), atol=1e-5, rtol=1e-5)


def test_layers_within_layers_are_replaced_where_the_processor_is_able():
    model = nn.ModuleDict({"a": linear(4, 4), "b": nn.Sequential(nn.GELU(), linear(4, 2))})
    keep_halves(model)
    assert isinstance(model["a"], HalfLinear) == ABLE
    assert isinstance(model["b"][1], HalfLinear) == ABLE


def test_a_layer_that_would_lose_something_stays():
    exact, rounded, short = linear(4, 4), linear(4, 4), linear(4, 4)
    rounded.weight.data += 1e-5
    short.to(torch.bfloat16)
    model = nn.ModuleList([nn.Sequential(exact), rounded, short])
    keep_halves(model)
    assert model[1] is rounded
    assert model[2] is short


def test_an_encoder_says_the_same_with_halves_and_without(tmp_path: Path):
    folder = str(write_bert(tmp_path / "bert"))
    texts = ["你好", "什么时候发货呀", "退款" * 20]
    plain, kept = (
        Encoder.load(folder, "cpu", precision).sentence_vectors(texts)
        for precision in ("fp32", "auto")
    )
    able = torch.cpu.get_capabilities()
    coarse = able.get("amx_bf16") or able.get("avx512_bf16")
    np.testing.assert_allclose(kept, plain, atol=0.05 if coarse else 1e-5)
