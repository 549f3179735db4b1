"""Texts in, vectors out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertModel, BertTokenizerFast

from kefu.encoder.folder import fingerprint, load_model, load_tokenizer
from kefu.encoder.grams import GramTable
from kefu.encoder.halves import keep_halves
from kefu.encoder.inference import InferenceBert
from kefu.encoder.recorded import record
from kefu.errors import EncoderError

FloatArray = NDArray[np.float32]

_BATCH_TOKENS = 4096  # tokens with padding in one forward pass
_RECENT_TEXTS = 1024  # texts whose vectors are kept
# Of the parts of a sentence vector in a cosine: embeddings, n-grams where there is a table of them,
# last layer. On the dev sets, shares a tenth higher or lower find as many articles; without
# embeddings a few examples teach an intent less, without n-grams fewer articles are found.
SHARES = {"letters": 0.2, "grams": 0.3, "meaning": 0.5}
SHARES_WITHOUT_GRAMS = {"letters": 0.4, "meaning": 0.6}


@dataclass(frozen=True)
class Encoded:
    """One text's vectors.

    Attributes:
        tokens: (number of word pieces, dimension), contextual, without [CLS] and [SEP].
        offsets: (number of word pieces, 2), first and one past last character of each piece.
        sentence: (sentence_dimension,), one behind the other the mean of the embeddings (which
            characters), the n-grams' vector where the encoder has a table of them, and the mean of
            `tokens` (what they mean together), so scaled that the cosine of two sentences is
            the mean of their parts' cosines, weighted by SHARES. Of length 1; zeros for a text
            without any word piece (empty, blank).
    """

    tokens: FloatArray
    offsets: NDArray[np.int64]
    sentence: FloatArray


class Encoder:
    """A MacBERT that turns texts into character and sentence vectors.

    Longer texts are cut after `max_pieces` word pieces. Safe to share between threads.
    """

    def __init__(
        self,
        bert: BertModel,
        tokenizer: BertTokenizerFast,
        device: torch.device,
        grams: GramTable | None = None,
        precision: torch.dtype = torch.float32,
    ) -> None:
        self.fingerprint: str = fingerprint(bert, tokenizer, grams)  # of the numbers as they came
        self._bert = InferenceBert(bert).to(device, precision)
        self._quick: torch.nn.Module = self._bert  # for texts without padding
        self._grams = grams
        self._device = device
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, Encoded] = OrderedDict()
        self.dimension: int = bert.config.hidden_size
        self.sentence_dimension: int = 2 * self.dimension + (grams.dimension if grams else 0)
        self.max_pieces: int = bert.config.max_position_embeddings - 2
        self._pieces = tokenizer.backend_tokenizer
        self._pieces.enable_truncation(self.max_pieces + 2)
        self._pieces.enable_padding(pad_id=tokenizer.pad_token_id)

    @classmethod
    def load(cls, model: str, device: str = "auto", precision: str = "auto") -> Encoder:
        """Opens a folder or a hub name.

        Args:
            model: folder with config.json, vocab.txt and weights, or a hub name.
            device: "auto" (CUDA where there is one), "cpu" or "cuda".
            precision: "fp32", "bf16", or "auto": bf16 on a CPU that multiplies it natively, where
                it is faster and as good, fp32 elsewhere, with weights that are halves kept so.

        Raises:
            EncoderError: names what is missing or does not fit.
        """
        where = resolve_device(device)
        bert = load_model(model)
        tokenizer = load_tokenizer(model, bert.config.vocab_size)
        if precision == "auto":
            number = native_precision(where) if where.type == "cpu" else torch.float32
        else:
            number = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
        encoder = cls(bert, tokenizer, where, GramTable.load(Path(model)), number)
        if precision == "auto":
            keep_halves(encoder._bert)
        if where.type == "cpu":
            encoder._quick = record(encoder._bert, [torch.ones(2, 5, dtype=torch.long)])
        return encoder

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
        pieces = self._pieces.encode_batch([encodable(text) for text in texts])
        inner = np.array([row.special_tokens_mask for row in pieces]) == 0
        offsets = np.array([row.offsets for row in pieces], dtype=np.int64)
        mask = torch.tensor([row.attention_mask for row in pieces], dtype=torch.bool)
        with torch.inference_mode():
            ids = torch.tensor([row.ids for row in pieces]).to(self._device)
            layers = self._quick(ids) if mask.all() else self._bert(ids, mask.to(self._device))
        letters, tokens = (layer.float().cpu().numpy() for layer in layers)
        grams = self._grams.vectors(texts) if self._grams else None
        encoded = []
        for row, keep in enumerate(inner):
            parts = {"letters": _unit_mean(letters[row][keep])}
            if grams is not None:
                parts["grams"] = grams[row] * bool(keep.any())
            parts["meaning"] = _unit_mean(tokens[row][keep])
            encoded.append(Encoded(tokens[row][keep], offsets[row][keep], _join(parts)))
        return encoded


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


def native_precision(device: torch.device) -> torch.dtype:
    """The faster type to multiply in: bf16 where the device does so natively.

    A CPU without bf16 instructions is slower in it than in fp32.
    """
    able = torch.cpu.get_capabilities()
    native = device.type == "cuda" or able.get("amx_bf16") or able.get("avx512_bf16")
    return torch.bfloat16 if native else torch.float32


def encodable(text: str) -> str:
    """Lone surrogates, which no UTF-8 tokenizer takes, become U+FFFD (one for one)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _join(parts: dict[str, FloatArray]) -> FloatArray:
    shares = SHARES if "grams" in parts else SHARES_WITHOUT_GRAMS
    return np.concatenate([np.float32(shares[name] ** 0.5) * part for name, part in parts.items()])


def _unit_mean(rows: FloatArray) -> FloatArray:
    if not len(rows):
        return np.zeros(rows.shape[1], dtype=np.float32)
    mean = rows.mean(axis=0)
    unit: FloatArray = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return unit
