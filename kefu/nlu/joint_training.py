"""Trains the joint model: the network, and the wide part beside it.

A share of the messages is held out, tells when to stop and how much the wide part has to say (see
`joining`), and is learned at the end too. Imports no Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from transformers import BertModel, PreTrainedTokenizerFast

from kefu.nlu.joining import Joining, join, train_wide
from kefu.nlu.joint import Collator, JointModel, JointShape, TrainedBert
from kefu.nlu.lessons import Lesson, split
from kefu.nlu.school import JointTraining, Report, School
from kefu.nlu.sureness import least_confidence
from kefu.nlu.tagging import complete
from kefu.nlu.understanding import Understanding

__all__ = ["JointTraining", "train_joint"]


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
        before: goes on from this one's weights instead of `bert`'s, and keeps what was decided
            by messages held out of it; intents and tags that it does not know begin anew
            (`rasa train --finetune`).
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
    school = School(model, collator, intents, tags, plan, device, tokenizer)
    joining, least = _learn(school, lessons, intents, tags, plan, before, chance, report)
    wide = train_wide(lessons, plan.wide, joining.wide_temperature)
    shares = (joining.weight, joining.temperature)
    return Understanding.of(model.cpu(), bert.config, tokenizer, intents, tags, wide, shares, least)


def _learn(
    school: School,
    lessons: Sequence[Lesson],
    intents: list[str],
    tags: list[str],
    plan: JointTraining,
    before: Understanding | None,
    chance: np.random.Generator,
    report: Report,
) -> tuple[Joining, float]:
    """Trains the network; how both parts are joined, and how sure of an entity one must be."""
    if before is not None:  # it has seen what could be held out, which would tell nothing any more
        school.run(lessons, plan.epochs, 1.0, chance, (), report)
        return Joining(*before.joining), before.least_confidence
    held, kept = split(lessons, plan.held_out, chance)
    if not held:  # too few to hold any out
        school.run(lessons, plan.epochs_over(len(lessons)), 1.0, chance, (), report)
        return Joining(), 0.0
    epochs = plan.epochs_over(len(kept))
    school.go_back_to(school.run(kept, epochs, 1.0, chance, held, report))
    told = [lesson for lesson in held if lesson.intent is not None]
    joining = join(school.intent_logits(told), kept, told, intents, plan.wide, report)
    least, f1 = least_confidence(school.tag_scores(held), [lesson.tags for lesson in held], tags)
    report(f"entities: F1 {f1:.3f} on held out at a least confidence of {least:.2f}")
    # The held-out share is learned too, among as many others so that it does not outweigh them.
    school.run([*held, *kept[: len(held)]], plan.polish_epochs, 0.1, chance, (), report)
    return joining, least
