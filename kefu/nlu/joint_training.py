"""Trains the joint model, and decides how much the wide part beside it has to say.

Fine-tuned networks and linear models over n-grams err on different messages, so their
probabilities are joined: a weighted geometric mean, sharpened or softened by one temperature
(Guo et al. 2017, arXiv 1706.04599). Both numbers come from a share of the data held out of the
training; after that, the held-out share is learned too. Imports no Rasa.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertModel, PreTrainedTokenizerFast

from kefu.encoder.encoder import native_precision
from kefu.nlu.intents import IntentScorer, IntentTraining, train_intents
from kefu.nlu.joint import IGNORED, Batch, Collator, JointModel, JointShape, Reading, TrainedBert
from kefu.nlu.tagging import complete
from kefu.nlu.understanding import Understanding, blend

FloatArray = NDArray[np.float32]
Report = Callable[[str], None]
_MASK = "[MASK]"


@dataclass(frozen=True)
class Lesson:
    """A message that was labelled.

    Attributes:
        reading: its tokens.
        sentence: the frozen encoder's sentence vector.
        intent: None where only its entities were marked.
        tags: BIO, one a token.
    """

    reading: Reading
    sentence: FloatArray
    intent: str | None
    tags: Sequence[str]


@dataclass(frozen=True)
class JointTraining:
    """Hyperparameters; chosen on a split of the training data, never on tests/nlu."""

    epochs: int = 11
    polish_epochs: int = 2  # at a tenth of the rates, with the held-out share
    patience: int = 3  # epochs without a better loss on the held-out share
    batch: int = 48
    encoder_rate: float = 3e-4
    head_rate: float = 2e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    dropout: float = 0.2
    encoder_dropout: float = 0.1
    smoothing: float = 0.1  # of the labels: some are wrong
    tag_weight: float = 3.0  # of the tags' loss: most tags are easy, so their mean is small
    forget: float = 0.1  # share of the pieces that are masked
    held_out: float = 0.12
    seed: int = 7
    wide: IntentTraining = field(default_factory=IntentTraining)


def train_joint(
    lessons: Sequence[Lesson],
    bert: BertModel,
    tokenizer: PreTrainedTokenizerFast,
    plan: JointTraining,
    device: torch.device,
    *,
    before: Understanding | None = None,
    report: Report = lambda line: None,
) -> Understanding:
    """Learns intents and entities.

    Args:
        lessons: all labelled messages.
        bert: where to start; it is changed.
        tokenizer: the one that belongs to `bert`.
        plan: hyperparameters.
        device: where to compute.
        before: goes on from this one's weights instead of `bert`'s; intents and tags that it
            does not know begin anew (`rasa train --finetune`).
        report: takes lines for people.
    """
    torch.manual_seed(plan.seed)
    chance = np.random.default_rng(plan.seed)
    intents = sorted({lesson.intent for lesson in lessons if lesson.intent is not None})
    tags = complete({tag for lesson in lessons for tag in lesson.tags})
    marks = lessons[0].reading.marks.shape[1]
    shape = JointShape(len(intents), len(tags), marks, bert.config.hidden_size)
    for module in bert.modules():
        if isinstance(module, nn.Dropout):
            module.p = plan.encoder_dropout
    model = JointModel(TrainedBert(bert), shape, plan.dropout)
    if before is not None:
        before.pass_on(model, intents, tags)
    model.to(device)
    longest = bert.config.max_position_embeddings
    collator = Collator(tokenizer, longest, shape.tagger.buckets)
    school = _School(model, collator, intents, tags, plan, device, tokenizer)
    held, kept = _split(lessons, plan.held_out, chance)
    if held:
        best = school.run(kept, plan.epochs, 1.0, chance, held, report)
        model.load_state_dict(best)
        weight, temperature = _joining(school, kept, held, intents, plan, report)
        school.run(lessons, plan.polish_epochs, 0.1, chance, (), report)
    else:  # too few to hold any out
        weight, temperature = 0.5, 1.0
        school.run(lessons, plan.epochs, 1.0, chance, (), report)
    wide, joining = _wide(lessons, plan), (weight, temperature)
    return Understanding.of(model.cpu(), bert.config, tokenizer, intents, tags, wide, joining)


class _School:
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
            for part in _batches(lessons, plan.batch, chance):
                loss = self._loss(part, weights, plan.smoothing, plan.forget)
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

    def intent_logits(self, lessons: Sequence[Lesson]) -> FloatArray:
        """(len(lessons), intents)."""
        self._model.eval()
        with torch.inference_mode():
            rows = [self._model(self._batch(part))[0] for part in _parts(lessons, 256)]
        return torch.cat(rows).float().cpu().numpy()

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

    def _loss(
        self,
        lessons: Sequence[Lesson],
        weights: torch.Tensor | None,
        smoothing: float,
        forget: float,
    ) -> torch.Tensor:
        batch = self._batch(lessons)
        if forget:
            hidden = batch.inner & (torch.rand(batch.pieces.shape, device=self._device) < forget)
            batch = replace(batch, pieces=batch.pieces.masked_fill(hidden, self._mask))
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
                float(self._loss(part, None, 0.0, 0.0)) * len(part) for part in _parts(lessons, 256)
            ]
        return sum(losses) / len(lessons)

    def _batch(self, lessons: Sequence[Lesson]) -> Batch:
        return self._collator.batch([lesson.reading for lesson in lessons]).to(self._device)


def _joining(
    school: _School,
    kept: Sequence[Lesson],
    held: Sequence[Lesson],
    intents: list[str],
    plan: JointTraining,
    report: Report,
) -> tuple[float, float]:
    """Weight of the deep part and temperature with the greatest likelihood of the held out."""
    told = [lesson for lesson in held if lesson.intent is not None]
    targets = np.array([intents.index(str(lesson.intent)) for lesson in told])
    deep = school.intent_logits(told)
    wide = _wide(kept, plan)
    texts = [lesson.reading.text for lesson in told]
    wide_chances = wide.probabilities(texts, np.stack([lesson.sentence for lesson in told]))
    aligned = np.full((len(told), len(intents)), 1e-6, dtype=np.float32)
    aligned[:, [intents.index(name) for name in wide.intents]] = wide_chances
    rows = np.arange(len(told))
    best, least = (0.5, 1.0), math.inf
    for weight, temperature in itertools.product(
        np.arange(0.1, 0.91, 0.1), np.geomspace(0.2, 2.0, 40)
    ):
        chances = blend(deep, aligned, float(weight), float(temperature))
        loss = -float(np.log(chances[rows, targets] + 1e-9).mean())
        if loss < least:
            best, least = (float(weight), float(temperature)), loss
    right = {
        "deep": deep.argmax(1),
        "wide": aligned.argmax(1),
        "both": blend(deep, aligned, *best).argmax(1),
    }
    shares = ", ".join(f"{name} {(got == targets).mean():.3f}" for name, got in right.items())
    report(
        f"intents right of {len(told)} held out: {shares}; "
        f"weight {best[0]:.1f}, temperature {best[1]:.2f}"
    )
    return best


def _wide(lessons: Sequence[Lesson], plan: JointTraining) -> IntentScorer:
    told = [lesson for lesson in lessons if lesson.intent is not None]
    return train_intents(
        [lesson.reading.text for lesson in told],
        np.stack([lesson.sentence for lesson in told]),
        [str(lesson.intent) for lesson in told],
        plan.wide,
    )


def _split(
    lessons: Sequence[Lesson], share: float, chance: np.random.Generator
) -> tuple[list[Lesson], list[Lesson]]:
    """Held out and kept; nothing is held out where an intent would be left without a lesson."""
    order = chance.permutation(len(lessons))
    count = round(share * len(lessons))
    held = [lessons[at] for at in order[:count]]
    kept = [lessons[at] for at in order[count:]]
    if {x.intent for x in held} - {x.intent for x in kept} or len({x.intent for x in kept}) < 3:
        return [], list(lessons)
    return held, kept


def _batches(
    lessons: Sequence[Lesson], size: int, chance: np.random.Generator
) -> Iterator[list[Lesson]]:
    """Batches of lessons of similar length, in a random order."""
    order = chance.permutation(len(lessons)).tolist()
    near: list[int] = []
    for start in range(0, len(order), 20 * size):
        near += sorted(
            order[start : start + 20 * size], key=lambda at: len(lessons[at].reading.text)
        )
    parts = [near[start : start + size] for start in range(0, len(near), size)]
    for number in chance.permutation(len(parts)):
        yield [lessons[at] for at in parts[number]]


def _parts(lessons: Sequence[Lesson], size: int) -> Iterator[Sequence[Lesson]]:
    for start in range(0, len(lessons), size):
        yield lessons[start : start + size]


def _rate(step: int, steps: int, warmup: float) -> float:
    """Linear up, linear down to zero."""
    rise = max(1.0, warmup * steps)
    return min((step + 1) / rise, max(0.0, (steps - step) / max(1.0, steps - rise)))
