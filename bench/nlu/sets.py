"""The messages that every arm learns from, and those that it is scored on.

Both come from data/nlu by the split that chooses the fallback threshold: stratified by intent,
with a fixed seed, a fifth held out. A share of the training messages leaves that fifth as it is.
"""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from kefu.evaluation.examples import Example
from kefu.evaluation.predicting import quiet
from kefu.evaluation.reading import read_examples
from kefu.evaluation.validation import SEED, split
from kefu.settings import HOME

DATA = HOME / "data" / "nlu"
_FEWEST = 2  # messages of an intent that a share leaves, where there are as many


@dataclass(frozen=True)
class Sets:
    """What is learned and what is asked.

    Attributes:
        rasa_file: the training messages with lookup tables and synonyms, for Rasa.
        labels_file: (text, intent) of the same messages as JSON, for arms without Rasa.
        training: the same messages.
        held: messages that no arm sees before it is asked.
    """

    rasa_file: Path
    labels_file: Path
    training: Sequence[Example]
    held: Sequence[Example]

    @property
    def median_length(self) -> int:
        """Characters of the median training message."""
        return round(median(len(example.text) for example in self.training))


def make(folder: Path, share: float = 1.0, data: Path = DATA) -> Sets:
    """Split `data`, keep `share` of the training messages, write both files into `folder`.

    Raises:
        ExamplesError: the data cannot be read, or is too little to be split.
    """
    rasa_file, labels_file = folder / "nlu.yml", folder / "labels.json"
    held = split(data, rasa_file)
    if share < 1.0:
        _thin(rasa_file, share)
    training = read_examples(rasa_file)
    labels = [(example.text, example.intent) for example in training]
    labels_file.write_text(json.dumps(labels, ensure_ascii=False), encoding="utf-8")
    return Sets(rasa_file, labels_file, training, held)


def _thin(file: Path, share: float) -> None:
    """Leave a share of each intent's messages, and everything else in the file."""
    from rasa.shared.nlu.training_data.loading import load_data

    with quiet():
        data = load_data(str(file))
        groups: defaultdict[str, list[Any]] = defaultdict(list)
        for message in data.intent_examples:
            groups[message.get("intent")].append(message)
        chance = random.Random(SEED)
        data.training_examples = [
            message
            for _, messages in sorted(groups.items())
            for message in chance.sample(messages, _kept(len(messages), share))
        ]
        file.write_text(data.nlu_as_yaml(), encoding="utf-8")


def _kept(count: int, share: float) -> int:
    return min(count, max(_FEWEST, math.ceil(count * share)))
