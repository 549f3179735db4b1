"""The short forward pass computes what `transformers` computes."""

from __future__ import annotations

import pytest
import torch
from transformers import BertModel

from kefu.encoder.inference import InferenceBert
from tests.encoder.tiny import config


def bert(**changes: int) -> BertModel:
    torch.manual_seed(4)
    return BertModel(config(200, **changes), add_pooling_layer=False).eval()


@pytest.mark.parametrize("shape", [{}, {"num_hidden_layers": 3, "hidden_size": 48}])
def test_all_layers_are_the_same(shape: dict[str, int]):
    theirs, pieces = bert(**shape), torch.randint(0, 200, (3, 11))
    with torch.inference_mode():
        expected = theirs(pieces, output_hidden_states=True).hidden_states
        first, last = InferenceBert(theirs)(pieces)
    torch.testing.assert_close(first, expected[0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(last, expected[-1], atol=1e-5, rtol=1e-4)


def test_padding_is_not_seen():
    theirs, pieces = bert(), torch.randint(0, 200, (2, 9))
    mask = torch.ones_like(pieces, dtype=torch.bool)
    mask[1, 4:] = False
    with torch.inference_mode():
        expected = theirs(pieces, attention_mask=mask.long()).last_hidden_state
        found = InferenceBert(theirs)(pieces, mask)[1]
        alone = InferenceBert(theirs)(pieces[1:, :4])[1]
    torch.testing.assert_close(found[mask], expected[mask], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(found[1:, :4], alone, atol=1e-5, rtol=1e-4)
