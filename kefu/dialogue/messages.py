"""What buyers say for each intent, as sentence vectors, for stories that only name intents."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.constants import INTENT, TEXT

from kefu.nlu.shared import shared_encoder

MESSAGES_PER_INTENT = 40  # more cost time in training and teach the policy nothing new


def message_vectors(folder: Path, seed: int) -> dict[str, NDArray[np.float32]]:
    """Vectors (up to MESSAGES_PER_INTENT, dimension) of messages with each intent.

    Args:
        folder: Rasa's training data; other files than NLU data are passed over.
        seed: of the choice where an intent has more messages.
    """
    by_intent: dict[str, list[str]] = {}
    for example in training_data_from_paths(_files(folder), "zh").intent_examples:
        if example.get(TEXT):
            by_intent.setdefault(example.get(INTENT), []).append(example.get(TEXT))
    chance = np.random.default_rng(seed)
    vectors = {}
    for intent, texts in sorted(by_intent.items()):
        chosen = chance.permutation(len(texts))[:MESSAGES_PER_INTENT]
        vectors[intent] = shared_encoder().sentence_vectors([texts[at] for at in chosen])
    return vectors


def digest(folder: Path) -> str:
    """Changes when the folder's files do."""
    found = hashlib.sha256()
    for file in _files(folder):
        found.update(Path(file).read_bytes())
    return found.hexdigest()[:12]


def _files(folder: Path) -> list[str]:
    return sorted(str(file) for suffix in ("yml", "yaml") for file in folder.rglob(f"*.{suffix}"))
