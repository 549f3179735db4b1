"""The workings of `python -m bench.nlu`, on messages of which a linear model learns everything."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from bench.nlu import linear, machine, serving, tables
from bench.nlu.__main__ import compare, latency, main
from bench.nlu.arms import LinearArm, RasaArm, Trained, diet, joint
from bench.nlu.compare import Outcome, lead, outcome, verdicts
from bench.nlu.seeds import spreads
from bench.nlu.serving import Loading
from bench.nlu.sets import DATA, Sets, make
from bench.nlu.workshop import Workshop
from kefu.errors import ModelError, SettingsError
from kefu.evaluation.examples import Example, Prediction, Span
from kefu.evaluation.reading import read_examples
from kefu.evaluation.scoring import score
from kefu.run.steps import Steps
from kefu.settings import HOME
from tests.evaluation.conftest import CONFIG, LESSONS

GROUPS = {
    **LESSONS,
    "ask_arrival_time": (
        "[今天](date)到吗 [明天](date)能送到不 [今天](date)送到没 [明天](date)到得了吗 "
        "[今天](date)能到货吗 [明天](date)送来吗 [今天](date)会到吗 [明天](date)送达不"
    ),
}
NO_TIME = Loading(0.0, 0.0, None)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    groups = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts.split())}
        for intent, texts in GROUPS.items()
    ]
    more = [
        {"lookup": "date", "examples": "- 今天\n- 明天\n"},
        {"synonym": "今天", "examples": "- 今儿\n"},
    ]
    content = yaml.safe_dump({"version": "3.1", "nlu": [*groups, *more]}, allow_unicode=True)
    (folder / "nlu.yml").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sets(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Sets:
    return make(tmp_path_factory.mktemp("sets"), data=data)


class TestSets:
    def test_a_share_is_of_the_training_messages_of_each_intent(
        self, sets: Sets, data: Path, tmp_path: Path
    ):
        thin = make(tmp_path, 0.5, data)
        assert thin.held == sets.held
        assert {e.text for e in thin.training} < {e.text for e in sets.training}
        whole, half = (Counter(e.intent for e in each.training) for each in (sets, thin))
        assert half == {intent: -(-count // 2) for intent, count in whole.items()}

    def test_the_smallest_share_leaves_two_of_each(self, data: Path, tmp_path: Path):
        thin = make(tmp_path, 0.001, data)
        assert sorted(e.intent for e in thin.training) == sorted([*GROUPS] * 2)

    def test_lookup_tables_and_synonyms_stay(self, data: Path, tmp_path: Path):
        written = make(tmp_path, 0.5, data).rasa_file.read_text(encoding="utf-8")
        assert "- lookup: date" in written
        assert "- synonym: 今天" in written

    def test_both_files_hold_the_same(self, sets: Sets):
        labels = json.loads(sets.labels_file.read_text(encoding="utf-8"))
        in_rasa = [[e.text, e.intent] for e in read_examples(sets.rasa_file)]
        assert labels == in_rasa
        assert not {text for text, _ in labels} & {e.text for e in sets.held}

    def test_the_held_out_sets_take_no_part(self):
        assert DATA == HOME / "data" / "nlu"
        for file in (HOME / "bench" / "nlu").glob("*.py"):
            assert '"tests' not in file.read_text(encoding="utf-8")


class TestArms:
    def test_ours_is_the_configuration_with_another_seed(self):
        ours = yaml.safe_load((HOME / "config.yml").read_text(encoding="utf-8"))
        assert yaml.safe_load(joint().configuration()) == ours
        reseeded = yaml.safe_load(joint(3).configuration())
        (classifier,) = [p for p in reseeded["pipeline"] if p["name"].endswith("JointClassifier")]
        assert classifier.pop("seed") == 3
        assert reseeded == ours

    def test_diet_has_as_many_epochs_as_said_and_our_featurizer(self):
        config = yaml.safe_load(diet(2).configuration())
        parts = {part.pop("name"): part for part in config["pipeline"]}
        assert parts["DIETClassifier"]["epochs"] == 2
        assert "kefu.nlu.featurizer.MacBertFeaturizer" in parts

    def test_a_component_that_is_not_there(self):
        with pytest.raises(SettingsError, match=r"config\.yml has 0 components DIETClassifier"):
            RasaArm("none", HOME / "config.yml", "DIETClassifier").configuration()

    @pytest.mark.parametrize("kind", list(linear.KINDS))
    def test_a_linear_model_is_trained_and_asked_in_processes_of_its_own(
        self, kind: str, sets: Sets, tmp_path: Path
    ):
        trained = LinearArm(kind).train(sets, tmp_path, tmp_path / "log", print)
        assert 0 < trained.classifier_seconds < trained.seconds
        assert trained.cpu_seconds > 0
        texts = [example.text for example in sets.training]
        predictions, loading = serving.together(trained.file, texts)
        right = [p.intent == e.intent for p, e in zip(predictions, sets.training, strict=True)]
        assert sum(right) / len(right) > 0.9
        assert all(p.ranking[0] == (p.intent, p.confidence) for p in predictions)
        assert sum(sure for _, sure in predictions[0].ranking) == pytest.approx(1.0, abs=1e-4)
        assert loading.model > 0
        assert loading.classifier is None

    def test_a_training_that_fails_is_told(self, sets: Sets, tmp_path: Path):
        sets.labels_file.with_name("broken.json").write_text("[]")
        broken = Sets(sets.rasa_file, sets.labels_file.with_name("broken.json"), [], [])
        with pytest.raises(ModelError, match="Training linear failed"):
            LinearArm("linear").train(broken, tmp_path, tmp_path / "log", print)

    def test_a_model_that_is_damaged_is_told(self, tmp_path: Path):
        (tmp_path / "model.joblib").write_bytes(b"junk")
        with pytest.raises(ModelError, match=r"model\.joblib cannot be asked"):
            serving.together(tmp_path / "model.joblib", ["在吗"])


@pytest.fixture(scope="module")
def tiny(sets: Sets, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workshop, RasaArm]:
    """A workshop, and an arm that Rasa trains in seconds."""
    folder = tmp_path_factory.mktemp("workshop")
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    workshop = Workshop(sets, folder, folder / "logs", Steps(Console(quiet=True)))
    return workshop, RasaArm("tiny", folder / "config.yml", "LogisticRegressionClassifier")


@pytest.mark.integration
@pytest.mark.timeout(900)
class TestParts:
    def test_arms_are_compared_and_timed(self, tiny: tuple[Workshop, RasaArm]):
        workshop, arm = tiny
        text, told = compare(workshop, [LinearArm("linear"), arm], ours="tiny", rival="linear")
        rasa, alone = told["arms"]["tiny"], told["arms"]["linear"]
        assert 0 < rasa["classifier_training_seconds"] < rasa["training_seconds"]
        assert 0 < rasa["loading_seconds"]["classifier"] < rasa["loading_seconds"]["model"]
        assert rasa["entity F1"]["value"] > 0
        assert "entity F1" not in alone
        assert list(told["leads"]["linear"]) == ["weighted F1", "macro F1"]
        assert list(told["verdicts"].values())[-1] is False  # nothing of Rasa's trains that fast
        assert "| tiny | " in text
        assert "| tiny − linear | " in text
        assert json.loads(json.dumps(told)) == told

    def test_one_message_is_timed_for_both_lengths(self, tiny: tuple[Workshop, RasaArm]):
        workshop, arm = tiny
        cores = os.sched_getaffinity(0)
        text, told = latency(workshop, [arm], count=80)
        lengths = {"16", str(workshop.sets.median_length)}
        assert lengths < set(told["tiny"])
        for length in lengths:
            assert 0 < told["tiny"][length]["p50"] <= told["tiny"][length]["p95"]
            assert told["tiny"][length]["cpu_p50"] > 0
            assert f"{length} characters: p50, p95" in text
        assert os.sched_getaffinity(0) == cores

    def test_an_arm_is_trained_once(self, tiny: tuple[Workshop, RasaArm]):
        workshop, arm = tiny
        assert workshop.trained(arm) is workshop.trained(arm)


HELD = [
    Example(f"{n}", intent, frozenset({Span(0, 1, "date")}))
    for n, intent in enumerate(["a"] * 5 + ["b"] * 5)
]


def judged(arm: str, intents: str, entities: int = 10, seconds: float = 1.0) -> Outcome:
    """An outcome of an arm that gives each message the intent of one letter."""
    date = {"start": 0, "end": 1, "value": "", "entity": "date"}
    predictions = [
        Prediction(intent, 1.0, [(intent, 1.0)], [date] if n < entities else [])
        for n, intent in enumerate(intents)
    ]
    trained = Trained(arm, Path("model"), seconds, seconds, seconds)
    return outcome(HELD, trained, (predictions, NO_TIME), entities > 0)


class TestFigures:
    def test_they_are_those_of_kefu_eval(self):
        found = judged("joint", "aaaabbbbba", entities=5)
        theirs = score(HELD, found.predictions, None)
        assert found.figures["weighted F1"] == theirs.intents.weighted_f1
        assert found.figures["macro F1"] == theirs.intents.macro_f1
        assert theirs.entities is not None
        assert found.figures["entity F1"] == theirs.entities.micro_f1

    def test_an_arm_leads_itself_by_nothing(self):
        same = judged("joint", "aaaabbbbba")
        for figure in lead(HELD, same, same).values():
            assert (figure.value, figure.low, figure.high) == (0.0, 0.0, 0.0)

    def test_a_lead_is_the_difference_with_its_interval(self):
        best, worse = judged("joint", "aaaaabbbbb"), judged("diet", "aaabbaabbb", entities=5)
        ahead = lead(HELD, best, worse)
        assert list(ahead) == ["weighted F1", "macro F1", "entity F1"]
        assert ahead["weighted F1"].value == pytest.approx(0.4)
        assert ahead["entity F1"].value == pytest.approx(1 - 2 * 5 / 15)
        for figure in ahead.values():
            assert 0 <= figure.low < figure.value < figure.high

    def test_arms_without_entities_are_compared_by_intents(self):
        assert list(lead(HELD, judged("joint", "ab" * 5), judged("linear", "ba" * 5, 0))) == [
            "weighted F1",
            "macro F1",
        ]

    def test_the_best_and_the_fastest_pass(self):
        outcomes = {
            "diet": judged("diet", "aaaabbbbba", entities=9, seconds=51.0),
            "joint": judged("joint", "aaaaabbbbb", entities=9, seconds=10.0),
        }
        assert [right for _, right in verdicts(outcomes, "joint", "diet")] == [
            *(True, True, False),  # as many entities are not more
            True,
        ]
        outcomes["diet"] = judged("diet", "aaaabbbbba", seconds=49.0)
        what, right = verdicts(outcomes, "joint", "diet")[-1]
        assert "4.9 times" in what
        assert not right


class TestSeeds:
    def test_the_worst_may_be_two_hundredths_below_the_mean(self):
        outcomes = {1: judged("joint-1", "aaaaabbbbb", 9), 2: judged("joint-2", "aaaaabbbbb", 8)}
        over = spreads(outcomes)
        assert (over["weighted F1"].mean, over["weighted F1"].worst) == (1.0, 1.0)
        assert over["weighted F1"].within
        best, worst = 18 / 19, 16 / 18
        assert over["entity F1"].mean == pytest.approx((best + worst) / 2)
        assert over["entity F1"].worst == pytest.approx(worst)
        assert not over["entity F1"].within
        text = tables.seeds(outcomes, over)
        assert "| worst | 1.000 | 1.000 | 0.889 |" in text
        assert "worst entity F1 within 0.02 of the mean: NO" in text


def test_the_machine_is_told():
    facts = machine.facts()
    assert facts["cores"] == len(os.sched_getaffinity(0))
    assert facts["cpu"]
    assert facts["bf16"] in ("native", "none")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--only", "compare,taste"], "unknown part taste"),
        (["--share", "0"], "--share"),
        (["--share", "1.5"], "--share"),
        (["--epochs-diet", "0"], "--epochs-diet"),
        (["--seeds", "1,two"], "--seeds"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    arguments: list[str],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr("sys.argv", ["bench.nlu", *arguments])
    with pytest.raises(SystemExit) as raised:
        main()
    assert raised.value.code == 2
    assert complaint in capsys.readouterr().err
