"""The sentence stage: what is drawn together, what is left apart, and that a kill loses nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn
from transformers import BertModel, BertTokenizerFast

from kefu.encoder import Encoder
from kefu.encoder.encoder import SHARES_WITHOUT_GRAMS
from kefu.encoder.pretrain.pairs import Draw, Pair, Paraphrases, from_paraphrases
from kefu.encoder.pretrain.recipe import Recipe
from kefu.encoder.pretrain.sentences import Embed, contrast, pooler, train_sentences
from tests.encoder.pretrain.toy import Killed, recipe, write_tokenizer
from tests.encoder.tiny import LATIN, VOCABULARY, config

CPU = torch.device("cpu")
# A hard negative shares more characters with the first text than its paraphrase does.
TALK = (
    ("什么时候发货", "几点能寄出来", "什么时候到货"),
    ("能便宜点吗", "打个折嘛老板", "有便宜点的吗"),
    ("发什么快递", "用哪家物流寄", "快递发到哪了"),
    ("怎么退款", "钱要如何拿回去", "退款怎么还没到"),
    ("可以开发票吗", "要一张抬头", "发票可以重开吗"),
    ("尺码偏小吗", "穿大一号合适不", "尺码小了能换吗"),
    ("有货吗现在", "这个还剩几件", "现在发货吗"),
    ("地址填错了", "收件人那里要改", "地址对了没错"),
)
GROUPS = [
    Paraphrases(str(number), (first, second), (other,))
    for number, (first, second, other) in enumerate(TALK)
]


def on_circle(**degrees: float) -> Embed:
    """Texts at given angles of the unit circle, so that a cosine can be read off."""
    places = torch.deg2rad(torch.tensor(list(degrees.values())))
    vectors = dict(zip(degrees, torch.stack([places.cos(), places.sin()], dim=1), strict=True))
    return lambda texts: torch.stack([vectors[text] for text in texts])


class TestContrast:
    def test_it_is_the_mean_cross_entropy_of_both_directions(self):
        embed = on_circle(a=0, b=60, c=90, d=180)
        found = contrast(embed, [Pair("1", "a", "b"), Pair("2", "c", "d")], temperature=0.5)
        cosines = (
            np.cos(np.deg2rad([[60, 180], [30, 90]])) / 0.5
        )  # first halves down, second across
        there = np.diag(cosines) - np.log(np.exp(cosines).sum(axis=1))
        back = np.diag(cosines) - np.log(np.exp(cosines).sum(axis=0))
        assert float(found) == pytest.approx(-(there.mean() + back.mean()) / 2, abs=1e-5)

    def test_texts_of_one_group_are_no_negatives(self):
        embed = on_circle(a=0, b=0, c=0, d=0)
        apart = contrast(embed, [Pair("1", "a", "b"), Pair("2", "c", "d")], 0.05)
        together = contrast(embed, [Pair("1", "a", "b"), Pair("1", "c", "d")], 1.0)
        assert float(apart) == pytest.approx(np.log(2), abs=1e-5)
        assert float(together) == pytest.approx(0, abs=1e-5)

    def test_texts_of_one_group_are_not_pushed(self):
        vectors = nn.functional.normalize(torch.randn(4, 8, generator=torch.manual_seed(1)), dim=1)
        alone = vectors.clone().requires_grad_()
        beside = vectors.clone().requires_grad_()
        rows = dict(zip("abcd", range(4), strict=True))

        def embed_in(space: torch.Tensor) -> Embed:
            return lambda texts: space[[rows[text] for text in texts]]

        contrast(embed_in(alone), [Pair("1", "a", "b")], 0.05).backward()
        pairs = [Pair("1", "a", "b"), Pair("1", "c", "d")]
        contrast(embed_in(beside), pairs, 0.05).backward()
        assert torch.allclose(alone.grad, torch.zeros(4, 8), atol=1e-6)
        assert torch.allclose(beside.grad, torch.zeros(4, 8), atol=1e-6)

    def test_a_hard_negative_raises_the_loss_when_it_is_near(self):
        embed = on_circle(a=0, b=10, near=20, far=170)
        without = float(contrast(embed, [Pair("1", "a", "b")], 0.05))
        near = float(contrast(embed, [Pair("1", "a", "b", "near")], 0.05))
        far = float(contrast(embed, [Pair("1", "a", "b", "far")], 0.05))
        assert without == pytest.approx(0, abs=1e-6)
        assert far == pytest.approx(0, abs=1e-6)
        assert near > 0.3

    def test_a_hard_negative_counts_for_every_pair(self):
        embed = on_circle(a=0, b=0, c=90, d=90, other=90)
        pairs = [Pair("1", "a", "b", "other"), Pair("2", "c", "d")]
        assert float(contrast(embed, pairs, 0.05)) == pytest.approx(np.log(2) / 2, abs=1e-5)

    def test_which_half_comes_first_does_not_matter(self):
        embed = on_circle(a=0, b=40, c=50, d=95, x=20, y=200)
        pairs = [Pair("1", "a", "b", "x"), Pair("2", "c", "d", "y")]
        turned = [Pair(pair.group, pair.second, pair.first, pair.other) for pair in pairs]
        one, other = contrast(embed, pairs, 0.05), contrast(embed, turned, 0.05)
        assert float(one) == pytest.approx(float(other), abs=1e-6)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> BertTokenizerFast:
    characters = dict.fromkeys("".join(text for texts in TALK for text in texts))
    latin = {*LATIN, *(f"##{letter}" for letter in LATIN)}
    pieces = dict.fromkeys([*VOCABULARY, *(c for c in characters if c not in latin)])
    return write_tokenizer(tmp_path_factory.mktemp("pieces"), list(pieces))


def new_bert(tokenizer: BertTokenizerFast, seed: int = 0) -> BertModel:
    torch.manual_seed(seed)
    shape = config(len(tokenizer), num_hidden_layers=1)
    return BertModel(shape, add_pooling_layer=False).eval()


class TestPooler:
    TEXTS = ("退款", "你好，物流到哪里了hello", "", " \t", "好", "龘😂", "订单" * 40)

    def test_it_is_the_mean_without_cls_and_sep(self, tokenizer: BertTokenizerFast):
        bert = new_bert(tokenizer)
        with torch.no_grad():
            (found,) = pooler(bert, tokenizer, CPU, torch.float32)(["你好hello"])
            hidden = bert(**tokenizer("你好hello", return_tensors="pt")).last_hidden_state[0]
        expected = nn.functional.normalize(hidden[1:-1].mean(0), dim=0)
        assert torch.allclose(found, expected, atol=1e-6)

    def test_it_is_the_half_for_meaning_of_the_encoders_own(self, tokenizer: BertTokenizerFast):
        bert = new_bert(tokenizer)
        with torch.no_grad():
            found = pooler(bert, tokenizer, CPU, torch.float32)(self.TEXTS).numpy()
        whole = Encoder(bert, tokenizer, CPU).sentence_vectors(self.TEXTS)
        expected = whole[:, found.shape[1] :] / np.sqrt(SHARES_WITHOUT_GRAMS["meaning"])
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert not found[2:4].any(), "a blank text is zero, not undefined"

    def test_a_blank_text_has_no_undefined_gradient(self, tokenizer: BertTokenizerFast):
        bert = new_bert(tokenizer)
        vectors = pooler(bert, tokenizer, CPU, torch.float32)(["", "退款"])
        vectors.sum().backward()
        for name, parameter in bert.named_parameters():
            assert parameter.grad.isfinite().all(), name

    def test_bf16_differs_by_rounding_only(self, tokenizer: BertTokenizerFast):
        bert = new_bert(tokenizer)
        with torch.no_grad():
            exact = pooler(bert, tokenizer, CPU, torch.float32)(self.TEXTS)
            rounded = pooler(bert, tokenizer, CPU, torch.bfloat16)(self.TEXTS)
        assert rounded.dtype == torch.float32
        assert torch.allclose(exact, rounded, atol=0.02)


class Trained(NamedTuple):
    """A model after the stage, and the lines reported."""

    bert: BertModel
    lines: list[str]


def train(
    tokenizer: BertTokenizerFast,
    checkpoint: Path,
    plan: Recipe,
    sources: Mapping[str, Draw],
    seed: int = 0,
) -> Trained:
    bert, lines = new_bert(tokenizer, seed), list[str]()
    train_sentences(bert, tokenizer, sources, plan, checkpoint, CPU, lines.append)
    return Trained(bert, lines)


def same_weights(one: Trained, other: Trained) -> bool:
    weights = other.bert.state_dict()
    return all(torch.equal(tensor, weights[name]) for name, tensor in one.bert.state_dict().items())


def dying(draw: Draw, at: int) -> Draw:
    """The same pairs, until a batch is asked for in step `at`."""
    left = iter(range(at))

    def interrupted(count: int, chance: random.Random) -> list[Pair]:
        if next(left, None) is None:
            raise Killed
        return draw(count, chance)

    return interrupted


def untold(count: int, chance: random.Random) -> list[Pair]:
    """Pairs without hard negatives, of another kind than GROUPS."""
    picks = chance.sample(range(len(TALK)), min(count, len(TALK)))
    return [Pair(str(pick), TALK[pick][0][:3], TALK[pick][0][1:]) for pick in picks]


class TestTraining:
    PLAN = recipe(
        sentence_steps=7,
        sentence_warmup=0,
        checkpoint_every=3,
        sentence_shares={"paraphrases": 1.0},
        sentence_learning_rate=1e-3,
    )
    SOURCES: Mapping[str, Draw] = {"paraphrases": from_paraphrases(GROUPS)}

    @pytest.fixture(scope="class")
    def unbroken(
        self, tokenizer: BertTokenizerFast, tmp_path_factory: pytest.TempPathFactory
    ) -> Trained:
        place = tmp_path_factory.mktemp("whole") / "x.pt"
        return train(tokenizer, place, self.PLAN, self.SOURCES)

    @pytest.mark.parametrize("step", range(7))
    def test_killed_at_any_step_it_ends_at_the_same_weights(
        self, tokenizer: BertTokenizerFast, unbroken: Trained, tmp_path: Path, step: int
    ):
        checkpoint = tmp_path / "x.pt"
        broken = {"paraphrases": dying(self.SOURCES["paraphrases"], step)}
        with pytest.raises(Killed):
            train(tokenizer, checkpoint, self.PLAN, broken)
        saved = step - step % 3
        assert checkpoint.is_file() == bool(saved)
        # After a checkpoint other first weights: what counts comes from the file.
        seed = 99 if saved else 0
        resumed = train(tokenizer, checkpoint, self.PLAN, self.SOURCES, seed)
        assert resumed.lines == ([f"going on from sentence step {saved}"] if saved else [])
        assert same_weights(resumed, unbroken)

    def test_a_finished_stage_is_not_repeated(
        self, tokenizer: BertTokenizerFast, unbroken: Trained, tmp_path: Path
    ):
        train(tokenizer, tmp_path / "x.pt", self.PLAN, self.SOURCES)
        never = {"paraphrases": dying(self.SOURCES["paraphrases"], 0)}
        assert same_weights(train(tokenizer, tmp_path / "x.pt", self.PLAN, never, 99), unbroken)

    def test_no_steps_change_nothing(self, tokenizer: BertTokenizerFast, tmp_path: Path):
        plan = recipe(sentence_steps=0, sentence_shares={"paraphrases": 1.0})
        found = train(tokenizer, tmp_path / "x.pt", plan, self.SOURCES)
        assert same_weights(found, Trained(new_bert(tokenizer), []))
        assert not found.bert.training

    def test_kinds_are_drawn_by_their_shares(self, tokenizer: BertTokenizerFast, tmp_path: Path):
        asked: list[str] = []

        def counting(kind: str) -> Draw:
            def draw(count: int, chance: random.Random) -> list[Pair]:
                asked.append(kind)
                return untold(count, chance)

            return draw

        kinds = ("passages", "paraphrases", "articles")
        plan = recipe(
            sentence_steps=200,
            sentence_batch=2,
            checkpoint_every=1_000,
            sentence_shares={"passages": 0.75, "paraphrases": 0.25, "articles": 0.0},
        )
        train(tokenizer, tmp_path / "x.pt", plan, {kind: counting(kind) for kind in kinds})
        assert len(asked) == 200
        assert asked.count("passages") / 200 == pytest.approx(0.75, abs=0.1)
        assert "articles" not in asked


class TestLearning:
    """A run of a second over eight groups."""

    PLAN = recipe(
        sentence_steps=120,
        sentence_batch=8,
        sentence_warmup=10,
        sentence_learning_rate=2e-3,
        checkpoint_every=1_000,
        sentence_shares={"paraphrases": 0.8, "passages": 0.2},
    )

    @pytest.fixture(scope="class")
    def trained(
        self, tokenizer: BertTokenizerFast, tmp_path_factory: pytest.TempPathFactory
    ) -> Trained:
        sources = {"paraphrases": from_paraphrases(GROUPS), "passages": untold}
        place = tmp_path_factory.mktemp("learning") / "x.pt"
        return train(tokenizer, place, self.PLAN, sources)

    @pytest.mark.parametrize("kind", ["paraphrases", "passages"])
    def test_the_loss_of_each_kind_falls(self, trained: Trained, kind: str):
        losses = [float(line.split(f"{kind} ")[1].split()[0]) for line in trained.lines]
        assert len(losses) == 6
        assert losses[-1] < losses[0] / 2

    def test_paraphrases_come_nearer_than_hard_negatives(
        self, trained: Trained, tokenizer: BertTokenizerFast
    ):
        before = nearer(pooler(new_bert(tokenizer), tokenizer, CPU, torch.float32))
        after = nearer(pooler(trained.bert, tokenizer, CPU, torch.float32))
        assert before.max() < 0, "shared characters alone speak for the hard negative"
        assert after.min() > 0.2


def nearer(embed: Embed, groups: Sequence[tuple[str, str, str]] = TALK) -> torch.Tensor:
    """By how much each group's second text is nearer to the first than the hard negative is."""
    with torch.no_grad():
        first, second, other = (embed(texts) for texts in zip(*groups, strict=True))
    return (first * second).sum(1) - (first * other).sum(1)
