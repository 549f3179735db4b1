"""Dropout by random bytes drops and scales as torch's own does."""

from __future__ import annotations

import pytest
import torch

from kefu.nlu.dropout import ByteDropout


@pytest.mark.parametrize("share", [0.2, 0.35, 0.9])
def test_the_share_is_dropped_and_the_mean_stays(share: float):
    torch.manual_seed(1)
    seen = ByteDropout(share)(torch.ones(300, 333))
    assert (seen == 0).float().mean() == pytest.approx(share, abs=0.005)
    assert seen.mean() == pytest.approx(1.0, abs=0.02)
    assert len(seen.unique()) == 2


def test_what_was_dropped_learns_nothing():
    torch.manual_seed(1)
    inputs = torch.ones(50, 7, requires_grad=True)
    seen = ByteDropout(0.5)(inputs)
    seen.sum().backward()
    assert torch.equal(inputs.grad, seen.detach())


def test_it_is_another_one_each_time_and_the_same_after_a_seed():
    dropout, inputs = ByteDropout(0.5), torch.ones(64)
    torch.manual_seed(3)
    one, other = dropout(inputs), dropout(inputs)
    torch.manual_seed(3)
    assert torch.equal(dropout(inputs), one)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("dropout", [ByteDropout(0.0), ByteDropout(0.5).eval()])
def test_nothing_is_dropped_without_a_share_or_outside_training(dropout: ByteDropout):
    inputs = torch.arange(5.0)
    assert torch.equal(dropout(inputs), inputs)
