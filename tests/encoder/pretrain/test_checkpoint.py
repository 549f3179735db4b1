"""A checkpoint gives back what was saved, and is whole or not there."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

from kefu.encoder.pretrain.checkpoint import Checkpoint

CPU = torch.device("cpu")


def trained(seed: int) -> tuple[nn.Module, torch.optim.Optimizer]:
    """A layer and its optimizer after one step."""
    torch.manual_seed(seed)
    layer = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.randn(4, 3)).sum().backward()
    optimizer.step()
    return layer, optimizer


def test_weights_optimizer_and_facts_come_back(tmp_path: Path):
    layer, optimizer = trained(1)
    Checkpoint(tmp_path / "x.pt", layer, optimizer).save(step=5, curve=[(1, 2, 3.5, 0.1)])
    other, its_optimizer = trained(2)
    facts = Checkpoint(tmp_path / "x.pt", other, its_optimizer).restore(CPU)
    assert facts == {"step": 5, "curve": [(1, 2, 3.5, 0.1)]}
    assert torch.equal(layer.weight, other.weight)
    for one, another in zip(optimizer.state.values(), its_optimizer.state.values(), strict=True):
        assert torch.equal(one["exp_avg"], another["exp_avg"])


def test_where_nothing_was_saved_nothing_changes(tmp_path: Path):
    layer, optimizer = trained(1)
    before = copy.deepcopy(layer.state_dict())
    assert Checkpoint(tmp_path / "x.pt", layer, optimizer).restore(CPU) == {}
    assert torch.equal(layer.weight, before["weight"])


def test_a_save_that_fails_leaves_the_one_before(tmp_path: Path):
    checkpoint = Checkpoint(tmp_path / "x.pt", *trained(1))
    checkpoint.save(step=1)
    with pytest.raises(Exception, match="pickle"):
        checkpoint.save(step=2, unwritable=lambda: None)
    assert checkpoint.restore(CPU) == {"step": 1}
