"""The masked stage learns, and a run that was killed goes on along the same curve."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertModel

from kefu.encoder.pretrain.corpus import Examples
from kefu.encoder.pretrain.masked import learning_rate, train_masked
from kefu.encoder.pretrain.masking import MaskedBatch, Masker
from kefu.encoder.pretrain.recipe import Recipe
from tests.encoder.pretrain.toy import packed, recipe
from tests.encoder.tiny import config


class Killed(BaseException):
    """What a kill does to a run, as seen from inside."""


class Interrupted(Masker):
    """Dies when the batch of a certain step is drawn."""

    def __init__(self, size: int, at: int) -> None:
        super().__init__({}, size, 0.15)
        self._left = at

    def batch(
        self, examples: Examples, rows: np.ndarray, chance: np.random.Generator
    ) -> MaskedBatch:
        if not self._left:
            raise Killed
        self._left -= 1
        return super().batch(examples, rows, chance)


def train(
    checkpoint: Path, plan: Recipe, *, until: int | None = None, seed: int = 0
) -> tuple[dict[str, torch.Tensor], list[str]]:
    """The weights after training, and the lines reported; killed before step `until`."""
    examples, vocabulary = packed()
    torch.manual_seed(seed)
    bert = BertModel(config(len(vocabulary), num_hidden_layers=1), add_pooling_layer=False)
    size = len(vocabulary)
    masker = Masker({}, size, 0.15) if until is None else Interrupted(size, until)
    lines: list[str] = []
    train_masked(bert, examples, masker, plan, checkpoint, torch.device("cpu"), lines.append)
    return bert.state_dict(), lines


def curve(lines: list[str]) -> list[str]:
    """Steps and losses without the speed."""
    return [line.rsplit("  ", 1)[0] for line in lines if line.startswith("step")]


def test_a_killed_run_goes_on_along_the_same_curve(tmp_path: Path):
    plan = recipe(steps=60, checkpoint_every=10)
    whole, straight = train(tmp_path / "whole.pt", plan)
    with pytest.raises(Killed):
        train(tmp_path / "cut.pt", plan, until=47)
    # Other first weights: what counts comes from the checkpoint.
    resumed, rest = train(tmp_path / "cut.pt", plan, seed=99)
    assert rest[0] == "going on from step 40"
    assert curve(rest) == curve(straight)[2:]
    for name, tensor in whole.items():
        assert torch.equal(tensor, resumed[name]), name


def test_the_loss_falls(tmp_path: Path):
    _, lines = train(tmp_path / "x.pt", recipe(steps=60, learning_rate=3e-3, warmup=5))
    losses = [float(line.split("masked loss ")[1].split()[0]) for line in curve(lines)]
    assert losses[-1] < losses[0] - 0.5


def test_a_finished_run_is_not_repeated(tmp_path: Path):
    plan = recipe(steps=4)
    first, _ = train(tmp_path / "x.pt", plan)
    again, lines = train(tmp_path / "x.pt", plan, seed=99)
    assert lines == ["going on from step 4"]
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_a_checkpoint_is_whole_or_not_there(tmp_path: Path):
    with pytest.raises(Killed):
        train(tmp_path / "x.pt", recipe(steps=10, checkpoint_every=4), until=3)
    assert list(tmp_path.iterdir()) == []


def test_the_rate_warms_up_then_falls_to_a_twentieth():
    plan = recipe(steps=1_000, warmup=100, learning_rate=1e-3)
    rates = [learning_rate(plan, step) for step in range(1_000)]
    assert rates[0] == pytest.approx(1e-5)
    assert max(rates) == pytest.approx(rates[99]) == pytest.approx(1e-3)
    assert rates[100:] == sorted(rates[100:], reverse=True)
    assert rates[-1] == pytest.approx(5e-5, rel=0.01)
