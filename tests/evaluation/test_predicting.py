"""A model that Rasa trained, as its server would hear it."""

from __future__ import annotations

import asyncio
import time
import warnings
from pathlib import Path

import pytest

from kefu.errors import ExamplesError, ModelError
from kefu.evaluation.examples import Span
from kefu.evaluation.predicting import NluModel, quiet
from kefu.evaluation.reading import read_examples
from kefu.evaluation.validation import split

INTENTS = {"ask_ship_time", "request_refund", "out_of_scope"}


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> NluModel:
    return NluModel.load(tiny_model)


def test_it_says_what_rasas_agent_says_but_for_the_fallback(model: NluModel, tiny_model: Path):
    from rasa.core.agent import Agent

    texts = ["什么时候发货", "今天能退款吗", "明天下雨吗"]
    with quiet():
        agent = Agent.load(str(tiny_model))
        theirs = [asyncio.run(agent.parse_message(text)) for text in texts]
    for prediction, parsed in zip(model.predict(texts), theirs, strict=True):
        assert parsed["intent"]["name"] == "nlu_fallback"  # the threshold refuses everything
        fallback, *ranking = [(row["name"], row["confidence"]) for row in parsed["intent_ranking"]]
        assert fallback[0] == "nlu_fallback"
        assert list(prediction.ranking) == ranking
        assert (prediction.intent, prediction.confidence) == ranking[0]
        assert [dict(entity) for entity in prediction.entities] == [
            {key: entity[key] for key in ("start", "end", "value", "entity")}
            for entity in parsed["entities"]
        ]


def test_the_ranking_is_whole(model: NluModel):
    (prediction,) = model.predict(["退款"])
    assert {name for name, _ in prediction.ranking} == INTENTS
    assert sum(sure for _, sure in prediction.ranking) == pytest.approx(1.0)
    assert prediction.intent == "request_refund"


def test_entities_stand_where_they_stand_in_the_text_as_it_was_written(model: NluModel):
    plain, moved = model.predict(["今天发吗", " \t今天发吗 "])
    assert plain.spans == {Span(0, 2, "date")}
    assert moved.spans == {Span(2, 4, "date")}
    assert moved.entities[0]["value"] == "今天"


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_blank_text_gets_nothing_and_disturbs_no_other(model: NluModel, text: str):
    nothing, something = model.predict([text, "退款"])
    assert (nothing.intent, nothing.confidence, list(nothing.ranking)) == (None, 0.0, [])
    assert something == model.predict(["退款"])[0]


@pytest.mark.parametrize("text", ["/", "/ 退款{", "😅", "\u200b", "退" * 3000, "a\nb", "[退](款)"])
def test_odd_texts_are_predicted(model: NluModel, text: str):
    assert 0 < model.predict([text])[0].confidence <= 1


def test_many_are_predicted_quickly_and_in_order(model: NluModel):
    texts = ["退款", "发货"] * 1500
    started = time.monotonic()
    found = [prediction.intent for prediction in model.predict(texts)]
    assert time.monotonic() - started < 30
    assert found == ["request_refund", "ask_ship_time"] * 1500


def test_its_threshold_is_known(model: NluModel):
    assert model.fallback_threshold == 0.99


def test_nothing_is_printed_and_nothing_stays_silenced(
    model: NluModel, capfd: pytest.CaptureFixture[str]
):
    import logging

    model.predict(["/nobody_knows", "/{"])
    assert capfd.readouterr() == ("", "")
    assert logging.root.manager.disable == logging.NOTSET
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)


def test_a_model_that_is_not_there(tmp_path: Path):
    with pytest.raises(ModelError, match="kefu train"):
        NluModel.load(tmp_path / "none.tar.gz")


class TestSplit:
    def test_a_fifth_of_each_intent_is_held_back_and_nothing_lost(self, bot: Path, tmp_path: Path):
        everything = {(e.text, e.intent) for e in read_examples(bot / "data")}
        held = split(bot / "data", tmp_path / "nlu.yml")
        kept = read_examples(tmp_path / "nlu.yml")
        assert sorted(example.intent for example in held) == sorted([*INTENTS, *INTENTS])
        assert {(e.text, e.intent) for e in kept} | {(e.text, e.intent) for e in held} == everything
        assert len(kept) + len(held) == len(everything)
        assert "- lookup: date" in (tmp_path / "nlu.yml").read_text(encoding="utf-8")

    def test_it_is_the_same_each_time(self, bot: Path, tmp_path: Path):
        held = [split(bot / "data", tmp_path / name) for name in ("one.yml", "two.yml")]
        assert held[0] == held[1]
        assert (tmp_path / "one.yml").read_bytes() == (tmp_path / "two.yml").read_bytes()

    def test_entities_stay_marked(self, bot: Path, tmp_path: Path):
        held = split(bot / "data", tmp_path / "nlu.yml")
        spans = [e.spans for e in [*held, *read_examples(tmp_path / "nlu.yml")] if e.spans]
        assert len(spans) == 3

    @pytest.mark.parametrize("lines", [1, 3])
    def test_too_few_messages(self, tmp_path: Path, lines: int):
        group = "  examples: |\n" + "".join(f"    - 在吗{n}\n" for n in range(lines))
        content = "".join(f"- intent: {name}\n{group}" for name in ("a", "b", "c"))
        (tmp_path / "data.yml").write_text(f"version: '3.1'\nnlu:\n{content}", encoding="utf-8")
        with pytest.raises(ExamplesError, match="too few messages"):
            split(tmp_path / "data.yml", tmp_path / "nlu.yml")

    def test_nothing_there(self, tmp_path: Path):
        with pytest.raises(ExamplesError, match="There is no"):
            split(tmp_path / "none", tmp_path / "nlu.yml")
