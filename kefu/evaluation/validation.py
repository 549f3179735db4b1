"""A model that has not seen a fifth of the training data, and that fifth.

What a fallback threshold is chosen on; never the held-out sets in tests/.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any

from kefu.errors import ExamplesError, ModelError
from kefu.evaluation.examples import Example, Span
from kefu.evaluation.predicting import quiet
from kefu.run.process import Process
from kefu.settings import HOME

SHARE, SEED = 0.2, 20261121
_LOG_RECORD = "  - "  # stands before the message in Rasa's log; progress bars have none


def split(data: Path, training_file: Path) -> list[Example]:
    """Write four fifths of the labelled messages as Rasa YAML, return the others.

    Stratified by intent and seeded; synonyms, lookup tables and regular expressions all go into
    the file. A message that stands in the data twice is there once.

    Raises:
        ExamplesError: the data cannot be read, or an intent has too few messages.
    """
    from sklearn.model_selection import train_test_split

    with quiet():
        everything = _load(data)
    messages = list(everything.intent_examples)
    intents = [message.get("intent") for message in messages]
    rare = sorted(intent for intent, count in Counter(intents).items() if count < 2)
    if rare or len(messages) * SHARE < len(set(intents)) or not messages:
        raise ExamplesError(
            f"{data} has too few messages to set a fifth aside"
            f"{' for ' + ', '.join(rare) if rare else ''}: give every intent at least five."
        )
    kept, held = train_test_split(messages, test_size=SHARE, stratify=intents, random_state=SEED)
    with quiet():
        everything.training_examples = kept
        training_file.write_text(everything.nlu_as_yaml(), encoding="utf-8")
    return [_example(message) for message in held]


def train(
    config: Path, training_file: Path, folder: Path, log: Path, show: Callable[[str], None]
) -> Path:
    """Train the NLU part as `rasa train nlu` does, apart from the models and cache in use.

    Args:
        config: Rasa's configuration; a copy is used, for Rasa writes into it.
        training_file: NLU data.
        folder: a temporary one for model and cache.
        log: takes what Rasa prints.
        show: takes each record of its log.

    Raises:
        ModelError: training failed.
    """
    copied, model = folder / "config.yml", folder / "validation.tar.gz"
    copyfile(config, copied)
    command = [sys.executable, "-m", "rasa", "train", "nlu", "--config", str(copied)]
    command += ["--nlu", str(training_file), "--out", str(folder)]
    command += ["--fixed-model-name", model.name.removesuffix(".tar.gz")]
    domain = config.parent / "domain.yml"
    training = Process(
        "rasa train nlu",
        [*command, "--domain", str(domain)] if domain.exists() else command,
        log=log,
        folder=HOME,
        environment={"RASA_CACHE_DIRECTORY": str(folder / "cache")},
        listen=lambda line: show(line) if _LOG_RECORD in line else None,
    )
    try:
        training.start()
        code = training.wait()
    finally:
        training.stop()
    if code != 0 or not model.exists():
        end = "\n  ".join(training.last_lines())
        raise ModelError(
            f"Training failed with exit code {code}: mend what {log} says and try again. "
            f"Its last lines:\n  {end}"
        )
    return model


def _load(data: Path) -> Any:
    from rasa.shared.exceptions import RasaException
    from rasa.shared.importers.rasa import RasaFileImporter

    if not data.exists():
        raise ExamplesError(f"There is no {data}: name the folder of the training data.")
    try:
        return RasaFileImporter(training_data_paths=str(data)).get_nlu_data()
    except (RasaException, ValueError) as error:
        raise ExamplesError(
            f"{data} cannot be read as training data: {' '.join(str(error).split())}"
        ) from error


def _example(message: Any) -> Example:
    spans = (Span(e["start"], e["end"], e["entity"]) for e in message.get("entities") or [])
    return Example(message.get("text"), message.get("intent"), frozenset(spans))
