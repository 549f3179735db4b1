"""Characters' n-grams: hashed into buckets, and as learned vectors."""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from kefu.errors import EncoderError

FloatArray = NDArray[np.float32]
FILE = "grams.safetensors"
_LONGEST = 2
_CHARACTERS = 256  # of a longer text only the beginning counts for its vector


def gram_buckets(text: str, buckets: int) -> list[int]:
    """Buckets (0 … buckets-1) of all 1- and 2-grams of the text, ends marked, doubles removed."""
    line = "^" + "".join(unicodedata.normalize("NFKC", text).lower().split()) + "$"
    grams = {
        line[start : start + length]
        for length in range(1, _LONGEST + 1)
        for start in range(len(line) - length + 1)
    }
    grams -= {"^", "$"}
    return sorted({zlib.crc32(gram.encode("utf-8", "replace")) % buckets for gram in grams})


class GramTable:
    """A vector for each bucket; a text is the sum of its n-grams' vectors, scaled to length 1.

    As fastText's bags of hashed n-grams (Joulin et al. 2017, arXiv 1607.01759).
    """

    def __init__(self, weights: FloatArray) -> None:
        """`weights` is (buckets, dimension)."""
        self.weights = weights
        self.dimension: int = weights.shape[1]

    @classmethod
    def load(cls, folder: Path) -> GramTable | None:
        """The table in an encoder's folder, None where there is none.

        Raises:
            EncoderError: the file is damaged.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            weights = load_file(path)["weights"].float().numpy()
        except Exception as error:
            raise EncoderError(
                f"{path} cannot be read; restore the file, or remove it to do without n-grams."
            ) from error
        if weights.ndim != 2 or not np.isfinite(weights).all():
            raise EncoderError(f"{path} holds no table of finite vectors; restore the file.")
        return cls(weights)

    def save(self, folder: Path) -> None:
        """Writes half precision."""
        save_file({"weights": torch.from_numpy(self.weights).half()}, folder / FILE)

    def vectors(self, texts: Sequence[str]) -> FloatArray:
        """(len(texts), dimension), each of length 1."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self.weights[gram_buckets(text[:_CHARACTERS], len(self.weights))].sum(axis=0)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: FloatArray = rows / np.maximum(lengths, 1e-12)
        return unit
