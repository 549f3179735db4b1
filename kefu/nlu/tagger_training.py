"""Trains the tagger on after the encoder has learned: entities want more rounds than intents.

The encoder stays as it is, so its vectors are computed once and a round costs a tenth of one
through the encoder. Imports no Rasa.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from kefu.nlu.joint import IGNORED, Batch, Collator, JointModel, Reading

Report = Callable[[str], None]


@dataclass(frozen=True)
class TaggerTraining:
    """Hyperparameters; chosen on a split of the training data, never on tests/nlu."""

    epochs: int = 4
    batch: int = 64
    rate: float = 1.5e-3
    weight_decay: float = 0.01
    hide_marks: float = 0.15  # share of the messages without hints: no table lists everything


def train_tagger(
    model: JointModel,
    collator: Collator,
    lessons: Sequence[tuple[Reading, Sequence[int]]],
    plan: TaggerTraining,
    device: torch.device,
    chance: np.random.Generator,
    report: Report = lambda line: None,
) -> None:
    """Changes the tagger's weights in place.

    Args:
        model: with a trained encoder.
        collator: makes batches for it.
        lessons: messages and the numbers of their tokens' tags.
        plan: hyperparameters.
        device: where the model is.
        chance: orders batches and hides marks.
        report: takes lines for people.
    """
    order = sorted(range(len(lessons)), key=lambda at: len(lessons[at][0].text))
    parts = [order[start : start + plan.batch] for start in range(0, len(order), plan.batch)]
    batches = [_prepared(model, collator, [lessons[at] for at in part], device) for part in parts]
    if not batches:
        return
    optimizer = torch.optim.AdamW(
        model.tagger.parameters(), lr=plan.rate, weight_decay=plan.weight_decay, fused=True
    )
    steps = plan.epochs * len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.0, 1 - step / steps))
    model.eval()
    model.tagger.train()
    for epoch in range(plan.epochs):
        total = 0.0
        for number in chance.permutation(len(batches)):
            batch, vectors, targets = batches[number]
            shown = torch.from_numpy(chance.random((len(targets), 1, 1)) >= plan.hide_marks)
            marks = batch.marks * shown.to(device)
            logits = model.tags(replace(batch, marks=marks), vectors.float())
            loss = nn.functional.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += loss.item()
        if epoch + 1 in (1, plan.epochs):
            report(f"tagger {epoch + 1}/{plan.epochs}: loss {total / len(batches):.3f}")
    model.eval()


def _prepared(
    model: JointModel,
    collator: Collator,
    lessons: Sequence[tuple[Reading, Sequence[int]]],
    device: torch.device,
) -> tuple[Batch, torch.Tensor, torch.Tensor]:
    """A batch, its tokens' vectors in half precision, and the targets (n, tokens)."""
    batch = collator.batch([reading for reading, _ in lessons]).to(device)
    model.eval()
    with torch.no_grad():
        vectors = model.token_vectors(batch).half()
    targets = torch.full(batch.identities.shape, IGNORED)
    for row, (_, tags) in zip(targets, lessons, strict=True):
        row[: len(tags)] = torch.tensor(tags, dtype=torch.long)
    return batch, vectors, targets.to(device)
