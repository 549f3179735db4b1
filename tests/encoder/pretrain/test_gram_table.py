"""The n-gram stage: rare letters first, then what belongs together is drawn together."""

from __future__ import annotations

import numpy as np

from kefu.encoder.grams import GramTable, gram_buckets
from kefu.encoder.pretrain.gram_table import train_grams
from kefu.encoder.pretrain.pairs import Paraphrases, from_paraphrases
from tests.encoder.pretrain.toy import TALK, recipe

GROUPS = [
    Paraphrases("a", ("什么时候发货", "几点能寄出来"), ("什么时候到货",)),
    Paraphrases("b", ("能便宜点吗", "打个折嘛"), ("有没有便宜的款式",)),
    Paraphrases("c", ("发什么快递", "用哪家物流寄"), ()),
]
SOURCES = {"paraphrases": from_paraphrases(GROUPS)}


def trained(lines: tuple[str, ...] = TALK, **changes: object) -> GramTable:
    plan = {"gram_buckets": 512, "gram_dimension": 128, "gram_steps": 0}
    shares = {"paraphrases": 1.0}
    return train_grams(
        lines, SOURCES, recipe(**{**plan, "sentence_shares": shares, **changes}), lambda line: None
    )


def cosine(table: GramTable, one: str, other: str) -> float:
    first, second = table.vectors([one, other])
    return float(first @ second)


def test_it_begins_with_what_letters_have_in_common():
    table = trained()
    assert (
        cosine(table, "什么时候发货", "什么时候寄") > cosine(table, "什么时候发货", "打个折") + 0.3
    )


def test_rare_letters_weigh_more():
    weights = trained(lines=("好的退款",) * 40 + ("好的发货",)).weights
    often, rare = (np.linalg.norm(weights[gram_buckets(text, 512)[0]]) for text in ("好", "龘"))
    assert rare > often


def test_training_draws_groups_together():
    before, after = trained(), trained(gram_steps=60, gram_learning_rate=0.01)
    for group in GROUPS:
        assert cosine(after, *group.same) > cosine(before, *group.same) + 0.2


def test_the_same_seed_gives_the_same_table():
    one, same, other = (trained(gram_steps=3, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.weights, same.weights)
    assert not np.allclose(one.weights, other.weights)


def test_a_text_whose_letters_were_all_dropped_does_no_harm():
    assert np.isfinite(trained(gram_steps=5, gram_dropout=1.0).weights).all()
