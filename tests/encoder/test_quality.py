"""The shipped encoder on what it has not seen, against what letters alone can do.

Gates stand a little below what `python -m bench.encoder` measured; that prints intervals too.
"""

from __future__ import annotations

import numpy as np
import pytest
from transformers import BertConfig

from bench.encoder.__main__ import PARAPHRASES_DEV, PARAPHRASES_TEST, untrained
from bench.encoder.lexical import jaccard, tfidf_similarity
from bench.encoder.probe import PENALTY, both_kinds, hits, labelled, ngrams, vectors
from bench.encoder.retrieval import BM25, DENSE, FUSED, KEYWORDS, TFIDF, article_ranks, reciprocal
from bench.encoder.similarity import graded_pairs, measures
from bench.knowledge import DEV, TEST, read_questions
from kefu.encoder import Encoder
from kefu.encoder.folder import load_tokenizer
from kefu.encoder.pretrain.corpus import project_lines
from kefu.encoder.pretrain.pairs import read_answers, read_paraphrases
from kefu.encoder.pretrain.run import ANSWERS, PARAPHRASES
from kefu.settings import HOME, load_settings
from tests.near_copies import letters, near_copies

FOLDER = HOME / "models" / "encoder"


@pytest.fixture(scope="module")
def shipped() -> Encoder:
    return Encoder.load(str(FOLDER), "cpu")


@pytest.fixture(scope="module")
def places(shipped: Encoder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("index")
    return article_ranks(load_settings(), shipped, read_questions(TEST), folder)


class TestArticles:
    """Vectors alone find more articles than BM25 does; beside keywords, more than TF-IDF does."""

    def test_vectors_alone_find_more_than_bm25(self, places: dict[str, np.ndarray]):
        dense, bm25 = places[DENSE], places[BM25]
        assert (dense == 1).mean() >= (bm25 == 1).mean() + 0.06
        assert found(dense) >= found(bm25) + 0.09
        assert reciprocal(dense).mean() >= reciprocal(bm25).mean() + 0.07

    def test_both_together_find_more_than_letters(self, places: dict[str, np.ndarray]):
        fused = reciprocal(places[FUSED]).mean()
        assert fused >= reciprocal(places[KEYWORDS]).mean() + 0.06
        assert fused >= reciprocal(places[BM25]).mean() + 0.14
        assert fused >= reciprocal(places[TFIDF]).mean() + 0.03
        assert found(places[FUSED]) >= found(places[TFIDF]) + 0.04


def found(places: np.ndarray) -> float:
    """Recall@5."""
    return float(((places > 0) & (places <= 5)).mean())


def test_paraphrases_are_told_from_texts_that_share_their_words(shipped: Encoder):
    pairs = graded_pairs(read_paraphrases([PARAPHRASES_TEST]))
    known = [text for group in training_groups() for text in (*group.same, *group.different)]
    first = shipped.sentence_vectors([one for one, _ in pairs.texts])
    second = shipped.sentence_vectors([other for _, other in pairs.texts])
    ours = measures(pairs, (first * second).sum(axis=1))
    for known_by_letters in (jaccard(pairs.texts), tfidf_similarity(pairs.texts, known)):
        theirs = measures(pairs, known_by_letters)
        assert all(ours[measure] >= theirs[measure] + 0.05 for measure in ours)


@pytest.mark.parametrize(("examples", "ahead"), [(5, 0.08), (20, 0.06)])
def test_what_a_few_examples_of_an_intent_teach(shipped: Encoder, examples: int, ahead: float):
    train, test = labelled(HOME / "data/nlu"), labelled(HOME / "tests/nlu")
    both = both_kinds(shipped.sentence_vectors)
    by_letters = hits(train, test, examples, ngrams, PENALTY["letters"]).mean()
    ours = hits(train, test, examples, vectors(shipped.sentence_vectors)).mean()
    assert ours > by_letters + ahead
    assert ours > hits(train, test, examples, vectors(untrained(str(FOLDER)))).mean() + 0.12
    assert hits(train, test, examples, both, PENALTY["letters"]).mean() > by_letters + 0.06


def test_it_is_small_enough_for_the_repository():
    weights = sum(file.stat().st_size for file in FOLDER.glob("*.safetensors"))
    assert weights <= 16e6
    assert BertConfig.from_pretrained(FOLDER).hidden_size in range(256, 385)


@pytest.mark.parametrize(
    "text", ["好的，谢谢！", "😂😂", "ok～", "（多少钱）", "１２３", "在吗？？？"]
)
def test_what_buyers_type_has_no_unknown_piece(text: str):
    size = BertConfig.from_pretrained(FOLDER).vocab_size
    assert "[UNK]" not in load_tokenizer(str(FOLDER), size).tokenize(text)


def test_nothing_that_is_tested_stands_in_the_training_groups():
    tested = {text for _, text in labelled(HOME / "tests/nlu")}
    tested |= {question.text for file in (DEV, TEST) for question in read_questions(file)}
    for group in read_paraphrases([PARAPHRASES_DEV, PARAPHRASES_TEST]):
        tested |= {*group.same, *group.different}
    trained = {text for group in training_groups() for text in (*group.same, *group.different)}
    for topic in read_answers(sorted(HOME.glob(ANSWERS))):
        for passage, questions in topic.passages:
            trained |= {passage, *questions}
    assert near_copies(trained, tested) == []


def test_nothing_that_is_tested_was_read_in_pre_training():
    """`data/nlu` and `kb/` are a source of the masked stage, so more than `data/nlu` counts."""
    read = {letters(text) for text in project_lines(HOME)}
    tested = {text for _, text in labelled(HOME / "tests/nlu")}
    tested |= {question.text for question in read_questions(TEST)}
    for group in read_paraphrases([PARAPHRASES_TEST]):
        tested |= {*group.same, *group.different}
    assert sorted(text for text in tested if letters(text) in read) == []


def training_groups():
    return read_paraphrases(sorted(HOME.glob(PARAPHRASES)))
