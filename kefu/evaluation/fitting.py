"""Choose the fallback threshold on messages that the model has not seen."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.errors import ExamplesError
from kefu.evaluation.config_file import read_threshold, write_threshold
from kefu.evaluation.examples import Example, Prediction
from kefu.evaluation.picture import draw
from kefu.evaluation.predicting import NluModel
from kefu.evaluation.threshold import Choice, Curve, best, curve
from kefu.evaluation.validation import split, train
from kefu.run.steps import Steps
from kefu.settings import HOME


@dataclass(frozen=True)
class Fit:
    """The validation messages, what the model says to them, and the threshold for it."""

    examples: Sequence[Example]
    predictions: Sequence[Prediction]
    curve: Curve
    choice: Choice
    before: float | None


def fit_threshold(data: Path, config: Path, picture: Path, log: Path, steps: Steps) -> Fit:
    """Train on four fifths of `data`, choose on the rest, write `config` and `picture`.

    Raises:
        KefuError: data, configuration or training are not in order; `config` stays as it was.
    """
    before = read_threshold(config)
    shown = log.relative_to(HOME) if log.is_relative_to(HOME) else log
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        examples = split(data, folder / "nlu.yml")
        with steps.step(f"training on four fifths of {data.name} (log in {shown})") as show:
            trained = train(config, folder / "nlu.yml", folder, log, show)
        model = NluModel.load(trained)
    predictions = model.predict([example.text for example in examples])
    try:
        found = curve([example.intent for example in examples], predictions)
    except ValueError as error:
        raise ExamplesError(f"{data} has no messages but out_of_scope: add others.") from error
    choice = best(found)
    draw(found, choice, len(examples), picture)
    write_threshold(config, choice.threshold)
    return Fit(examples, predictions, found, choice, before)


def summary(fit: Fit) -> str:
    """The choice for people, beside what it replaces."""

    def at(threshold: float) -> str:
        step = fit.curve.step(threshold)
        return (
            f"F1 {fit.curve.f1[step]:.3f}, precision {fit.curve.precision[step]:.3f}, "
            f"recall {fit.curve.recall[step]:.3f}"
        )

    choice = fit.choice
    lines = [
        f"fallback threshold {choice.threshold:g}, best between {choice.low:.4f} and "
        f"{choice.high:.4f} on {len(fit.examples)} unseen messages: {at(choice.threshold)}"
    ]
    if fit.before is not None:
        lines.append(f"before, {fit.before:g}: {at(fit.before)}")
    return "\n".join([*lines, f"without one: {at(0.0)}"])
