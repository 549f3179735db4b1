"""What larger shapes cost in training, for one message and in weights, before any is trained."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import numpy as np
import torch
from transformers import BertConfig, BertModel

from kefu.encoder.inference import InferenceBert
from kefu.encoder.pretrain.masked import PretrainingHeads, precision_of
from kefu.encoder.pretrain.recipe import Recipe

SHAPES = ((4, 256), (6, 256), (4, 384), (6, 384))
_BATCH, _LENGTH, _MASKED, _STEPS = 32, 128, 19, 6


@dataclass(frozen=True)
class Size:
    """Tokens a second in training, milliseconds for 16 characters on one core, MB in fp16."""

    training: float
    p50: float
    megabytes: float


def measure(layers: int, hidden: int, vocabulary: int) -> Size:
    """Times one shape in this process."""
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 64,
        intermediate_size=4 * hidden,
        max_position_embeddings=256,
    )
    bert = BertModel(config, add_pooling_layer=False)
    megabytes = sum(p.numel() for p in bert.parameters()) * 2 / 1e6
    return Size(_training(bert, vocabulary), _one_message(bert, vocabulary), megabytes)


def _training(bert: BertModel, vocabulary: int) -> float:
    heads = PretrainingHeads(bert)
    optimizer = torch.optim.AdamW([*bert.parameters(), *heads.parameters()], 1e-4)
    precision = precision_of(Recipe({}), torch.device("cpu"))
    pieces = torch.randint(5, vocabulary, (_BATCH, _LENGTH))
    places = torch.arange(0, _BATCH * _LENGTH, _LENGTH // _MASKED)
    took = []
    for _ in range(_STEPS):
        started = time.perf_counter()
        with torch.autocast("cpu", dtype=precision, enabled=precision != torch.float32):
            hidden = bert(pieces).last_hidden_state
            words, _ = heads(hidden, places, bert.embeddings.word_embeddings.weight)
        loss = torch.nn.functional.cross_entropy(words.float(), pieces.flatten()[places])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        took.append(time.perf_counter() - started)
    return pieces.numel() / float(np.median(took[2:]))


def _one_message(bert: BertModel, vocabulary: int) -> float:
    cores, threads = os.sched_getaffinity(0), torch.get_num_threads()
    os.sched_setaffinity(0, sorted(cores)[:1])
    torch.set_num_threads(1)
    model, pieces, took = InferenceBert(bert), torch.randint(5, vocabulary, (1, 18)), []
    with torch.inference_mode():
        for _ in range(200):
            started = time.perf_counter()
            model(pieces)
            took.append(time.perf_counter() - started)
    os.sched_setaffinity(0, cores)
    torch.set_num_threads(threads)
    return float(np.median(took[50:])) * 1000
