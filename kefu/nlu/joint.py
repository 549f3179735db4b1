"""The torch core that understands a message: its intent and its entities, over one MacBERT.

A message's pieces go through an encoder that is fine-tuned with the heads. Intents are told from
the mean and the maximum of the last layer beside the mean of the embeddings; entities by two
convolutions over tokens, see `tagging`. Imports no Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel, PreTrainedTokenizerFast

from kefu.encoder.encoder import encodable, native_precision
from kefu.encoder.halves import keep_halves
from kefu.encoder.inference import InferenceBert
from kefu.encoder.recorded import record
from kefu.nlu.dropout import ByteDropout
from kefu.nlu.tagging import ShortTagger, TaggerHead, TaggerShape, identity

FloatArray = NDArray[np.float32]
IGNORED = -100  # the target of what is no lesson
_LONG_NUMBER = 6  # digits; sizes and prices have fewer


@dataclass(frozen=True)
class Reading:
    """A message cut into tokens.

    Attributes:
        text: what is read, see `read`.
        tokens: words, numbers, characters.
        starts: the first character of each token in `text`.
        marks: hints of the lookup tables, (len(tokens), width).
    """

    text: str
    tokens: Sequence[str]
    starts: Sequence[int]
    marks: FloatArray


def read(text: str, tokens: Sequence[str], starts: Sequence[int], marks: FloatArray) -> Reading:
    """The message with each long number as one 0.

    An order number says which order is meant, not what is wanted: its sixteen digits would
    outvote the characters around it.

    Args:
        text: as the buyer typed it.
        tokens: its tokens.
        starts: their first characters in `text`.
        marks: hints of the lookup tables, (len(tokens), width).
    """
    short, places, done = "", [], 0
    for token, start in zip(tokens, starts, strict=True):
        short += text[done:start]
        places.append(len(short))
        short += "0" if sum(map(str.isdigit, token)) >= _LONG_NUMBER else token
        done = start + len(token)
    return Reading(short + text[done:], tokens, places, marks)


@dataclass(frozen=True)
class Batch:
    """Messages as tensors; `n` of them.

    Attributes:
        pieces: (n, pieces) word pieces, 0 where there is none; one unknown piece for no text.
        inner: (n, pieces) True for pieces of the text.
        owners: (n, pieces) the token that each piece lies in; the last one plus 1 for none.
        identities: (n, tokens) hashed tokens, 0 where there is none.
        marks: (n, tokens, width).
    """

    pieces: torch.Tensor
    inner: torch.Tensor
    owners: torch.Tensor
    identities: torch.Tensor
    marks: torch.Tensor

    def tensors(self) -> tuple[torch.Tensor, ...]:
        """In the order of the fields."""
        return self.pieces, self.inner, self.owners, self.identities, self.marks

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(*(tensor.to(device) for tensor in self.tensors()))


@dataclass(frozen=True)
class JointShape:
    """What the weights' shapes follow from."""

    intents: int
    tags: int
    marks: int
    hidden: int
    tagger: TaggerShape = field(default_factory=TaggerShape)


class Collator:
    """Readings to batches, with an encoder's own pieces.

    Without [CLS] and [SEP]: nobody reads what the encoder makes of them, and of a message's 14
    pieces they would be two.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast, longest: int, buckets: int) -> None:
        """`longest` is the most pieces of a text, `buckets` those of the tokens' identities."""
        # A copy: the encoder's own tokenizer keeps its settings.
        self._pieces = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
        self._pieces.enable_truncation(longest)
        self._nothing = tokenizer.unk_token_id
        self._buckets = buckets

    def batch(self, readings: Sequence[Reading]) -> Batch:
        """Tensors of at least one reading."""
        texts = [encodable(reading.text) for reading in readings]
        rows = self._pieces.encode_batch(texts, add_special_tokens=False)
        tokens = max(1, *(len(reading.tokens) for reading in readings))
        shape = (len(rows), max(1, *(len(row) for row in rows)))
        pieces, inner = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
        owners = np.full(shape, tokens, dtype=np.int64)
        identities = np.zeros((len(rows), tokens), dtype=np.int64)
        marks = np.zeros((len(rows), tokens, readings[0].marks.shape[1]), dtype=np.float32)
        for number, (row, reading) in enumerate(zip(rows, readings, strict=True)):
            pieces[number, : max(1, len(row))] = row.ids or [self._nothing]
            inner[number, : len(row)] = True
            count = len(reading.tokens)
            identities[number, :count] = [
                identity(token, self._buckets) for token in reading.tokens
            ]
            marks[number, :count] = reading.marks
            if count:
                first = [start for start, _ in row.offsets]
                owner = np.searchsorted(reading.starts, first, side="right") - 1
                owners[number, : len(row)] = np.where(owner >= 0, owner, tokens)
        return Batch(
            torch.from_numpy(pieces),
            torch.from_numpy(inner),
            torch.from_numpy(owners),
            torch.from_numpy(identities),
            torch.from_numpy(marks),
        )


class JointModel(nn.Module):
    """Encoder and both heads; logits of intents and of tags."""

    def __init__(self, bert: nn.Module, shape: JointShape, dropout: float) -> None:
        """`bert` maps (pieces, mask) to embeddings and last layer, both (n, pieces, hidden)."""
        super().__init__()
        self.bert = bert
        self.shape = shape
        self.dropout = ByteDropout(dropout)
        self.mix = nn.Linear(3 * shape.hidden, shape.hidden)
        self.intents = nn.Linear(shape.hidden, shape.intents)
        self.tagger: nn.Module = TaggerHead(shape.hidden + shape.marks, shape.tags, shape.tagger)

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (n, intents) and (n, tokens, tags)."""
        first, last = (layer.float() for layer in self.bert(batch.pieces, batch.pieces != 0))
        inner = batch.inner.unsqueeze(-1)
        count = inner.sum(1).clamp(min=1)
        pooled = [
            (last * inner).sum(1) / count,
            last.masked_fill(~inner, -1e4).amax(1).clamp(min=-10),
            (first * inner).sum(1) / count,
        ]
        mixed = nn.functional.gelu(self.mix(self.dropout(torch.cat(pooled, dim=-1))))
        tokens = _by_owner(last, batch.owners, batch.identities.shape[1])
        tagged: torch.Tensor = self.tagger(
            batch.identities, torch.cat([tokens, batch.marks], dim=-1)
        )
        return self.intents(self.dropout(mixed)), tagged

    def for_inference(self) -> QuickModel:
        """The same weights behind the short forward pass, on CPU."""
        assert isinstance(self.bert, TrainedBert)  # noqa: S101
        bert = InferenceBert(self.bert.model).to(native_precision(torch.device("cpu")))
        short = JointModel(bert, self.shape, 0.0)
        heads = {k: v for k, v in self.state_dict().items() if not k.startswith("bert.")}
        short.load_state_dict(heads, strict=False)
        assert isinstance(short.tagger, TaggerHead)  # noqa: S101
        short.tagger = ShortTagger(short.tagger)
        keep_halves(short)
        return QuickModel(short)


class QuickModel:
    """What a trained joint model computes, recorded; see `kefu.encoder.recorded`."""

    def __init__(self, model: JointModel) -> None:
        rows, pieces, tokens = 2, 5, 3
        example = Batch(
            torch.ones(rows, pieces, dtype=torch.long),
            torch.ones(rows, pieces, dtype=torch.bool),
            torch.zeros(rows, pieces, dtype=torch.long),
            torch.ones(rows, tokens, dtype=torch.long),
            torch.zeros(rows, tokens, model.shape.marks),
        )
        self._steps = record(_ByTensors(model), example.tensors())

    def __call__(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits as of `JointModel`."""
        told, tagged = self._steps(*batch.tensors())
        return told, tagged


class _ByTensors(nn.Module):
    """TorchScript knows no dataclasses."""

    def __init__(self, model: JointModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits: tuple[torch.Tensor, torch.Tensor] = self.model(Batch(*tensors))
        return logits


class TrainedBert(nn.Module):
    """`transformers`' BERT, which has the dropout that training wants."""

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, pieces: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Embeddings and last layer, (n, pieces, hidden)."""
        layers = self.model(
            input_ids=pieces, attention_mask=mask.long(), output_hidden_states=True
        ).hidden_states
        return layers[0], layers[-1]


def _by_owner(vectors: torch.Tensor, owners: torch.Tensor, tokens: int) -> torch.Tensor:
    """Means (n, tokens, hidden) of the pieces' vectors; zeros for a token without any."""
    count, _, width = vectors.shape
    places = owners.unsqueeze(-1).expand(-1, -1, width)
    sums = vectors.new_zeros(count, tokens + 1, width).scatter_add(1, places, vectors)
    ones = torch.ones_like(owners, dtype=vectors.dtype)
    counts = vectors.new_zeros(count, tokens + 1).scatter_add(1, owners, ones)
    means: torch.Tensor = (sums / counts.clamp(min=1).unsqueeze(-1))[:, :tokens]
    return means
