"""Recorded steps give the same numbers, for inputs of sizes that were not recorded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from transformers import BertModel

from kefu.encoder.inference import InferenceBert
from kefu.encoder.recorded import record
from tests.encoder.tiny import config


@pytest.fixture(scope="module")
def plain() -> InferenceBert:
    torch.manual_seed(4)
    return InferenceBert(BertModel(config(200), add_pooling_layer=False))


@pytest.fixture(scope="module")
def recorded(plain: InferenceBert) -> torch.jit.ScriptModule:
    return record(plain, [torch.ones(2, 5, dtype=torch.long)])


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (1, 30), (2, 5), (7, 13), (3, 64)])
def test_the_numbers_are_the_same(plain, recorded, shape: tuple[int, int]):
    pieces = torch.randint(0, 200, shape)
    with torch.inference_mode():
        for _ in range(3):  # TorchScript makes another plan after the first times
            for one, other in zip(recorded(pieces), plain(pieces), strict=True):
                torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)


def test_threads_may_share_it(plain, recorded):
    texts = [torch.randint(0, 200, (1, length)) for length in range(1, 40)]

    def last(pieces: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return recorded(pieces)[1]

    with torch.inference_mode(), ThreadPoolExecutor(4) as pool:
        for pieces, found in zip(texts, pool.map(last, texts), strict=True):
            torch.testing.assert_close(found, plain(pieces)[1], atol=1e-6, rtol=1e-5)
