"""What `kefu eval nlu` does: read, predict, score, print, write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.console import Console

from kefu.errors import ExamplesError
from kefu.evaluation.examples import Example, Prediction
from kefu.evaluation.fitting import fit_threshold, summary
from kefu.evaluation.predicting import NluModel
from kefu.evaluation.reading import read_examples
from kefu.evaluation.report import report
from kefu.evaluation.scoring import as_data, prediction_rows, score
from kefu.run.steps import Steps
from kefu.settings import HOME, Settings
from kefu.training import ModelShelf

Echo = Callable[[str], object]


def evaluate(
    settings: Settings,
    data: Path | None,
    model: Path | None,
    predictions: Path | None,
    figures: Path | None,
    echo: Echo,
) -> None:
    """Score a trained model.

    Args:
        settings: which encoder the model that fits the data has.
        data: labelled messages; None for the held-out sets.
        model: None for the one that fits the data.
        predictions: where to write one JSON object a message.
        figures: where to write the figures.
        echo: takes the report.

    Raises:
        KefuError: the messages or the model cannot be read, or a file cannot be written.
    """
    examples = read_examples(HOME / "tests" / "nlu" if data is None else data)
    trained = NluModel.load(model or ModelShelf(settings).fitting())
    found = trained.predict([example.text for example in examples])
    _tell(examples, found, trained.fallback_threshold, predictions, figures, echo)


def fit(
    data: Path | None,
    config: Path,
    picture: Path,
    predictions: Path | None,
    figures: Path | None,
    echo: Echo,
) -> None:
    """Fit the fallback threshold, then score the model that it was fitted with.

    Args:
        data: the training data; None for the project's.
        config: Rasa's configuration, changed in place.
        picture: where to draw the curve.
        predictions: where to write one JSON object a validation message.
        figures: where to write the figures on those messages.
        echo: takes the report.

    Raises:
        KefuError: see `fit_threshold`.
    """
    source = HOME / "data" / "nlu" if data is None else data
    log = HOME / "var" / "log" / "validation.log"
    fitted = fit_threshold(source, config, picture, log, Steps(Console()))
    threshold = fitted.choice.threshold
    _tell(fitted.examples, fitted.predictions, threshold, predictions, figures, echo)
    echo(f"\n{summary(fitted)}\nwritten: {config}, {picture}")


def _tell(
    examples: Sequence[Example],
    found: Sequence[Prediction],
    threshold: float | None,
    predictions: Path | None,
    figures: Path | None,
    echo: Echo,
) -> None:
    if predictions is not None:
        rows = prediction_rows(examples, found)
        _write(predictions, (json.dumps(row, ensure_ascii=False) for row in rows))
    evaluation = score(examples, found, threshold)
    if figures is not None:
        _write(figures, [json.dumps(as_data(evaluation), ensure_ascii=False, indent=2)])
    echo(report(evaluation))


def _write(file: Path, lines: Iterable[str]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise ExamplesError(f"{file} cannot be written: {error.strerror or error}.") from error
