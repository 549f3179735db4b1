"""BERT folders as small as they get, with random weights: real files, read by the real loader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import BertConfig, BertForPreTraining, BertModel

LATIN = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = (
    "的一是在不了有我他这你们来到说时要就出会也你好退款订单快递发货物流多少钱哪里还没能吗呢亲，。"
)
VOCABULARY = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *LATIN,
    *(f"##{letter}" for letter in LATIN),
    *dict.fromkeys(WORDS),
)


def config(vocabulary_size: int = len(VOCABULARY), **changes: int) -> BertConfig:
    sizes = {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 64,
    }
    return BertConfig(vocab_size=vocabulary_size, **{**sizes, **changes})


def write_bert(
    folder: Path,
    *,
    vocabulary: Sequence[str] = VOCABULARY,
    safetensors: bool = True,
    heads: bool = False,
    seed: int = 0,
    **sizes: int,
) -> Path:
    """config.json, vocab.txt and weights; with `heads` as BERT's authors publish them."""
    torch.manual_seed(seed)
    shape = config(len(vocabulary), **sizes)
    model = BertForPreTraining(shape) if heads else BertModel(shape, add_pooling_layer=False)
    model.save_pretrained(folder, safe_serialization=safetensors)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    return folder


def macbert_vocabulary() -> list[str]:
    """21,128 entries in the order of hfl/chinese-macbert-base: [UNK] is 100, [CLS] 101."""
    fixed = ["[PAD]", *(f"[unused{number}]" for number in range(1, 100))]
    fixed += ["[UNK]", "[CLS]", "[SEP]", "[MASK]", *LATIN, *(f"##{letter}" for letter in LATIN)]
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 20_902)]
    rest = 21_128 - len(fixed) - len(characters)
    return fixed + characters + [f"##{chr(0x4E00 + number)}" for number in range(rest)]
