"""The yardsticks of `python -m bench.encoder`, checked by hand where a hand can."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.encoder.__main__ import main
from bench.encoder.lexical import bm25_scores, jaccard, tfidf_scores, tfidf_similarity
from bench.encoder.probe import DRAWS, hits, ngrams, vectors
from bench.encoder.retrieval import _places, reciprocal
from bench.encoder.similarity import FAR, NEAR, SAME, graded_pairs, measures, with_intervals
from bench.encoder.speed import messages
from bench.intervals import interval
from kefu.encoder.pretrain.pairs import Paraphrases

GROUPS = [
    Paraphrases("a", ("什么时候发货", "啥时候寄出", "几号能发"), ("什么时候到货",)),
    Paraphrases("b", ("能退吗", "可以退货不"), ("能换吗", "退了多久到账")),
]


def test_bm25_is_the_textbook_formula():
    (scores,) = bm25_scores(["退货"], ["退货退货吗", "换货吗"])
    # Pairs of the first: 退货 货退 退货 货吗; of the second: 换货 货吗. 退货 stands in one of two.
    idf = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * 2.5 / (2 + 1.5 * (1 - 0.75 + 0.75 * 4 / 3))
    assert scores == pytest.approx([expected, 0.0])


def test_tfidf_is_one_for_the_document_itself():
    documents = ["什么时候发货", "怎么退款"]
    scores = tfidf_scores(documents, documents)
    assert np.diag(scores) == pytest.approx([1.0, 1.0])
    assert scores[0, 1] < 0.2


def test_jaccard_counts_characters_once():
    assert jaccard([("退退货", "退款"), ("你好", "你好"), ("", "")]) == pytest.approx([1 / 3, 1, 0])


def test_tfidf_similarity_is_symmetric_and_one_for_equal_texts():
    known = ["什么时候发货", "怎么退款", "发什么快递"]
    scores = tfidf_similarity([(known[0], known[2]), (known[2], known[0]), (known[1],) * 2], known)
    assert scores[0] == pytest.approx(scores[1])
    assert scores[2] == pytest.approx(1.0)


def test_equal_scores_share_the_worst_place():
    scores = np.array([[0.5, 0.9, 0.5], [1.0, 0.2, 0.1]])
    assert _places(scores, [0, 0]).tolist() == [3.0, 1.0]
    assert reciprocal(np.array([0.0, 1.0, 4.0])).tolist() == [0.0, 1.0, 0.25]


def test_pairs_are_graded_by_where_they_come_from():
    pairs = graded_pairs(GROUPS)
    by_grade = {
        grade: {pair for pair, own in zip(pairs.texts, pairs.grades, strict=True) if own == grade}
        for grade in (SAME, NEAR, FAR)
    }
    assert ("能退吗", "可以退货不") in by_grade[SAME]
    assert len(by_grade[SAME]) == 3 + 1
    assert ("几号能发", "什么时候到货") in by_grade[NEAR]
    assert len(by_grade[NEAR]) == 3 + 4
    inside = [set(group.same) for group in GROUPS]
    assert not any({one, other} <= texts for one, other in by_grade[FAR] for texts in inside)


def test_a_scorer_that_knows_has_the_best_measures_and_a_blind_one_none():
    pairs = graded_pairs(GROUPS)
    knows = pairs.grades.astype(float)
    blind = np.zeros(len(knows))
    blind[0] = 1e-9  # of all the same, no rank correlation is defined
    assert measures(pairs, knows) == pytest.approx(
        {"AUC, hard negatives": 1.0, "AUC, all": 1.0, "Spearman": 1.0}
    )
    assert measures(pairs, blind)["AUC, all"] == pytest.approx(0.5, abs=0.2)
    table = with_intervals(pairs, {"knows": knows}, 20)
    assert table["knows"]["AUC, all"] == (1.0, 1.0, 1.0)


def test_the_probe_learns_what_its_features_show():
    train = [("ship", f"发货{n}") for n in range(6)] + [("refund", f"退款{n}") for n in range(6)]
    test = [("ship", "还不发货"), ("refund", "我要退款")]
    assert hits(train, test, 3, ngrams).tolist() == [[1.0] * DRAWS] * 2

    def nothing(texts):
        return np.ones((len(texts), 2), dtype=np.float32)

    with np.errstate(invalid="ignore", divide="ignore"):
        features = vectors(lambda texts: nothing(texts) + np.arange(len(texts))[:, None] % 2)
    assert hits(train, test, 3, features).mean() < 1.0


def test_an_interval_holds_the_figure():
    text = interval(np.array([0.0, 1.0] * 50), np.mean)
    assert text.startswith("0.500 [0.4")
    assert text.endswith("]")


def test_messages_are_distinct_and_as_long_as_said():
    texts = messages(500)
    assert len(set(texts)) == 500
    assert {len(text) for text in texts} == {16}


def test_an_unknown_part_is_named(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench.encoder", "--only", "speed,taste"])
    with pytest.raises(SystemExit):
        main()
    assert "unknown part taste" in capsys.readouterr().err
