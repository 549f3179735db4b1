"""Two arms without Rasa: linear models over n-grams.

    python -m bench.nlu.linear KIND LABELS.json MODEL    train; prints the seconds of learning

`linear` is what scikit-learn offers by itself: TF-IDF of character 1- and 2-grams (sublinear, which
is best on this split) under a linear support vector machine. `wide` is the part of ours beside the
fine-tuned network, `kefu.nlu.intents`. Neither finds entities.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kefu.evaluation.examples import Prediction

KINDS = {"linear": ".joblib", "wide": ".pt"}
"""Each kind and the suffix of its file."""

_RANKING = 10


class Predictor(Protocol):
    """What can be asked; `kefu.evaluation.predicting.NluModel` is another."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text."""


class Linear:
    """A pipeline of scikit-learn."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline

    @classmethod
    def train(cls, texts: Sequence[str], intents: Sequence[str]) -> tuple[Linear, float]:
        """The model and the seconds of learning."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC

        letters = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
        started = time.perf_counter()
        pipeline = make_pipeline(letters, LinearSVC(random_state=7)).fit(texts, intents)
        return cls(pipeline), time.perf_counter() - started

    @classmethod
    def load(cls, file: Path) -> Linear:
        """What `save` wrote."""
        import joblib

        return cls(joblib.load(file))

    def save(self, file: Path) -> None:
        """Write it."""
        import joblib

        joblib.dump(self._pipeline, file)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Intents by margin; confidences are a softmax of margins, not calibrated."""
        margins = self._pipeline.decision_function(texts)
        if margins.ndim == 1:  # two intents have one margin
            margins = np.stack([-margins, margins], axis=1)
        raised = np.exp(margins - margins.max(axis=1, keepdims=True))
        return _predictions(self._pipeline.classes_, raised / raised.sum(axis=1, keepdims=True))


class Wide:
    """`kefu.nlu.intents.IntentScorer`."""

    def __init__(self, scorer: Any) -> None:
        self._scorer = scorer

    @classmethod
    def train(cls, texts: Sequence[str], intents: Sequence[str]) -> tuple[Wide, float]:
        """The model and the seconds of learning."""
        from kefu.nlu.intents import IntentTraining, train_intents

        started = time.perf_counter()
        scorer = train_intents(texts, intents, IntentTraining())
        return cls(scorer), time.perf_counter() - started

    @classmethod
    def load(cls, file: Path) -> Wide:
        """What `save` wrote."""
        import torch

        from kefu.nlu.intents import IntentScorer

        return cls(IntentScorer(torch.load(file, weights_only=True)))

    def save(self, file: Path) -> None:
        """Write it."""
        import torch

        torch.save(self._scorer.state(), file)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Intents with calibrated confidences."""
        return _predictions(self._scorer.intents, self._scorer.probabilities(texts))


def load(file: Path) -> Predictor:
    """Either kind, by its suffix."""
    return Linear.load(file) if file.suffix == KINDS["linear"] else Wide.load(file)


def _predictions(intents: Sequence[str], chances: NDArray[Any]) -> list[Prediction]:
    rankings = (
        [(str(intents[place]), float(row[place])) for place in np.argsort(-row)[:_RANKING]]
        for row in chances
    )
    return [Prediction(*ranking[0], ranking, ()) for ranking in rankings]


def main() -> None:
    """Train one, write it, print one JSON object."""
    kind, labels, file = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    texts, intents = zip(*json.loads(labels.read_text(encoding="utf-8")), strict=True)
    trainer = Linear if kind == "linear" else Wide
    model, seconds = trainer.train(texts, intents)
    model.save(file)
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
