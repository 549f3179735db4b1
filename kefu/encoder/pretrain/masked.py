"""The masked stage: word prediction and sentence order, with checkpoints."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from transformers import BertModel

from kefu.encoder.encoder import native_precision
from kefu.encoder.pretrain.checkpoint import Checkpoint
from kefu.encoder.pretrain.corpus import Examples
from kefu.encoder.pretrain.masking import MaskedBatch, Masker
from kefu.encoder.pretrain.recipe import Recipe
from kefu.encoder.pretrain.vocabulary import PAD
from kefu.errors import SettingsError

Report = Callable[[str], None]
Point = tuple[int, int, float, float]  # step, tokens seen, masked loss, order loss


class PretrainingHeads(nn.Module):
    """BERT's word head (decoder tied to the embeddings) and a sentence-order head."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        hidden = bert.config.hidden_size
        self.transform = nn.Sequential(nn.Linear(hidden, hidden), nn.GELU(), nn.LayerNorm(hidden))
        self.bias = nn.Parameter(torch.zeros(bert.config.vocab_size))
        self.order = nn.Sequential(nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 2))

    def forward(
        self, hidden: torch.Tensor, positions: torch.Tensor, embeddings: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of the words at `positions` (m, vocabulary) and of the order (n, 2)."""
        chosen = self.transform(hidden.flatten(0, 1)[positions])
        return chosen @ embeddings.T + self.bias, self.order(hidden[:, 0])


def optimizer_for(module: nn.Module, rate: float, decay: float) -> torch.optim.AdamW:
    """AdamW without weight decay on biases and norms, as BERT's authors train."""
    parameters = [p for p in module.parameters() if p.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=rate,
        betas=(0.9, 0.98),
        eps=1e-6,
    )


def learning_rate(recipe: Recipe, step: int) -> float:
    """Warm-up, plateau, linear down to a twentieth (Hu et al. 2024, arXiv 2404.06395)."""
    left = (recipe.steps - step) / max(1.0, recipe.decay_share * recipe.steps)
    return recipe.learning_rate * min((step + 1) / max(1, recipe.warmup), max(left, 0.05), 1.0)


def precision_of(recipe: Recipe, device: torch.device) -> torch.dtype:
    """The type to multiply in, as the recipe says."""
    if recipe.precision == "auto":
        return native_precision(device)
    return {"bf16": torch.bfloat16, "fp32": torch.float32}[recipe.precision]


class _Batches(Dataset[MaskedBatch]):
    """The masked batch of each step from `first` on, whoever asks for it and when."""

    def __init__(self, examples: Examples, masker: Masker, recipe: Recipe, first: int) -> None:
        self._examples, self._masker, self._recipe, self._first = examples, masker, recipe, first

    def __len__(self) -> int:
        return self._recipe.steps - self._first

    def __getitem__(self, index: int) -> MaskedBatch:
        step = self._first + index
        rows = _rows(self._recipe, len(self._examples.split), step)
        return self._masker.batch(self._examples, rows, np.random.default_rng([17, step]))


def masking_processes(device: torch.device) -> int:
    """How many processes mask ahead: a GPU outpaces one of them, a CPU has none to spare."""
    return max(0, len(os.sched_getaffinity(0)) - 1) if device.type == "cuda" else 0


def train_masked(
    bert: BertModel,
    examples: Examples,
    masker: Masker,
    recipe: Recipe,
    checkpoint: Path,
    device: torch.device,
    report: Report,
) -> list[Point]:
    """Runs to `recipe.steps`; continues from `checkpoint` where there is one.

    Batches and dropout of a step are drawn from the seed and the step's number, so a run that
    was killed goes on along the same loss curve. Returns that curve.

    Raises:
        SettingsError: `checkpoint` has had more steps already.
    """
    heads = PretrainingHeads(bert).to(device)
    both = nn.ModuleList([bert, heads])
    optimizer = optimizer_for(both, recipe.learning_rate, recipe.weight_decay)
    precision = precision_of(recipe, device)
    saved = Checkpoint(checkpoint, both, optimizer)
    facts = saved.restore(device)
    first, tokens = int(facts.get("step", 0)), int(facts.get("tokens", 0))
    curve: list[Point] = facts.get("curve", [])
    if first > recipe.steps:
        raise SettingsError(
            f"{checkpoint} is {first} steps old, the recipe wants {recipe.steps}; "
            "pass another --work folder or more steps."
        )
    if first:
        report(f"going on from step {first}")
    bert.train()
    losses: list[list[float]] = facts.get("losses", [])
    latest: list[torch.Tensor] = []  # losses still on the device: to read one is to wait for it
    started, before = time.monotonic(), tokens
    batches = DataLoader(
        _Batches(examples, masker, recipe, first),
        batch_size=None,
        num_workers=masking_processes(device),
    )
    for step, batch in enumerate(batches, first):
        torch.manual_seed(recipe.seed * 1_000_003 + step)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(recipe, step)
        loss = _loss(bert, heads, batch, device, precision)
        optimizer.zero_grad(set_to_none=True)
        loss[0].backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(both.parameters(), 1.0)
        optimizer.step()
        latest.append(torch.stack(loss[1:]))
        tokens += int((batch.inputs != PAD).sum())
        due = (step + 1) % recipe.checkpoint_every == 0 or step + 1 == recipe.steps
        if (step + 1) % 20 == 0 or due:
            losses += torch.stack(latest).tolist()
            latest.clear()
        if (step + 1) % 20 == 0 or step + 1 == recipe.steps:
            words, order = np.mean(losses[-20:], axis=0)
            curve.append((step + 1, tokens, round(float(words), 3), round(float(order), 3)))
            speed = (tokens - before) / (time.monotonic() - started)
            report(
                f"step {step + 1}/{recipe.steps}  masked loss {words:.3f}  "
                f"order loss {order:.3f}  {speed:,.0f} tokens/s"
            )
        if due:
            saved.save(step=step + 1, tokens=tokens, curve=curve, losses=losses[-20:])
    bert.eval()
    return curve


def _loss(
    bert: BertModel,
    heads: PretrainingHeads,
    batch: MaskedBatch,
    device: torch.device,
    precision: torch.dtype,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    inputs = torch.from_numpy(batch.inputs).to(device)
    with torch.autocast(device.type, dtype=precision, enabled=precision != torch.float32):
        hidden = bert(
            input_ids=inputs,
            attention_mask=(inputs != PAD).long(),
            token_type_ids=torch.from_numpy(batch.segments).to(device),
        ).last_hidden_state
        words, order = heads(
            hidden,
            torch.from_numpy(batch.positions).to(device),
            bert.embeddings.word_embeddings.weight,
        )
    cross_entropy = nn.functional.cross_entropy
    word_loss = cross_entropy(words.float(), torch.from_numpy(batch.targets).to(device))
    order_loss = cross_entropy(order.float(), torch.from_numpy(batch.swapped).to(device))
    return word_loss + order_loss, word_loss.detach(), order_loss.detach()


def _rows(recipe: Recipe, examples: int, step: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The step's examples: each epoch is a new permutation drawn from the seed."""
    picks = np.arange(step * recipe.batch, (step + 1) * recipe.batch)
    rows = np.empty(recipe.batch, dtype=np.int64)
    for epoch in np.unique(picks // examples):
        order = np.random.default_rng([recipe.seed, int(epoch)]).permutation(examples)
        inside = picks // examples == epoch
        rows[inside] = order[picks[inside] % examples]
    return rows
