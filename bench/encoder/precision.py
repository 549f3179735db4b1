"""Would fewer bits be as good? The encoder in fp32, bf16 and int8, on the same questions."""

from __future__ import annotations

import os
import time
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bench.encoder.similarity import GradedPairs, measures
from bench.encoder.speed import BATCH, MESSAGES, messages
from kefu.encoder import Encoder

KINDS = ("fp32", "bf16", "int8")


@dataclass(frozen=True)
class Precision:
    """One kind of numbers.

    Attributes:
        auc: paraphrases against hard negatives.
        batch_shift: largest distance between a text's vector alone and in a batch.
        p50: milliseconds for one message on one core.
        batched: messages a second in batches of BATCH.
    """

    auc: float
    batch_shift: float
    p50: float
    batched: float


class _Converted(Encoder):
    """An encoder that can also compute in int8."""

    def quantise(self) -> None:
        """int8 weights; activations are quantised in each forward pass."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecated; the successor needs torchao
            self._bert = torch.ao.quantization.quantize_dynamic(
                self._bert, {nn.Linear}, dtype=torch.qint8
            )


def measure(model: str, kind: str, pairs: GradedPairs) -> Precision:
    """Quality on graded pairs and speed, in this process, fresh encoders for each."""
    first, second = (_vectors(model, kind, column) for column in zip(*pairs.texts, strict=True))
    texts = messages(3 * MESSAGES + BATCH)
    encoder = _encoder(model, kind)
    together = encoder.sentence_vectors(texts[:64])
    alone = np.concatenate([_encoder(model, kind).sentence_vectors([t]) for t in texts[:8]])
    return Precision(
        auc=measures(pairs, (first * second).sum(axis=1))["AUC, hard negatives"],
        batch_shift=float(np.linalg.norm(together[:8] - alone, axis=1).max()),
        p50=_p50(encoder, texts[64 : 64 + MESSAGES]),
        batched=_batched(encoder, texts[-BATCH:]),
    )


def _encoder(model: str, kind: str) -> _Converted:
    encoder = _Converted.load(model, "cpu", "bf16" if kind == "bf16" else "fp32")
    assert isinstance(encoder, _Converted)
    if kind == "int8":
        encoder.quantise()
    return encoder


def _vectors(model: str, kind: str, texts: tuple[str, ...]) -> NDArray[np.float64]:
    return _encoder(model, kind).sentence_vectors(texts).astype(np.float64)


def _p50(encoder: Encoder, texts: list[str]) -> float:
    cores, threads = os.sched_getaffinity(0), torch.get_num_threads()
    os.sched_setaffinity(0, sorted(cores)[:1])
    torch.set_num_threads(1)
    took = []
    for text in texts:
        started = time.perf_counter()
        encoder.encode([text])
        took.append(time.perf_counter() - started)
    os.sched_setaffinity(0, cores)
    torch.set_num_threads(threads)
    return float(np.median(took)) * 1000


def _batched(encoder: Encoder, texts: list[str]) -> float:
    took = []
    for number in range(5):
        batch = [f"{text}{number}" for text in texts]
        started = time.perf_counter()
        encoder.encode(batch)
        took.append(time.perf_counter() - started)
    return len(texts) / float(np.median(took))
