"""The sentence stage: mean-pooled vectors of texts that mean the same are drawn together.

InfoNCE with in-batch and hard negatives (Gao et al. 2021, SimCSE, arXiv 2104.08821, eq. 5). Each
batch holds pairs of one kind, so that its negatives are of that kind too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import nn
from transformers import BertModel, BertTokenizerFast

from kefu.encoder.pretrain.checkpoint import Checkpoint
from kefu.encoder.pretrain.masked import Report, optimizer_for, precision_of
from kefu.encoder.pretrain.pairs import Draw, Pair
from kefu.encoder.pretrain.recipe import Recipe

Embed = Callable[[Sequence[str]], torch.Tensor]
_PIECES = 64  # of a text, at most


def train_sentences(
    bert: BertModel,
    tokenizer: BertTokenizerFast,
    sources: Mapping[str, Draw],
    recipe: Recipe,
    checkpoint: Path,
    device: torch.device,
    report: Report,
) -> None:
    """Runs to `recipe.sentence_steps`; continues from `checkpoint` where there is one.

    `sources` has for each kind in `recipe.sentence_shares` what draws pairs of it.
    """
    optimizer = optimizer_for(bert, recipe.sentence_learning_rate, recipe.weight_decay)
    saved = Checkpoint(checkpoint, bert, optimizer)
    first = int(saved.restore(device).get("step", 0))
    if first:
        report(f"going on from sentence step {first}")
    embed = pooler(bert, tokenizer, device, precision_of(recipe, device))
    kinds, shares = zip(*recipe.sentence_shares.items(), strict=True)
    last: dict[str, float] = {}
    bert.train()
    for step in range(first, recipe.sentence_steps):
        chance = random.Random(recipe.seed * 7_919 + step)  # noqa: S311
        torch.manual_seed(recipe.seed * 7_919 + step)
        rate = recipe.sentence_learning_rate * min(1.0, (step + 1) / max(1, recipe.sentence_warmup))
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 - step / recipe.sentence_steps)
        kind = chance.choices(kinds, shares)[0]
        loss = contrast(embed, sources[kind](recipe.sentence_batch, chance), recipe.temperature)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(bert.parameters(), 1.0)
        optimizer.step()
        last[kind] = loss.item()
        if (step + 1) % 20 == 0:
            losses = "  ".join(f"{name} {last[name]:.3f}" for name in kinds if name in last)
            report(f"sentence step {step + 1}/{recipe.sentence_steps}  loss {losses}")
        if (step + 1) % recipe.checkpoint_every == 0 or step + 1 == recipe.sentence_steps:
            saved.save(step=step + 1)
    bert.eval()


def contrast(embed: Embed, pairs: Sequence[Pair], temperature: float) -> torch.Tensor:
    """The mean loss of finding each pair's other half among all texts of the batch.

    Texts of the same group are no negatives of each other; a pair's hard negative is one for all.
    """
    count = len(pairs)
    texts = [pair.first for pair in pairs] + [pair.second for pair in pairs]
    texts += [pair.other for pair in pairs if pair.other]
    vectors = embed(texts)
    first, second, others = vectors[:count], vectors[count : 2 * count], vectors[2 * count :]
    names = [pair.group for pair in pairs]
    same = torch.tensor([[a == b for b in names] for a in names], device=vectors.device)
    same.fill_diagonal_(False)
    target = torch.arange(count, device=vectors.device)

    def one_way(asked: torch.Tensor, found: torch.Tensor) -> torch.Tensor:
        near = (asked @ found.T).masked_fill(same, -torch.inf)
        near = torch.cat([near, asked @ others.T], dim=1) / temperature
        return nn.functional.cross_entropy(near, target)

    return (one_way(first, second) + one_way(second, first)) / 2


def pooler(
    bert: BertModel, tokenizer: BertTokenizerFast, device: torch.device, precision: torch.dtype
) -> Embed:
    """Texts to (n, dimension) vectors of length 1: the mean over pieces without [CLS] and [SEP].

    The half of `Encoded.sentence` that says what the characters mean together.
    """

    def embed(texts: Sequence[str]) -> torch.Tensor:
        pieces = tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=_PIECES,
            return_special_tokens_mask=True,
            return_tensors="pt",
        ).to(device)
        inner = 1.0 - pieces.pop("special_tokens_mask").unsqueeze(-1).float()
        with torch.autocast(device.type, dtype=precision, enabled=precision != torch.float32):
            hidden = bert(**pieces).last_hidden_state
        mean = (hidden.float() * inner).sum(1) / inner.sum(1).clamp(min=1)
        return nn.functional.normalize(mean, dim=-1)

    return embed
