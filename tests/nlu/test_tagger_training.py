"""The tagger goes on learning over an encoder that stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from kefu.encoder.folder import load_model, load_tokenizer
from kefu.nlu.joint import Collator, JointModel, JointShape, Reading, TrainedBert
from kefu.nlu.tagger_training import TaggerTraining, train_tagger
from tests.encoder.tiny import write_bert

TAGS = ["B-color", "I-color", "O"]
TEXTS = {"要红色的": [2, 0, 1, 2], "蓝色还没有": [0, 1, 2, 2, 2], "退款": [2, 2], "黑色": [0, 1]}
PLAN = TaggerTraining(epochs=30, batch=3, rate=1e-2)


def reading(text: str) -> Reading:
    return Reading(text, list(text), range(len(text)), np.ones((len(text), 2), np.float32))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("bert"))


def taught(
    folder: Path, plan: TaggerTraining
) -> tuple[JointModel, dict[str, torch.Tensor], list[str]]:
    """A model after training, its weights before, and what was reported."""
    torch.manual_seed(3)
    bert = load_model(str(folder))
    tokenizer = load_tokenizer(str(folder), bert.config.vocab_size)
    shape = JointShape(2, len(TAGS), 2, bert.config.hidden_size)
    model = JointModel(TrainedBert(bert), shape, 0.1)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    lines: list[str] = []
    train_tagger(
        model,
        Collator(tokenizer, 64, shape.tagger.buckets),
        [(reading(text), tags) for text, tags in TEXTS.items()],
        plan,
        torch.device("cpu"),
        np.random.default_rng(3),
        lines.append,
    )
    return model, before, lines


def test_it_learns_the_tags(folder: Path):
    model, _, lines = taught(folder, PLAN)
    tokenizer = load_tokenizer(str(folder), model.bert.model.config.vocab_size)
    collator = Collator(tokenizer, 64, model.shape.tagger.buckets)
    with torch.inference_mode():
        for text, tags in TEXTS.items():
            assert model(collator.batch([reading(text)]))[1][0].argmax(-1).tolist() == tags
    first, last = (float(line.rsplit(" ", 1)[1]) for line in lines)
    assert last < first / 4


def test_only_the_tagger_changes(folder: Path):
    model, before, _ = taught(folder, TaggerTraining(epochs=1))
    changed = {
        name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])
    }
    assert changed
    assert all(name.startswith("tagger.") for name in changed)
    assert not model.tagger.training


def test_nothing_to_learn_is_no_error(folder: Path):
    bert = load_model(str(folder))
    shape = JointShape(2, len(TAGS), 2, bert.config.hidden_size)
    model = JointModel(TrainedBert(bert), shape, 0.1)
    collator = Collator(load_tokenizer(str(folder), bert.config.vocab_size), 64, 100)
    chance = np.random.default_rng(3)
    train_tagger(model, collator, [], PLAN, torch.device("cpu"), chance)
