"""The torch core of entity extraction: BIO tags from MacBERT's token vectors. Imports no Rasa."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

FloatArray = NDArray[np.float32]
_IGNORED = -100


@dataclass(frozen=True)
class TaggedText:
    """A message's tokens with their vectors (len(tokens), dimension) and, for training, tags."""

    tokens: Sequence[str]
    vectors: FloatArray
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class TagSpan:
    """Tokens `first` up to, not including, `last` are an `entity`; confidence in [0, 1]."""

    entity: str
    first: int
    last: int
    confidence: float


@dataclass(frozen=True)
class TaggerTraining:
    """Hyperparameters; chosen on a split of the training data, never on tests/nlu."""

    buckets: int = 1 << 13
    embedding: int = 64
    hidden: int = 160
    epochs: int = 15
    batch: int = 32
    learning_rate: float = 2e-3
    dropout: float = 0.35
    seed: int = 7


class TaggerModel(nn.Module):
    """Two convolutions over token identities and MacBERT vectors, then tag logits."""

    def __init__(self, dimension: int, tags: int, plan: TaggerTraining) -> None:
        super().__init__()
        self.identity = nn.Embedding(plan.buckets, plan.embedding, padding_idx=0)
        self.project = nn.Linear(dimension, plan.hidden - plan.embedding)
        self.near = nn.Conv1d(plan.hidden, plan.hidden, 3, padding=1)
        self.wide = nn.Conv1d(plan.hidden, plan.hidden, 5, padding=2)
        self.dropout = nn.Dropout(plan.dropout)
        self.out = nn.Linear(2 * plan.hidden, tags)

    def forward(self, identities: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        """Logits (n, tokens, tags) from identities (n, tokens) and vectors (n, tokens, d)."""
        both = torch.cat([self.identity(identities), self.project(vectors)], dim=-1)
        both = self.dropout(both).transpose(1, 2)
        near = nn.functional.gelu(self.near(both))
        wide = nn.functional.gelu(self.wide(self.dropout(near)))
        logits: torch.Tensor = self.out(self.dropout(torch.cat([near, wide], 1).transpose(1, 2)))
        return logits


class Tagger:
    """A trained model with its tags: spans for tokens."""

    def __init__(self, model: TaggerModel, tags: list[str], plan: TaggerTraining) -> None:
        self._model = model.eval()
        self._tags = tags
        self._plan = plan
        self._allowed = _allowed_transitions(tags)

    def spans(self, texts: Sequence[TaggedText]) -> list[list[TagSpan]]:
        """The best consistent BIO sequence of each text, as spans."""
        if not texts:
            return []
        with torch.inference_mode():
            identities, vectors, _ = _collate(texts, self._plan.buckets, None)
            scores = self._model(identities, vectors).log_softmax(-1).numpy()
        return [
            self._decode(rows[: len(text.tokens)]) for rows, text in zip(scores, texts, strict=True)
        ]

    def state(self) -> dict[str, object]:
        """What `restore` needs, tensors and plain values only."""
        return {
            "weights": self._model.state_dict(),
            "tags": self._tags,
            "dimension": self._model.project.in_features,
        }

    @classmethod
    def restore(cls, state: dict[str, object], plan: TaggerTraining) -> Tagger:
        """The tagger that `state` was taken from."""
        tags = state["tags"]
        assert isinstance(tags, list)  # noqa: S101
        model = TaggerModel(state["dimension"], len(tags), plan)  # type: ignore[arg-type]
        model.load_state_dict(state["weights"])  # type: ignore[arg-type]
        return cls(model, tags, plan)

    def _decode(self, scores: FloatArray) -> list[TagSpan]:
        """Viterbi over the tags with transitions that BIO forbids left out."""
        if not len(scores):
            return []
        start = np.array([not tag.startswith("I-") for tag in self._tags])
        best = np.where(start, scores[0], -np.inf)
        back = np.zeros(scores.shape, dtype=np.int64)
        for place in range(1, len(scores)):
            ways = np.where(self._allowed, best[:, None], -np.inf)
            back[place] = ways.argmax(axis=0)
            best = ways.max(axis=0) + scores[place]
        path = [int(best.argmax())]
        for place in range(len(scores) - 1, 0, -1):
            path.append(int(back[place][path[-1]]))
        path.reverse()
        return self._collect(path, np.exp(scores))

    def _collect(self, path: list[int], probabilities: FloatArray) -> list[TagSpan]:
        found: list[TagSpan] = []
        first = 0
        for place in range(1, len(path) + 1):
            ends = place == len(path) or not self._tags[path[place]].startswith("I-")
            if not ends:
                continue
            tag = self._tags[path[first]]
            if tag != "O":
                sure = min(float(probabilities[at, path[at]]) for at in range(first, place))
                found.append(TagSpan(tag[2:], first, place, sure))
            first = place
        return found


def train_tagger(
    texts: Sequence[TaggedText],
    plan: TaggerTraining,
    progress: Callable[[str], None] = lambda line: None,
) -> Tagger:
    """Trains on tagged texts (tags "O", "B-color", "I-color", …)."""
    torch.manual_seed(plan.seed)
    tags = sorted({tag for text in texts for tag in text.tags} | {"O"})
    tags = sorted(set(tags) | {f"I-{tag[2:]}" for tag in tags if tag.startswith("B-")})
    model = TaggerModel(texts[0].vectors.shape[1], len(tags), plan)
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.learning_rate, weight_decay=0.01)
    parts = -(-len(texts) // plan.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan.learning_rate, total_steps=plan.epochs * parts
    )
    index = {tag: number for number, tag in enumerate(tags)}
    chance = np.random.default_rng(plan.seed)
    by_length = sorted(texts, key=lambda text: len(text.tokens))
    batches = [
        _collate(by_length[start : start + plan.batch], plan.buckets, index)
        for start in range(0, len(texts), plan.batch)
    ]
    model.train()
    for epoch in range(plan.epochs):
        total = 0.0
        for number in chance.permutation(len(batches)):
            identities, vectors, targets = batches[number]
            logits = model(identities, vectors)
            loss = nn.functional.cross_entropy(
                logits.flatten(0, 1), targets.flatten(), ignore_index=_IGNORED
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += loss.item()
        if epoch + 1 == plan.epochs:
            progress(f"entities: loss {total / parts:.4f} after {plan.epochs} epochs")
    return Tagger(model, tags, plan)


def _collate(
    texts: Sequence[TaggedText], buckets: int, index: dict[str, int] | None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    longest = max(max(len(text.tokens) for text in texts), 1)
    identities = torch.zeros(len(texts), longest, dtype=torch.long)
    vectors = torch.zeros(len(texts), longest, texts[0].vectors.shape[1])
    targets = torch.full((len(texts), longest), _IGNORED)
    for row, text in enumerate(texts):
        for place, token in enumerate(text.tokens):
            identities[row, place] = 1 + zlib.crc32(_shape(token).encode()) % (buckets - 1)
        vectors[row, : len(text.tokens)] = torch.from_numpy(text.vectors)
        if index is not None:
            targets[row, : len(text.tags)] = torch.tensor([index[tag] for tag in text.tags])
    return identities, vectors, targets


def _shape(token: str) -> str:
    """Numbers and codes by their length, so that unseen ones look like seen ones."""
    if token.isascii() and any(letter.isdigit() for letter in token):
        return f"<{'digits' if token.replace('.', '').isdigit() else 'code'}-{min(len(token), 9)}>"
    return token.lower().encode("utf-8", "replace").decode()


def _allowed_transitions(tags: list[str]) -> NDArray[np.bool_]:
    """[i, j]: tag j may follow tag i; I-x only after B-x or I-x."""
    return np.array(
        [
            [not after.startswith("I-") or before[2:] == after[2:] for after in tags]
            for before in tags
        ]
    )
