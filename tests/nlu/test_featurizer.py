"""One row a token, the right row for each, and one for the whole text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from kefu.encoder import Encoded, Encoder
from kefu.nlu.featurizer import MacBertFeaturizer, token_vectors
from kefu.nlu.tokenizer import CharacterTokenizer


def featurized(encoder: Encoder, *texts: str, batch: int = 256) -> list[Message]:
    tokenizer = CharacterTokenizer(CharacterTokenizer.get_default_config())
    config = {**MacBertFeaturizer.get_default_config(), "batch_size": batch}
    messages = [Message({TEXT: text}) for text in texts]
    return MacBertFeaturizer(config, "macbert", encoder).process(tokenizer.process(messages))


def rows(message: Message) -> tuple[np.ndarray, np.ndarray]:
    sequence, sentence = message.get_dense_features(TEXT)
    return sequence.features, sentence.features


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters() | st.characters(categories=("Cs", "Cc")), min_size=1, max_size=60))
def test_a_row_for_each_token_whatever_the_text(encoder: Encoder, text: str):
    (message,) = featurized(encoder, text)
    tokens = message.get(TOKENS_NAMES[TEXT])
    if not tokens:
        assert message.get_dense_features(TEXT) == (None, None)
        return
    sequence, sentence = rows(message)
    assert sequence.shape == (len(tokens), encoder.dimension)
    assert sentence.shape == (1, encoder.sentence_dimension)
    assert np.isfinite(sequence).all()
    assert np.isfinite(sentence).all()


def test_a_characters_row_is_its_word_pieces_vector(encoder: Encoder):
    text = "你好 退款"
    (message,) = featurized(encoder, text)
    (encoded,) = encoder.encode([text])
    np.testing.assert_allclose(rows(message)[0], encoded.tokens, atol=1e-6)
    np.testing.assert_allclose(rows(message)[1][0], encoded.sentence, atol=1e-6)


def test_a_words_row_is_the_mean_of_its_pieces(encoder: Encoder):
    text = "要hello的"
    (message,) = featurized(encoder, text)
    (encoded,) = encoder.encode([text])
    inside = (encoded.offsets[:, 0] >= 1) & (encoded.offsets[:, 1] <= 6)
    assert inside.sum() == 5
    np.testing.assert_allclose(rows(message)[0][1], encoded.tokens[inside].mean(0), atol=1e-6)


def test_a_token_that_no_piece_touches_is_zero():
    empty = Encoded(np.zeros((0, 4)), np.zeros((0, 2)), np.zeros(4))
    assert token_vectors(empty, [Token("你", 0)]).tolist() == [[0, 0, 0, 0]]


def test_tokens_after_the_cut_are_zero_and_counted(encoder: Encoder):
    (message,) = featurized(encoder, "退" * 200)
    sequence, _ = rows(message)
    assert sequence.shape[0] == 200
    assert sequence[: encoder.max_pieces].any(axis=1).all()
    assert not sequence[encoder.max_pieces :].any()


def test_small_batches_give_the_same_and_skip_the_blank(encoder: Encoder):
    texts = ["你好", " ", "什么时候发货", "退款" * 9, "a"]
    one = featurized(encoder, *texts)
    two = featurized(encoder, *texts, batch=2)
    for left, right in zip(one, two, strict=True):
        if left.get(TEXT).strip():
            np.testing.assert_allclose(rows(left)[0], rows(right)[0], atol=1e-5)


@pytest.mark.usefixtures("encoder")
def test_other_weights_are_another_featurizer_to_rasas_cache(
    encoder: Encoder, storage: LocalModelStorage, context: ExecutionContext
):
    assert MacBertFeaturizer.fingerprint_addon({}) == encoder.fingerprint
    config = MacBertFeaturizer.get_default_config()
    made = MacBertFeaturizer.create(config, storage, Resource("featurizer"), context)
    tokenizer = CharacterTokenizer(CharacterTokenizer.get_default_config())
    (message,) = made.process(tokenizer.process([Message({TEXT: "你好"})]))
    assert rows(message)[0].shape == (2, encoder.dimension)
