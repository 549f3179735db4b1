"""The joint model: learns from a handful of messages, is kept whole, goes on with new intents."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from kefu.encoder.encoder import native_precision
from kefu.encoder.folder import load_model, load_tokenizer
from kefu.nlu.joint import Collator, JointModel, JointShape, Reading, TrainedBert, read
from kefu.nlu.joint_training import JointTraining, train_joint
from kefu.nlu.lessons import Lesson
from kefu.nlu.school import School
from kefu.nlu.tagging import TaggerShape
from kefu.nlu.understanding import Understanding, blend
from tests.encoder.tiny import write_bert

CPU = torch.device("cpu")
COLORS = ("红", "蓝", "黑", "白", "灰", "绿")
PLAN = JointTraining(
    epochs=30, least_steps=0, polish_epochs=1, batch=8, encoder_rate=2e-3, held_out=0.1
)


def reading(text: str) -> Reading:
    return Reading(text, list(text), range(len(text)), np.zeros((len(text), 2), np.float32))


def lesson(text: str, intent: str | None, tags: list[str] | None = None) -> Lesson:
    return Lesson(reading(text), intent, tags or ["O"] * len(text))


LESSONS = [
    *(lesson(f"要{c}的", "ask_product", ["O", "B-color", "O"]) for c in COLORS),
    *(lesson(f"{c}还没有", "ask_stock", ["B-color", "O", "O", "O"]) for c in COLORS),
    *(
        lesson(t, "request_refund")
        for t in ("退款", "我要退", "退了", "退款的", "退一退", "要退款")
    ),
    *(lesson(t, "track_shipment") for t in ("物流到哪", "快递到了没", "到哪里", "还没到", "物流")),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("bert"))


def train(folder: Path, lessons: list[Lesson], plan: JointTraining = PLAN, **more) -> Understanding:
    bert = load_model(str(folder))
    tokenizer = load_tokenizer(str(folder), bert.config.vocab_size)
    return train_joint(lessons, bert, tokenizer, plan, more.pop("device", CPU), **more)


@pytest.fixture(scope="module")
def trained(folder: Path) -> Understanding:
    return train(folder, LESSONS)


def told(model: Understanding, *texts: str) -> list[str]:
    rows = model.understand([reading(text) for text in texts])
    return [model.intents[int(row.chances.argmax())] for row in rows]


def spans(model: Understanding, text: str) -> list[tuple[str, str]]:
    (row,) = model.understand([reading(text)])
    return [(span.entity, text[span.first : span.last]) for span in row.spans]


def test_it_learns_intents_and_entities(trained: Understanding):
    assert told(trained, "要红的", "退款", "物流到哪") == [
        "ask_product",
        "request_refund",
        "track_shipment",
    ]
    assert spans(trained, "要蓝的") == [("color", "蓝")]
    assert spans(trained, "退款") == []


def test_chances_are_probabilities(trained: Understanding):
    rows = trained.understand([reading("退款"), reading("")])
    for row in rows:
        assert row.chances.shape == (len(trained.intents),)
        assert row.chances.sum() == pytest.approx(1.0, abs=1e-4)
        assert (row.chances >= 0).all()


def test_a_message_is_understood_alike_alone_and_beside_others(trained: Understanding):
    texts = ["退款", "要红的还没有到吗我要退款", "还没到"]
    together = trained.understand([reading(t) for t in texts])
    for text, row in zip(texts, together, strict=True):
        (alone,) = trained.understand([reading(text)])
        np.testing.assert_allclose(alone.chances, row.chances, atol=0.02)


def test_the_short_way_says_what_the_trained_network_says(trained: Understanding, folder: Path):
    """As long as the encoder multiplies in fp32."""
    state = trained.state()
    bert = BertModel(BertConfig(**state["bert"]), add_pooling_layer=False)
    shape = {**state["shape"], "tagger": TaggerShape(**state["shape"]["tagger"])}
    plain = JointModel(TrainedBert(bert), JointShape(**shape), 0.0).eval()
    plain.load_state_dict({name: tensor.float() for name, tensor in state["weights"].items()})
    tokenizer = load_tokenizer(str(folder), state["bert"]["vocab_size"])
    collator = Collator(tokenizer, bert.config.max_position_embeddings, shape["tagger"].buckets)
    batch = collator.batch([reading(text) for text in ("要红的", "退款", "物流到哪了呀" * 3)])
    with torch.inference_mode():
        expected, found = plain(batch), plain.for_inference()(batch)
    exact = native_precision(CPU) == torch.float32
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(
            one.softmax(-1), other.softmax(-1), atol=1e-4 if exact else 0.05, rtol=0
        )


def test_it_survives_being_stored(trained: Understanding, folder: Path, tmp_path: Path):
    torch.save(trained.state(), tmp_path / "state.pt")
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    again = Understanding(state, load_tokenizer(str(folder), state["bert"]["vocab_size"]))
    for text in ("要红的", "退款", "😂", ""):
        (one,), (other,) = (model.understand([reading(text)]) for model in (trained, again))
        np.testing.assert_allclose(one.chances, other.chances, atol=1e-5)


def test_fine_tuning_keeps_what_was_learned_and_adds_an_intent(trained, folder: Path):
    new = [lesson(t, "greet") for t in ("你好", "亲你好", "你好亲", "你在吗", "亲", "在吗亲")]
    short = replace(PLAN, epochs=12)
    again = train(folder, LESSONS + new, short, before=trained)
    assert "greet" in again.intents
    assert told(again, "你好", "退款", "要红的") == ["greet", "request_refund", "ask_product"]
    assert spans(again, "要黑的") == [("color", "黑")]


def test_fine_tuning_keeps_what_held_out_messages_decided(trained: Understanding, folder: Path):
    again = train(folder, LESSONS, replace(PLAN, epochs=1), before=trained)
    assert again.joining == trained.joining
    assert again.least_confidence == trained.least_confidence


def test_few_messages_are_gone_over_more_often():
    plan = JointTraining(epochs=4, least_steps=800, most_epochs=20, batch=50)
    assert [plan.epochs_over(count) for count in (100, 4_000, 10_000, 10_001)] == [20, 10, 4, 4]
    assert replace(plan, epochs=30).epochs_over(100) == 30
    assert replace(plan, least_steps=0).epochs_over(100) == 4


def test_what_is_gone_over_and_how_often(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """What is kept, as long as it takes; then the held-out share and as many others."""
    runs: list[tuple[int, int]] = []
    run = School.run

    def noted(self: School, lessons: list[Lesson], epochs: int, *rest: Any) -> Any:
        runs.append((len(lessons), epochs))
        return run(self, lessons, epochs, *rest)

    monkeypatch.setattr(School, "run", noted)
    plan = replace(PLAN, epochs=1, least_steps=9, held_out=0.2)
    train(folder, LESSONS, plan)
    held = round(plan.held_out * len(LESSONS))
    kept = len(LESSONS) - held
    assert runs == [(kept, plan.epochs_over(kept)), (2 * held, plan.polish_epochs)]
    assert runs[0][1] > plan.epochs


def test_the_same_seed_gives_the_same_model(folder: Path):
    short = replace(PLAN, epochs=2)
    one, other = (train(folder, LESSONS, short).state()["weights"] for _ in range(2))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_lessons_without_an_intent_teach_entities_only(folder: Path):
    marked = [replace(x, intent=None) for x in LESSONS[:6]]
    model = train(folder, LESSONS[6:] + marked, replace(PLAN, epochs=3))
    assert model.intents == ["ask_stock", "request_refund", "track_shipment"]


def test_strange_tokens_and_long_texts_are_no_error(trained: Understanding):
    for text in ("\ud800", "😂" * 300, "ABC123", "１２", " ", "退" * 5_000):
        (row,) = trained.understand([reading(text)])
        assert np.isfinite(row.chances).all()


def test_pieces_belong_to_the_token_that_they_lie_in(folder: Path):
    tokenizer = load_tokenizer(str(folder), load_model(str(folder)).config.vocab_size)
    text = "退ab1款"
    tokens = Reading(text, ["退", "ab1", "款"], [0, 1, 4], np.zeros((3, 0), np.float32))
    batch = Collator(tokenizer, 32, 100).batch([tokens])
    assert batch.owners.tolist() == [[0, 1, 1, 1, 2]]


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_blending_is_a_weighted_mean_of_logarithms(weight: float):
    deep = np.log(np.array([[0.7, 0.2, 0.1]], dtype=np.float32))
    wide = np.array([[0.1, 0.8, 0.1]], dtype=np.float32)
    expected = np.exp(weight * deep + (1 - weight) * np.log(wide))
    found = blend(deep, wide, weight, 1.0)
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-4)
    assert blend(deep, wide, weight, 3.0).max() < found.max()


@pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
def test_it_trains_on_every_device_that_is_there(folder: Path, device: str):
    model = train(folder, LESSONS, replace(PLAN, epochs=2), device=torch.device(device))
    assert len(told(model, "退款")) == 1


def test_the_core_needs_no_rasa():
    code = (
        "import sys; import kefu.nlu.joint, kefu.nlu.joint_training, kefu.nlu.understanding, "
        "kefu.nlu.context_table, kefu.dialogue.turns; "
        "sys.exit(any(name.split('.')[0] in ('rasa', 'tensorflow') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_long_number_is_read_as_one_digit():
    text, tokens = "退 2026110312345678 这单12件", ["退", "2026110312345678", *"这单", "12", "件"]
    found = read(text, tokens, [0, 2, 19, 20, 21, 23], np.zeros((6, 0), dtype=np.float32))
    assert found.text == "退 0 这单12件"
    assert found.starts == [0, 2, 4, 5, 6, 8]
    assert found.tokens == tokens


def school_of(folder: Path, plan: JointTraining) -> tuple[School, Collator, int]:
    """A school of two intents, its collator, and the number of the piece that masks."""
    bert = load_model(str(folder))
    tokenizer = load_tokenizer(str(folder), bert.config.vocab_size)
    shape = JointShape(2, 3, 2, bert.config.hidden_size)
    collator = Collator(tokenizer, bert.config.max_position_embeddings, shape.tagger.buckets)
    model = JointModel(TrainedBert(bert), shape, 0.0)
    school = School(model, collator, ["a", "b"], ["O", "B-x", "I-x"], plan, CPU, tokenizer)
    return school, collator, tokenizer.mask_token_id


def test_what_is_said_of_lessons_comes_in_their_order(folder: Path):
    school, _, _ = school_of(folder, PLAN)
    lessons = [lesson("红蓝黑白灰绿"[:count], "a") for count in (5, 1, 6, 2, 4, 3)]
    together, scores = school.intent_logits(lessons), school.tag_scores(lessons)
    for place, one in enumerate(lessons):
        np.testing.assert_allclose(together[place], school.intent_logits([one])[0], atol=1e-5)
        np.testing.assert_allclose(scores[place], school.tag_scores([one])[0], atol=1e-5)


def test_training_masks_pieces_and_hides_hints(folder: Path):
    school, collator, mask = school_of(folder, replace(PLAN, forget=1.0, hide_marks=1.0))
    batch = collator.batch(
        [Reading("要红的", list("要红的"), range(3), np.ones((3, 2), np.float32))]
    )
    hidden = school._hidden(batch)
    assert (hidden.pieces[batch.inner] == mask).all()
    assert torch.equal(hidden.pieces[~batch.inner], batch.pieces[~batch.inner])
    assert batch.marks.any()
    assert not hidden.marks.any()
