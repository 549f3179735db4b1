"""The process's one encoder: the featurizer's fingerprint and its vectors share the weights."""

from __future__ import annotations

from functools import lru_cache

from kefu.encoder import Encoder
from kefu.settings import get_settings


@lru_cache(maxsize=1)
def shared_encoder() -> Encoder:
    """The encoder that the settings name, loaded at the first call."""
    settings = get_settings()
    return Encoder.load(settings.encoder, settings.device)
