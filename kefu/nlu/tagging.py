"""Entity tags: a head over token vectors, and from its scores to spans. Imports no Rasa."""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from kefu.nlu.dropout import ByteDropout

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class TagSpan:
    """Tokens `first` up to, not including, `last` are an `entity`; confidence in [0, 1]."""

    entity: str
    first: int
    last: int
    confidence: float


@dataclass(frozen=True)
class TaggerShape:
    """Sizes of the head."""

    buckets: int = 1 << 13
    embedding: int = 64
    pair_buckets: int = 1 << 15
    pair_embedding: int = 32
    hidden: int = 224
    dropout: float = 0.35


class TaggerHead(nn.Module):
    """Two convolutions over tokens, their pairs and their vectors, then tag logits.

    Where a name ends is often told by two characters together (道|902, 兰|收), which a table
    of pairs learns from fewer examples than an encoder does.
    """

    def __init__(self, dimension: int, tags: int, shape: TaggerShape) -> None:
        super().__init__()
        self.identity = nn.Embedding(shape.buckets, shape.embedding, padding_idx=0)
        self.pair = nn.Embedding(shape.pair_buckets, shape.pair_embedding, padding_idx=0)
        embedded = shape.embedding + 2 * shape.pair_embedding
        self.project = nn.Linear(dimension, shape.hidden - embedded)
        self.near = nn.Conv1d(shape.hidden, shape.hidden, 3, padding=1)
        self.wide = nn.Conv1d(shape.hidden, shape.hidden, 5, padding=2)
        self.dropout = ByteDropout(shape.dropout)
        self.out = nn.Linear(2 * shape.hidden, tags)

    def forward(self, identities: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        """Logits (n, tokens, tags) from identities (n, tokens) and vectors (n, tokens, d)."""
        there = (identities != 0).unsqueeze(1)  # padding must not differ from what is outside
        after = _pairs(identities, self.pair.num_embeddings)
        before = nn.functional.pad(after, (1, -1))
        parts = [self.identity(identities), self.pair(before), self.pair(after)]
        both = torch.cat([*parts, self.project(vectors)], dim=-1)
        both = self.dropout(both).transpose(1, 2) * there
        near = nn.functional.gelu(self.near(both)) * there
        wide = nn.functional.gelu(self.wide(self.dropout(near)))
        logits: torch.Tensor = self.out(self.dropout(torch.cat([near, wide], 1).transpose(1, 2)))
        return logits


class ShortTagger(nn.Module):
    """A trained head's logits, each convolution as one matrix over windows of tokens.

    For a message's few tokens a convolution spends its time on getting ready.
    """

    def __init__(self, head: TaggerHead) -> None:
        super().__init__()
        self.identity, self.pair, self.project = head.identity, head.pair, head.project
        self.near, self.wide, self.out = _as_matrix(head.near), _as_matrix(head.wide), head.out

    def forward(self, identities: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        """As of `TaggerHead`."""
        there = (identities != 0).unsqueeze(2)
        after = _pairs(identities, self.pair.num_embeddings)
        before = nn.functional.pad(after, (1, -1))
        parts = [self.identity(identities), self.pair(before), self.pair(after)]
        both = torch.cat([*parts, self.project(vectors)], dim=-1) * there
        near = nn.functional.gelu(self.near(_windows(both, 3))) * there
        wide = nn.functional.gelu(self.wide(_windows(near, 5)))
        logits: torch.Tensor = self.out(torch.cat([near, wide], dim=-1))
        return logits


class Decoder:
    """From tag scores to the best consistent spans."""

    def __init__(self, tags: list[str], least: float = 0.0) -> None:
        """`tags` name "O", "B-color", "I-color" and so on, in the order of the scores.

        Spans of a confidence below `least` are left out.
        """
        self._tags, self._least = tags, least
        self._allowed = _allowed_transitions(tags)
        self._may_begin = np.array([not tag.startswith("I-") for tag in tags])

    def spans(self, scores: FloatArray) -> list[TagSpan]:
        """Viterbi over log probabilities (tokens, tags), without what BIO forbids."""
        if not len(scores):
            return []
        path: list[int] = scores.argmax(axis=1).tolist()
        if not self._consistent(path):
            path = self._best_path(scores)
        return self._collect(path, np.exp(scores))

    def _consistent(self, path: list[int]) -> bool:
        """Then the best tag of each token is the best path too."""
        follows = all(self._allowed[one, other] for one, other in itertools.pairwise(path))
        return follows and bool(self._may_begin[path[0]])

    def _best_path(self, scores: FloatArray) -> list[int]:
        best = np.where(self._may_begin, scores[0], -np.inf)
        back = np.zeros(scores.shape, dtype=np.int64)
        for place in range(1, len(scores)):
            ways = np.where(self._allowed, best[:, None], -np.inf)
            back[place] = ways.argmax(axis=0)
            best = ways.max(axis=0) + scores[place]
        path = [int(best.argmax())]
        for place in range(len(scores) - 1, 0, -1):
            path.append(int(back[place][path[-1]]))
        path.reverse()
        return path

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
                if sure >= self._least:
                    found.append(TagSpan(tag[2:], first, place, sure))
            first = place
        return found


def identity(token: str, buckets: int) -> int:
    """A number from 1 to buckets - 1 for a token; 0 is for padding."""
    return 1 + zlib.crc32(_shape(token).encode()) % (buckets - 1)


def _pairs(identities: torch.Tensor, buckets: int) -> torch.Tensor:
    """A number for each token and the one after it, (n, tokens); 0 where there is none after."""
    following = nn.functional.pad(identities, (-1, 1))
    mixed = 1 + (identities * 0x9E3779B1 + following * 0x85EBCA6B) % (buckets - 1)
    return mixed * (following != 0)


def _as_matrix(convolution: nn.Conv1d) -> nn.Linear:
    """The same weights for windows of tokens, one token behind the other."""
    out, width, size = convolution.weight.shape
    matrix = nn.Linear(size * width, out)
    with torch.no_grad():
        matrix.weight.copy_(convolution.weight.transpose(1, 2).reshape(out, size * width))
        matrix.bias.copy_(convolution.bias)  # type: ignore[arg-type]  # ours have one
    return matrix


def _windows(rows: torch.Tensor, size: int) -> torch.Tensor:
    """(n, tokens, size * width): each token with its neighbours; zeros beyond the ends."""
    tokens, padded = rows.shape[1], nn.functional.pad(rows, (0, 0, size // 2, size // 2))
    return torch.cat([padded[:, at : at + tokens] for at in range(size)], dim=-1)


def complete(tags: set[str]) -> list[str]:
    """The tags in order, with "O" and an I- for each B-."""
    inner = {f"I-{tag[2:]}" for tag in tags if tag.startswith("B-")}
    return sorted(tags | inner | {"O"})


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
