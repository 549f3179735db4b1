"""Texts in, vectors out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertModel, BertTokenizerFast

from kefu.encoder.folder import fingerprint, load_model, load_tokenizer
from kefu.errors import EncoderError

FloatArray = NDArray[np.float32]

_BATCH_TOKENS = 4096  # tokens with padding in one forward pass
_RECENT_TEXTS = 1024  # texts whose vectors are kept
# Of the embeddings in the sentence vector, the last layer has the rest. Between 0.3 and 0.5 the dev
# questions find as many articles; without embeddings fewer, and few examples teach an intent less.
LETTERS_SHARE = 0.4


@dataclass(frozen=True)
class Encoded:
    """One text's vectors.

    Attributes:
        tokens: (number of word pieces, dimension), contextual, without [CLS] and [SEP].
        offsets: (number of word pieces, 2), first and one past last character of each piece.
        sentence: (2 * dimension,), the mean of the embeddings (which characters) and the mean of
            `tokens` (what they mean together), so scaled that the cosine of two sentences is
            LETTERS_SHARE of the first halves' cosine and the rest of the second halves'. Of length
            1; zeros for a text without any word piece (empty, blank).
    """

    tokens: FloatArray
    offsets: NDArray[np.int64]
    sentence: FloatArray


class Encoder:
    """A MacBERT that turns texts into character and sentence vectors.

    Longer texts are cut after `max_pieces` word pieces. Safe to share between threads.
    """

    def __init__(self, bert: BertModel, tokenizer: BertTokenizerFast, device: torch.device) -> None:
        self._bert = bert.to(device)
        self._tokenizer = tokenizer
        self._device = device
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, Encoded] = OrderedDict()
        self.dimension: int = bert.config.hidden_size
        self.sentence_dimension: int = 2 * self.dimension
        self.max_pieces: int = bert.config.max_position_embeddings - 2
        self.fingerprint: str = fingerprint(bert, tokenizer)

    @classmethod
    def load(cls, model: str, device: str = "auto") -> Encoder:
        """Opens a folder or a hub name.

        Args:
            model: folder with config.json, vocab.txt and weights, or a hub name.
            device: "auto" (CUDA where there is one), "cpu" or "cuda".

        Raises:
            EncoderError: names what is missing or does not fit.
        """
        where = resolve_device(device)
        bert = load_model(model)
        tokenizer = load_tokenizer(model, bert.config.vocab_size)
        return cls(bert, tokenizer, where)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Vectors of each text, in the order given."""
        with self._lock:
            found = {text: self._recent[text] for text in texts if text in self._recent}
            missing = sorted({text for text in texts if text not in found}, key=len)
            for batch in self._batches(missing):
                found.update(zip(batch, self._forward(batch), strict=True))
            for text in texts:
                self._recent[text] = found[text]
                self._recent.move_to_end(text)
            while len(self._recent) > _RECENT_TEXTS:
                self._recent.popitem(last=False)
        return [found[text] for text in texts]

    def sentence_vectors(self, texts: Sequence[str]) -> FloatArray:
        """(len(texts), sentence_dimension), each of length 1 (or 0 for a blank text)."""
        if not texts:
            return np.zeros((0, self.sentence_dimension), dtype=np.float32)
        return np.stack([encoded.sentence for encoded in self.encode(texts)])

    def _batches(self, texts: list[str]) -> Iterator[list[str]]:
        """Runs of texts of similar length, so that little is spent on padding."""
        start = 0
        while start < len(texts):
            end = start + 1
            while end < len(texts):
                longest = min(len(texts[end]), self.max_pieces) + 2
                if longest * (end + 1 - start) > _BATCH_TOKENS:
                    break
                end += 1
            yield texts[start:end]
            start = end

    def _forward(self, texts: list[str]) -> list[Encoded]:
        pieces: Any = self._tokenizer(
            [_encodable(text) for text in texts],
            padding=True,
            truncation=True,
            max_length=self.max_pieces + 2,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        with torch.inference_mode():
            layers = self._bert(
                input_ids=pieces["input_ids"].to(self._device),
                attention_mask=pieces["attention_mask"].to(self._device),
                token_type_ids=pieces["token_type_ids"].to(self._device),
                output_hidden_states=True,
            ).hidden_states
        letters, vectors = (layer.float().cpu().numpy() for layer in (layers[0], layers[-1]))
        keep = pieces["special_tokens_mask"].numpy() == 0
        offsets = pieces["offset_mapping"].numpy()
        return [
            Encoded(rows[mask], spans[mask], _sentence(first[mask], rows[mask]))
            for first, rows, spans, mask in zip(letters, vectors, offsets, keep, strict=True)
        ]


def resolve_device(device: str) -> torch.device:
    """The torch device for a KEFU_DEVICE value.

    Raises:
        EncoderError: "cuda" was asked for and there is none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise EncoderError("KEFU_DEVICE=cuda but torch sees no GPU; set it to auto or cpu.")
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)


def _encodable(text: str) -> str:
    """Lone surrogates, which no UTF-8 tokenizer takes, become U+FFFD (one for one)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _sentence(letters: FloatArray, tokens: FloatArray) -> FloatArray:
    shares = np.sqrt(np.array([LETTERS_SHARE, 1 - LETTERS_SHARE], dtype=np.float32))
    return np.concatenate([shares[0] * _unit_mean(letters), shares[1] * _unit_mean(tokens)])


def _unit_mean(rows: FloatArray) -> FloatArray:
    if not len(rows):
        return np.zeros(rows.shape[1], dtype=np.float32)
    mean = rows.mean(axis=0)
    unit: FloatArray = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return unit
