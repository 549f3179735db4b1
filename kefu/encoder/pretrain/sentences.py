"""The sentence stage: mean-pooled vectors of texts that mean the same are drawn together.

InfoNCE with in-batch negatives (Gao et al. 2021, SimCSE, arXiv 2104.08821). Pairs come from the
project alone: an article's questions, title and paragraphs; two utterances of one intent.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from transformers import BertModel, BertTokenizerFast

from kefu.encoder.pretrain.corpus import utterances
from kefu.encoder.pretrain.masked import Report, optimizer_for
from kefu.encoder.pretrain.recipe import Recipe

Pair = tuple[str, str, str]  # group, text, text


def project_groups(home: Path) -> dict[str, list[str]]:
    """Texts by what they are about: article slugs and intents."""
    groups: dict[str, list[str]] = {}
    for path in sorted((home / "data" / "nlu").glob("*.yml")):
        for intent, text in utterances(path):
            if intent not in ("out_of_scope", "chitchat"):
                groups.setdefault(f"intent/{intent}", []).append(text)
    for path in sorted((home / "kb").glob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---", 2)
        titles = re.findall(r"^title:\s*(.+)$", front, re.M)
        questions = re.findall(r"^\s+- (.+)$", front, re.M)
        paragraphs = [line.strip(" -#*>|") for line in body.splitlines() if len(line) >= 12]
        groups[f"article/{path.stem}"] = titles + questions + paragraphs
    return {name: texts for name, texts in groups.items() if len(texts) > 1}


def draw_pairs(groups: dict[str, list[str]], count: int, chance: random.Random) -> list[Pair]:
    """`count` pairs, articles and intents in equal parts, at most two of a group."""
    pairs: list[Pair] = []
    for kind in ("article/", "intent/"):
        names = [name for name in groups if name.startswith(kind)] * 2
        for name in chance.sample(names, min(count // 2, len(names))):
            first, second = chance.sample(groups[name], 2)
            pairs.append((name, first, second))
    return pairs


def train_sentences(
    bert: BertModel,
    tokenizer: BertTokenizerFast,
    groups: dict[str, list[str]],
    recipe: Recipe,
    device: torch.device,
    report: Report,
) -> None:
    """Draws pairs together, everything else in the batch apart; texts of one group never apart."""
    bert.train()
    optimizer = optimizer_for(bert, recipe.sentence_learning_rate, recipe.weight_decay)
    embed = _pooler(bert, tokenizer, device)
    for step in range(recipe.sentence_steps):
        chance = random.Random(recipe.seed * 7_919 + step)  # noqa: S311
        torch.manual_seed(recipe.seed * 7_919 + step)
        pairs = draw_pairs(groups, recipe.sentence_batch, chance)
        left, right = embed([a for _, a, _ in pairs]), embed([b for _, _, b in pairs])
        closeness = left @ right.T / recipe.temperature
        names = [name for name, _, _ in pairs]
        same = torch.tensor([[a == b for b in names] for a in names], device=device)
        same.fill_diagonal_(False)
        closeness = closeness.masked_fill(same, -1e4)
        target = torch.arange(len(pairs), device=device)
        loss = nn.functional.cross_entropy(closeness, target)
        loss = (loss + nn.functional.cross_entropy(closeness.T, target)) / 2
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(bert.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = recipe.sentence_learning_rate * (1 - step / recipe.sentence_steps)
        optimizer.step()
        if (step + 1) % 20 == 0:
            report(f"sentence step {step + 1}/{recipe.sentence_steps}  loss {float(loss):.3f}")
    bert.eval()


def _pooler(
    bert: BertModel, tokenizer: BertTokenizerFast, device: torch.device
) -> Callable[[list[str]], torch.Tensor]:
    def embed(texts: list[str]) -> torch.Tensor:
        pieces = tokenizer(
            texts, padding=True, truncation=True, max_length=64, return_tensors="pt"
        ).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            hidden = bert(**pieces).last_hidden_state
        inner = pieces["attention_mask"].clone()
        inner[:, 0] = 0
        inner.scatter_(1, pieces["attention_mask"].sum(1, keepdim=True) - 1, 0)
        weights = inner.unsqueeze(-1).float()
        mean = (hidden.float() * weights).sum(1) / weights.sum(1).clamp(min=1)
        return nn.functional.normalize(mean, dim=-1)

    return embed
