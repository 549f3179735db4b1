"""The masked stage learns, and a run that was killed goes on along the same curve."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from transformers import BertModel

from kefu.encoder.pretrain.corpus import Examples
from kefu.encoder.pretrain.masked import (
    Point,
    learning_rate,
    masking_processes,
    precision_of,
    train_masked,
)
from kefu.encoder.pretrain.masking import MaskedBatch, Masker
from kefu.encoder.pretrain.recipe import Recipe
from kefu.encoder.pretrain.vocabulary import PAD
from kefu.errors import SettingsError
from tests.encoder.pretrain.toy import Killed, packed, recipe
from tests.encoder.tiny import config

CPU = torch.device("cpu")


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


class Trained(NamedTuple):
    """Weights after training, lines reported, loss curve returned."""

    weights: dict[str, torch.Tensor]
    lines: list[str]
    curve: list[Point]


def train(checkpoint: Path, plan: Recipe, *, until: int | None = None, seed: int = 0) -> Trained:
    """A run from first weights drawn with `seed`; killed before step `until`."""
    examples, vocabulary = packed()
    torch.manual_seed(seed)
    bert = BertModel(config(len(vocabulary), num_hidden_layers=1), add_pooling_layer=False)
    size = len(vocabulary)
    masker = Masker({}, size, 0.15) if until is None else Interrupted(size, until)
    lines: list[str] = []
    curve = train_masked(bert, examples, masker, plan, checkpoint, CPU, lines.append)
    return Trained(bert.state_dict(), lines, curve)


def same_weights(one: Trained, other: Trained) -> bool:
    return all(torch.equal(one.weights[name], other.weights[name]) for name in one.weights)


def test_a_killed_run_goes_on_along_the_same_curve(tmp_path: Path):
    plan = recipe(steps=60, checkpoint_every=10)
    whole = train(tmp_path / "whole.pt", plan)
    with pytest.raises(Killed):
        train(tmp_path / "cut.pt", plan, until=57)
    # Other first weights: what counts comes from the checkpoint.
    resumed = train(tmp_path / "cut.pt", plan, seed=99)
    assert resumed.lines[0] == "going on from step 50"
    assert len(resumed.lines) == 2
    assert resumed.curve == whole.curve
    assert same_weights(resumed, whole)


def test_the_curve_has_step_tokens_and_both_losses(tmp_path: Path):
    found = train(tmp_path / "x.pt", recipe(steps=60))
    examples, _ = packed()
    mean_tokens = float((examples.pieces != PAD).sum(axis=1).mean()) * recipe().batch
    assert [step for step, *_ in found.curve] == [20, 40, 60]
    for step, tokens, words, order in found.curve:
        assert isinstance(tokens, int)
        assert tokens == pytest.approx(step * mean_tokens, rel=0.1)
        assert 0 < words < 1.1 * math.log(len(packed()[1]))
        assert 0 < order < 3 * math.log(2)
        assert f"step {step}/60  masked loss {words:.3f}  order loss {order:.3f}" in "\n".join(
            found.lines
        )


def test_a_finished_run_is_not_repeated(tmp_path: Path):
    plan = recipe(steps=20)
    first = train(tmp_path / "x.pt", plan)
    again = train(tmp_path / "x.pt", plan, seed=99)
    assert again.lines == ["going on from step 20"]
    assert again.curve == first.curve
    assert same_weights(again, first)


def test_a_checkpoint_of_more_steps_is_refused(tmp_path: Path):
    train(tmp_path / "x.pt", recipe(steps=4))
    with pytest.raises(SettingsError, match=r"x\.pt is 4 steps old"):
        train(tmp_path / "x.pt", recipe(steps=3))


def test_the_curve_ends_with_the_last_step(tmp_path: Path):
    assert [step for step, *_ in train(tmp_path / "x.pt", recipe(steps=25)).curve] == [20, 25]


def test_a_longer_run_goes_on_where_a_shorter_one_ended(tmp_path: Path):
    short = train(tmp_path / "x.pt", recipe(steps=20))
    long = train(tmp_path / "x.pt", recipe(steps=40), seed=99)
    assert long.lines[0] == "going on from step 20"
    assert long.curve[:1] == short.curve
    assert [step for step, *_ in long.curve] == [20, 40]


def test_a_run_killed_before_its_first_checkpoint_leaves_nothing(tmp_path: Path):
    with pytest.raises(Killed):
        train(tmp_path / "x.pt", recipe(steps=10, checkpoint_every=4), until=3)
    assert list(tmp_path.iterdir()) == []


def test_masking_ahead_in_other_processes_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    alone = train(tmp_path / "alone.pt", recipe(steps=40))
    assert masking_processes(CPU) == 0
    monkeypatch.setattr("kefu.encoder.pretrain.masked.masking_processes", lambda device: 2)
    ahead = train(tmp_path / "ahead.pt", recipe(steps=40))
    assert ahead.curve == alone.curve
    assert same_weights(ahead, alone)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_loss_falls(tmp_path: Path, precision: str):
    plan = recipe(steps=60, learning_rate=3e-3, warmup=5, precision=precision)
    losses = [words for _, _, words, _ in train(tmp_path / "x.pt", plan).curve]
    assert losses[-1] < losses[0] - 0.5


class TestLearningRate:
    PLAN = recipe(steps=1_000, warmup=100, decay_share=0.2, learning_rate=1e-3)

    def rates(self, first: int, last: int, plan: Recipe = PLAN) -> list[float]:
        return [learning_rate(plan, step) for step in range(first, last)]

    def test_it_warms_up_in_even_steps(self):
        assert self.rates(0, 100) == pytest.approx(np.linspace(1e-5, 1e-3, 100))

    def test_it_stays_until_the_decay_begins(self):
        assert set(self.rates(99, 801)) == {1e-3}

    def test_it_falls_in_even_steps_to_a_twentieth(self):
        assert self.rates(800, 991) == pytest.approx(np.linspace(1e-3, 5e-5, 191))
        assert self.rates(990, 1_000) == pytest.approx([5e-5] * 10)

    def test_a_longer_run_begins_like_a_shorter_one(self):
        longer = recipe(steps=2_000, warmup=100, decay_share=0.2, learning_rate=1e-3)
        assert self.rates(0, 801) == self.rates(0, 801, longer)

    def test_without_warm_up_or_decay_it_is_constant(self):
        flat = recipe(steps=10, warmup=0, decay_share=0, learning_rate=1e-3)
        assert set(self.rates(0, 10, flat)) == {1e-3}


class TestPrecision:
    @pytest.mark.parametrize("device", ["cpu", "cuda"])
    @pytest.mark.parametrize(
        ("wanted", "expected"), [("bf16", torch.bfloat16), ("fp32", torch.float32)]
    )
    def test_what_the_recipe_says_is_used(self, device: str, wanted: str, expected: torch.dtype):
        assert precision_of(recipe(precision=wanted), torch.device(device)) == expected

    def test_auto_is_bf16_where_the_device_multiplies_it(self):
        assert precision_of(recipe(), torch.device("cuda")) == torch.bfloat16
        able = torch.cpu.get_capabilities()
        native = able.get("amx_bf16") or able.get("avx512_bf16")
        assert precision_of(recipe(), CPU) == (torch.bfloat16 if native else torch.float32)
