"""A trained model in a process of its own: loading, many messages together, one after the other.

    python -m bench.nlu.serving MODEL together < TEXTS.json
    python -m bench.nlu.serving MODEL alone < GROUPS_OF_TEXTS.json

Python and its libraries are there before the clock starts: every `rasa` command imports TensorFlow
and Rasa's own components, whichever of them the pipeline names. `alone` keeps to one core.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.nlu import linear
from kefu.errors import ModelError
from kefu.evaluation.examples import Prediction
from kefu.evaluation.predicting import NluModel, quiet
from kefu.settings import HOME

_RASA = ".tar.gz"
_WARM_UP = 50  # messages alone that are not counted
_ONE_CORE = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"
)
_LIBRARIES = {
    _RASA: ("rasa.core.agent", "rasa.engine.recipes.default_components", "kefu.nlu.classifier"),
    linear.KINDS["linear"]: ("joblib", "sklearn.pipeline", "sklearn.svm"),
    linear.KINDS["wide"]: ("kefu.nlu.intents",),
}
"""What a model needs, by the end of its file's name."""


@dataclass(frozen=True)
class Loading:
    """Seconds.

    Attributes:
        libraries: to import what every model of its kind needs.
        model: to load the model after that, the encoder included.
        classifier: to load its classifier once more; None where it is the whole model.
    """

    libraries: float
    model: float
    classifier: float | None


@dataclass(frozen=True)
class Latency:
    """Milliseconds for one message.

    Attributes:
        p50: half of them take no longer.
        p95: 95 % of them take no longer.
        cpu_p50: p50 of the time that the core worked for it, whatever else the machine did.
    """

    p50: float
    p95: float
    cpu_p50: float


@dataclass(frozen=True)
class Alone:
    """A model that is asked one message after the other.

    Attributes:
        latencies: one a group of messages.
        first: milliseconds for the very first message.
        loading: on the same core.
    """

    latencies: Sequence[Latency]
    first: float
    loading: Loading


def together(model: Path, texts: Sequence[str]) -> tuple[list[Prediction], Loading]:
    """Load a model on all cores and ask it all texts at once.

    Raises:
        ModelError: it does not load or cannot predict.
    """
    told = _ask(model, "together", texts, {})
    return [_prediction(row) for row in told["predictions"]], Loading(**told["loading"])


def alone(model: Path, groups: Sequence[Sequence[str]]) -> Alone:
    """Load a model on one core and ask it one text after the other.

    Args:
        model: its file.
        groups: texts, more than _WARM_UP in each group.

    Raises:
        ModelError: it does not load or cannot predict.
    """
    told = _ask(model, "alone", groups, _ONE_CORE)
    took = [np.array(group, dtype=np.float64) * 1000.0 for group in told["seconds"]]
    first, loading = float(took[0][0, 0]), Loading(**told["loading"])
    return Alone([_latency(group[_WARM_UP:]) for group in took], first, loading)


def _latency(took: NDArray[np.float64]) -> Latency:
    """Of rows of milliseconds gone by and worked."""
    (p50, cpu_p50), (p95, _) = np.percentile(took, [50, 95], axis=0)
    return Latency(float(p50), float(p95), float(cpu_p50))


def _ask(model: Path, how: str, texts: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.nlu.serving", str(model), how],
        cwd=HOME,
        env={**os.environ, **environment},
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        end = "\n  ".join(done.stderr.splitlines()[-5:])
        raise ModelError(f"The model {model.name} cannot be asked; mend what it says:\n  {end}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _prediction(row: dict[str, Any]) -> Prediction:
    """From JSON, which knows no tuples."""
    return Prediction(**{**row, "ranking": [(name, sure) for name, sure in row["ranking"]]})


def _import_libraries(model: Path) -> None:
    with quiet():
        for end, names in _LIBRARIES.items():
            if model.name.endswith(end):
                for name in names:
                    importlib.import_module(name)


def _reload_classifier(model: Path) -> float:
    """Seconds for the classifier alone, as Rasa's graph loads it, from an unpacked model."""
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.nlu.classifiers.classifier import IntentClassifier

    with quiet(), tempfile.TemporaryDirectory() as folder:
        storage, metadata = LocalModelStorage.from_model_archive(Path(folder), model)
        name, node = next(
            (name, node)
            for name, node in metadata.predict_schema.nodes.items()
            if issubclass(node.uses, IntentClassifier) and node.resource is not None
        )
        config = {**node.uses.get_default_config(), **node.config}
        context = ExecutionContext(metadata.predict_schema, metadata.model_id, node_name=name)
        started = time.perf_counter()
        node.uses.load(config, storage, node.resource, context)
        return time.perf_counter() - started


def _timed(predictor: linear.Predictor, texts: Sequence[str]) -> list[tuple[float, float]]:
    """Seconds gone by and seconds worked for each text by itself."""
    took = []
    for text in texts:
        started, worked = time.perf_counter(), time.process_time()
        predictor.predict([text])
        took.append((time.perf_counter() - started, time.process_time() - worked))
    return took


def main() -> None:
    """Print one JSON object."""
    model, how = Path(sys.argv[1]), sys.argv[2]
    texts = json.load(sys.stdin)
    if how == "alone":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    started = time.perf_counter()
    _import_libraries(model)
    imported = time.perf_counter()
    rasa = model.name.endswith(_RASA)
    predictor: linear.Predictor = NluModel.load(model) if rasa else linear.load(model)
    loaded = time.perf_counter()
    if how == "alone":
        with quiet():  # once, not for each message
            told: dict[str, Any] = {"seconds": [_timed(predictor, group) for group in texts]}
    else:
        told = {"predictions": [asdict(prediction) for prediction in predictor.predict(texts)]}
    classifier = _reload_classifier(model) if rasa else None
    told["loading"] = asdict(Loading(imported - started, loaded - imported, classifier))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
