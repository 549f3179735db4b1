"""Entity tags: a head over tokens, and from scores to consistent spans."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.nlu.tagging import (
    Decoder,
    ShortTagger,
    TaggerHead,
    TaggerShape,
    complete,
    identity,
)

TAGS = ["B-color", "B-size", "I-color", "I-size", "O"]


def test_a_text_is_tagged_alike_alone_and_beside_longer_ones():
    torch.manual_seed(2)
    head = TaggerHead(8, len(TAGS), TaggerShape(buckets=50)).eval()
    identities, vectors = torch.randint(1, 50, (1, 4)), torch.randn(1, 4, 8)
    wider = torch.cat([identities, torch.zeros(1, 3, dtype=torch.long)], dim=1)
    padded = torch.cat([vectors, torch.zeros(1, 3, 8)], dim=1)
    with torch.inference_mode():
        torch.testing.assert_close(head(wider, padded)[:, :4], head(identities, vectors))


@pytest.mark.parametrize("tokens", [1, 2, 5, 40])
def test_the_short_way_gives_the_same_logits(tokens: int):
    torch.manual_seed(2)
    head = TaggerHead(8, len(TAGS), TaggerShape(buckets=50)).eval()
    identities, vectors = torch.randint(1, 50, (3, tokens)), torch.randn(3, tokens, 8)
    identities[1, tokens // 2 :] = 0  # a shorter message
    with torch.inference_mode():
        torch.testing.assert_close(
            ShortTagger(head)(identities, vectors), head(identities, vectors), atol=1e-5, rtol=1e-4
        )


def test_numbers_and_codes_are_known_by_their_length():
    assert identity("12", 1000) == identity("99", 1000) != identity("123", 1000)
    assert identity("AB12", 1000) == identity("xy34", 1000)
    assert identity("红", 1000) != identity("蓝", 1000)


@given(st.text(st.characters() | st.characters(categories=("Cs", "Cc")), max_size=8))
def test_any_token_has_an_identity_that_is_not_paddings(token: str):
    assert 1 <= identity(token, 77) < 77


def test_tags_are_completed():
    assert complete({"B-color", "O", "I-size", "B-size"}) == TAGS
    assert complete(set()) == ["O"]


def test_no_tokens_have_no_spans():
    assert Decoder(TAGS).spans(np.zeros((0, 5), dtype=np.float32)) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_spans_are_in_order_and_apart_whatever_the_model_thinks(length: int, seed: int):
    """The decoder alone: random scores never yield an I- without its B-."""
    scores = np.random.default_rng(seed).normal(size=(length, len(TAGS))) * 5
    log = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    spans = Decoder(TAGS).spans(log.astype(np.float32))
    places = [place for span in spans for place in (span.first, span.last)]
    assert places == sorted(places)
    assert all(0 <= span.first < span.last <= length for span in spans)
    assert {span.entity for span in spans} <= {"color", "size"}


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_the_path_is_the_best_of_all_consistent_ones(length: int, seed: int):
    scores = np.random.default_rng(seed).normal(size=(length, len(TAGS))).astype(np.float32)
    consistent = [
        path
        for path in itertools.product(range(len(TAGS)), repeat=length)
        if not TAGS[path[0]].startswith("I-")
        and all(
            not TAGS[b].startswith("I-") or TAGS[a][2:] == TAGS[b][2:]
            for a, b in itertools.pairwise(path)
        )
    ]
    best = max(consistent, key=lambda path: sum(scores[at, tag] for at, tag in enumerate(path)))
    marked = Decoder(TAGS).spans(scores)
    inside = {at for span in marked for at in range(span.first, span.last)}
    assert inside == {at for at, tag in enumerate(best) if TAGS[tag] != "O"}
    assert {span.first for span in marked} == {
        at for at, tag in enumerate(best) if TAGS[tag].startswith("B-")
    }


def test_the_best_consistent_path_wins_over_the_best_tags():
    """O then I-color is forbidden: the first tag gives way because the second is surer."""
    probabilities = np.array([[0.4, 0.01, 0.01, 0.01, 0.57], [0.01, 0.01, 0.95, 0.01, 0.02]])
    (span,) = Decoder(TAGS).spans(np.log(probabilities).astype(np.float32))
    assert (span.entity, span.first, span.last) == ("color", 0, 2)
    assert span.confidence == pytest.approx(0.4)
