"""One joint model that is taught: epochs over lessons, and what it says of lessons held out.

Imports no Rasa.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import nn
from transformers import PreTrainedTokenizerFast

from kefu.encoder.encoder import native_precision
from kefu.nlu.intents import FloatArray, IntentTraining
from kefu.nlu.joint import IGNORED, Batch, Collator, JointModel
from kefu.nlu.lessons import Lesson, batches, parts

Report = Callable[[str], None]
_MASK = "[MASK]"


@dataclass(frozen=True)
class JointTraining:
    """Hyperparameters; chosen on a split of the training data, never on tests/nlu."""

    epochs: int = 4
    polish_epochs: int = 1  # at a tenth of the rates, over the held-out share and as many others
    least_steps: int = 800  # few messages are gone over more often, `most_epochs` times at most
    most_epochs: int = 20
    patience: int = 2  # epochs without a better loss on the held-out share
    batch: int = 48
    encoder_rate: float = 8e-4  # high: few epochs at it do as well as seven at 3e-4
    head_rate: float = 3e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.2
    encoder_dropout: float = 0.0  # masked pieces do enough in so few epochs
    smoothing: float = 0.1  # of the labels: some are wrong
    tag_weight: float = 3.0  # of the tags' loss: most tags are easy, so their mean is small
    forget: float = 0.1  # share of the pieces that are masked
    hide_marks: float = 0.15  # share of the messages without hints: no table lists everything
    held_out: float = 0.12
    seed: int = 7
    wide: IntentTraining = field(default_factory=IntentTraining)

    def epochs_over(self, lessons: int) -> int:
        """How often to go over so many: `epochs`, or more where that is too few steps."""
        steps = math.ceil(lessons / self.batch)
        return max(self.epochs, min(self.most_epochs, math.ceil(self.least_steps / steps)))


class School:
    """One model, its collator and labels; runs epochs and looks at held-out lessons."""

    def __init__(
        self,
        model: JointModel,
        collator: Collator,
        intents: list[str],
        tags: list[str],
        plan: JointTraining,
        device: torch.device,
        tokenizer: PreTrainedTokenizerFast,
    ) -> None:
        self._model, self._collator, self._plan, self._device = model, collator, plan, device
        self._intent = {name: number for number, name in enumerate(intents)}
        self._tag = {name: number for number, name in enumerate(tags)}
        self._mask = tokenizer.convert_tokens_to_ids(_MASK)
        self._precision = native_precision(device)

    def run(
        self,
        lessons: Sequence[Lesson],
        epochs: int,
        pace: float,
        chance: np.random.Generator,
        held: Sequence[Lesson],
        report: Report,
    ) -> dict[str, torch.Tensor]:
        """Trains; the weights after the epoch with the least loss on `held`, or after the last."""
        plan, model = self._plan, self._model
        optimizer = self._optimizer(pace)
        steps = epochs * math.ceil(len(lessons) / plan.batch)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: _rate(step, steps, plan.warmup)
        )
        weights = self._class_weights(lessons)
        best, least, since = model.state_dict(), math.inf, 0
        for epoch in range(epochs):
            model.train()
            total = 0.0
            for part in batches(lessons, plan.batch, chance):
                loss = self._loss(self._hidden(self._batch(part)), part, weights, plan.smoothing)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                total += loss.item() * len(part)
            line = f"epoch {epoch + 1}/{epochs}: loss {total / len(lessons):.3f}"
            if held:
                now = self._held_loss(held)
                report(f"{line}, held out {now:.3f}")
                since += 1
                if now < least:
                    best, least, since = copy.deepcopy(model.state_dict()), now, 0
                if since >= plan.patience:
                    break
            else:
                report(line)
        model.eval()
        return best if held else model.state_dict()

    def go_back_to(self, weights: dict[str, torch.Tensor]) -> None:
        """Forgets what was learned after these."""
        self._model.load_state_dict(weights)

    def intent_logits(self, lessons: Sequence[Lesson]) -> FloatArray:
        """(len(lessons), intents)."""
        self._model.eval()
        found = np.empty((len(lessons), len(self._intent)), dtype=np.float32)
        with torch.inference_mode():
            for places, part in parts(lessons, 256):
                found[places] = self._model(self._batch(part))[0].float().cpu().numpy()
        return found

    def tag_scores(self, lessons: Sequence[Lesson]) -> list[FloatArray]:
        """Log probabilities (tokens, tags) of each."""
        self._model.eval()
        found: dict[int, FloatArray] = {}
        with torch.inference_mode():
            for places, part in parts(lessons, 256):
                rows = self._model(self._batch(part))[1].float().log_softmax(-1).cpu().numpy()
                for place, row, lesson in zip(places, rows, part, strict=True):
                    found[place] = row[: len(lesson.reading.tokens)]
        return [found[place] for place in range(len(lessons))]

    def _optimizer(self, pace: float) -> torch.optim.Optimizer:
        plan, model = self._plan, self._model
        heads = [p for name, p in model.named_parameters() if not name.startswith("bert.")]
        return torch.optim.AdamW(
            [
                {"params": list(model.bert.parameters()), "lr": pace * plan.encoder_rate},
                {"params": heads, "lr": pace * plan.head_rate},
            ],
            weight_decay=plan.weight_decay,
            fused=True,
        )

    def _class_weights(self, lessons: Sequence[Lesson]) -> torch.Tensor:
        """Rare intents count more, by the root of their rarity; the mean over messages is 1."""
        counts = Counter(lesson.intent for lesson in lessons)
        weights = np.array([max(counts[name], 1) ** -0.5 for name in self._intent])
        mean = sum(weights[self._intent[name]] * n for name, n in counts.items() if name)
        known = sum(n for name, n in counts.items() if name)
        return torch.tensor(weights * known / mean, dtype=torch.float32, device=self._device)

    def _hidden(self, batch: Batch) -> Batch:
        """Some pieces masked, some messages without hints."""
        plan, marks = self._plan, batch.marks
        masked = torch.rand(batch.pieces.shape, device=self._device) < plan.forget
        shown = torch.rand((len(marks), 1, 1), device=self._device) >= plan.hide_marks
        pieces = batch.pieces.masked_fill(batch.inner & masked, self._mask)
        return replace(batch, pieces=pieces, marks=marks * shown)

    def _loss(
        self,
        batch: Batch,
        lessons: Sequence[Lesson],
        weights: torch.Tensor | None = None,
        smoothing: float = 0.0,
    ) -> torch.Tensor:
        intents = torch.tensor(
            [self._intent[x.intent] if x.intent is not None else IGNORED for x in lessons]
        ).to(self._device)
        tags = torch.full(batch.identities.shape, IGNORED)
        for row, lesson in zip(tags, lessons, strict=True):
            row[: len(lesson.tags)] = torch.tensor([self._tag[tag] for tag in lesson.tags])
        precision = self._precision
        with torch.autocast(self._device.type, dtype=precision, enabled=precision != torch.float32):
            told, tagged = self._model(batch)
        entropy = nn.functional.cross_entropy
        loss = self._plan.tag_weight * entropy(
            tagged.float().flatten(0, 1), tags.flatten().to(self._device), ignore_index=IGNORED
        )
        if (intents != IGNORED).any():
            loss = loss + entropy(
                told.float(), intents, weights, ignore_index=IGNORED, label_smoothing=smoothing
            )
        return loss

    def _held_loss(self, lessons: Sequence[Lesson]) -> float:
        self._model.eval()
        with torch.inference_mode():
            losses = [
                float(self._loss(self._batch(part), part)) * len(part)
                for _, part in parts(lessons, 256)
            ]
        return sum(losses) / len(lessons)

    def _batch(self, lessons: Sequence[Lesson]) -> Batch:
        return self._collator.batch([lesson.reading for lesson in lessons]).to(self._device)


def _rate(step: int, steps: int, warmup: float) -> float:
    """Linear up, linear down to zero."""
    rise = max(1.0, warmup * steps)
    return min((step + 1) / rise, max(0.0, (steps - step) / max(1.0, steps - rise)))
