"""Small articles, a small deterministic encoder, settings that point at a temporary folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from kefu.settings import Settings, load_settings

RETURNS = """---
title: 七天无理由退货
intents: [ask_return_policy, request_refund]
questions:
  - 买回来不喜欢能退吗
  - 七天从哪天算
updated: 2026-10-08
---
签收后七天内，商品完好就可以无理由退货。七天从签收第二天的零点开始算。

## 运费

无理由退货的运费由您承担；质量问题由本店承担。
"""
COURIERS = """---
title: 用什么快递
intents: [ask_courier]
questions: [发顺丰吗]
updated: 2026-10-08
---
默认发中通。想发顺丰，请在结算页选择，每单加十元。
"""
INVOICES = """---
title: 怎么开发票
intents: [request_invoice]
updated: 2026-10-09
---
在订单详情里点申请开票，电子发票当天发到邮箱。
"""


class CharacterEncoder:
    """Counts characters into 64 buckets: texts that share characters are near. Not a MacBERT."""

    dimension = 64

    def __init__(self, fingerprint: str = "characters") -> None:
        self.fingerprint = fingerprint
        self.asked = 0

    def sentence_vectors(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += len(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for char in text:
                if not char.isspace():
                    digest = hashlib.sha256(char.encode("utf-8", "replace")).digest()
                    vectors[row, digest[0] % self.dimension] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, lengths, out=vectors, where=lengths > 0)


@pytest.fixture
def encoder() -> CharacterEncoder:
    return CharacterEncoder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A shop with three articles, not indexed yet."""
    kb = tmp_path / "kb"
    kb.mkdir()
    for slug, text in (("returns", RETURNS), ("couriers", COURIERS), ("invoices", INVOICES)):
        (kb / f"{slug}.md").write_text(text, encoding="utf-8")
    return load_settings(
        kb_dir=kb,
        kb_index_dir=tmp_path / "index",
        qdrant_url=None,
        kb_min_confidence_with_intent=0.01,  # the real bar is for a real encoder
    )


@pytest.fixture
def write(settings: Settings) -> Callable[[str, str], Path]:
    """Write an article's file by its slug."""

    def put(slug: str, text: str) -> Path:
        file = settings.kb_dir / f"{slug}.md"
        file.write_text(text, encoding="utf-8")
        return file

    return put
