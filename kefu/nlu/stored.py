"""Keeps a torch model's state in Rasa's model storage."""

from __future__ import annotations

from typing import Any

import torch
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from kefu.errors import ModelError

_FILE = "state.pt"


def write_state(storage: ModelStorage, resource: Resource, state: dict[str, Any]) -> None:
    """Writes tensors and plain values."""
    with storage.write_to(resource) as folder:
        torch.save(state, folder / _FILE)


def read_state(storage: ModelStorage, resource: Resource) -> dict[str, Any]:
    """Reads what `write_state` wrote.

    Raises:
        ModelError: it is not there or cannot be read.
    """
    try:
        with storage.read_from(resource) as folder:
            state: dict[str, Any] = torch.load(folder / _FILE, weights_only=True)
    except Exception as error:
        raise ModelError(
            f"The part '{resource.name}' of the trained model is missing or damaged; "
            "train again with `rasa train`."
        ) from error
    return state


def check_encoder(state: dict[str, Any], fingerprint: str, part: str) -> None:
    """A part trained on other vectors would answer nonsense.

    Raises:
        ModelError: says which encoder the part was trained with.
    """
    if state["encoder"] != fingerprint:
        raise ModelError(
            f"The {part} was trained with the encoder {state['encoder']}, but KEFU_ENCODER holds "
            f"{fingerprint}; train again with `rasa train` or restore that encoder."
        )
