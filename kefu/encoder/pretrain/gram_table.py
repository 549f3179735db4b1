"""The n-gram stage: a vector for each hashed n-gram, so that texts that belong together are near.

It begins as a random projection of TF-IDF (Achlioptas 2003, "Database-friendly random
projections": signs instead of normal numbers), where a cosine is what letters have in common, each
weighed by its rarity. Contrastive learning then takes weight from what does not matter and
brings together n-grams that mean the same.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from kefu.encoder.grams import GramTable, gram_buckets
from kefu.encoder.pretrain.masked import Report
from kefu.encoder.pretrain.pairs import Draw
from kefu.encoder.pretrain.recipe import Recipe
from kefu.encoder.pretrain.sentences import contrast

_CHARACTERS = 64  # of a text that rarity is counted in


def train_grams(
    lines: Sequence[str], sources: Mapping[str, Draw], recipe: Recipe, report: Report
) -> GramTable:
    """Trains `recipe.gram_buckets` vectors of `recipe.gram_dimension` numbers.

    Args:
        lines: texts that say how rare an n-gram is.
        sources: for each kind in `recipe.sentence_shares` what draws pairs of it.
        recipe: the fields `gram_…`, the seed, the shares and the temperature.
        report: takes lines of progress.
    """
    torch.manual_seed(recipe.seed)
    table = nn.EmbeddingBag(recipe.gram_buckets, recipe.gram_dimension, mode="sum")
    with torch.no_grad():
        signs = torch.randint(0, 2, table.weight.shape) * 2.0 - 1.0
        table.weight.copy_(signs * _rarity(lines, recipe.gram_buckets)[:, None])
        table.weight.div_(recipe.gram_dimension**0.5)
    optimizer = torch.optim.AdamW(table.parameters(), lr=recipe.gram_learning_rate, weight_decay=0)
    chance = random.Random(recipe.seed)  # noqa: S311  sampling, not secrets
    kinds, shares = zip(*recipe.sentence_shares.items(), strict=True)

    def embed(texts: Sequence[str]) -> torch.Tensor:
        bags = [gram_buckets(text, recipe.gram_buckets) for text in texts]
        kept = [[gram for gram in bag if chance.random() >= recipe.gram_dropout] for bag in bags]
        starts = np.cumsum([0, *(len(bag) for bag in kept[:-1])])
        flat = torch.tensor([gram for bag in kept for gram in bag], dtype=torch.long)
        return nn.functional.normalize(table(flat, torch.from_numpy(starts)), dim=-1)

    for step in range(recipe.gram_steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe.gram_learning_rate * (1 - step / recipe.gram_steps)
        kind = chance.choices(kinds, shares)[0]
        loss = contrast(embed, sources[kind](recipe.gram_batch, chance), recipe.temperature)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if (step + 1) % 100 == 0:
            report(f"n-gram step {step + 1}/{recipe.gram_steps}  {kind} loss {loss.item():.3f}")
    return GramTable(table.weight.detach().numpy())


def _rarity(lines: Sequence[str], buckets: int) -> torch.Tensor:
    """ln((N + 1) / (n + 1)) for each bucket, n of the N lines having it."""
    found = np.zeros(buckets)
    for line in lines:
        found[gram_buckets(line[:_CHARACTERS], buckets)] += 1
    return torch.from_numpy(np.log((len(lines) + 1) / (found + 1)).astype(np.float32))
