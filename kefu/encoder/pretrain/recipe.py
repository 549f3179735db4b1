"""The hyperparameters of a pre-training run, read from one YAML file."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path

import yaml

from kefu.errors import SettingsError


@dataclass(frozen=True)
class Recipe:
    """What is trained, on what, for how long.

    Attributes:
        sources: passes over a corpus file for one epoch, by the part of its name before the
            first dot; a fraction takes that share of its lines, files not named are left out.
        vocabulary_size: characters at most, the most frequent ones.
        sequence_length: word pieces in one example, [CLS] and [SEP] included.
        dropout: of hidden states and attention, in the masked stage; a model this small sees each
            text a few times only and learns faster without.
        precision: "bf16", "fp32", or "auto": bf16 where the device multiplies it natively.
        steps: optimizer steps of the masked stage.
        decay_share: share of the steps, at the end, in which the learning rate falls. Before, it
            is constant, so that a longer run begins like a shorter one.
        sentence_steps: optimizer steps of the sentence stage.
        sentence_shares: share of the batches by kind of pair, see `pairs`.
        masked_share: share of the characters to predict.
        temperature: of the contrastive loss.
        gram_buckets: rows of the table of n-grams, 0 for none; `gram_steps` of `gram_batch` pairs
            train it, each time without a share `gram_dropout` of a text's n-grams.
    """

    sources: dict[str, float]
    seed: int = 7
    layers: int = 4
    hidden: int = 256
    heads: int = 4
    intermediate: int = 1024
    vocabulary_size: int = 5500
    sequence_length: int = 128
    max_positions: int = 256
    batch: int = 64
    dropout: float = 0.0
    precision: str = "auto"
    steps: int = 3000
    warmup: int = 200
    decay_share: float = 0.2
    learning_rate: float = 6e-4
    weight_decay: float = 0.01
    masked_share: float = 0.15
    checkpoint_every: int = 200
    sentence_steps: int = 300
    sentence_batch: int = 96
    sentence_warmup: int = 50
    sentence_learning_rate: float = 1e-4
    sentence_shares: dict[str, float] = field(
        default_factory=lambda: {"passages": 0.5, "paraphrases": 0.5}
    )
    temperature: float = 0.05
    gram_buckets: int = 12_288
    gram_dimension: int = 256
    gram_steps: int = 1500
    gram_batch: int = 256
    gram_learning_rate: float = 1e-3
    gram_dropout: float = 0.1


def load_recipe(path: Path) -> Recipe:
    """Reads a recipe.

    Raises:
        SettingsError: the file cannot be read or has an unknown field.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} cannot be read as YAML ({error}); fix the file.") from error
    known = {item.name for item in fields(Recipe)}
    unknown = sorted(set(values or {}) - known)
    if unknown or "sources" not in (values or {}):
        raise SettingsError(
            f"{path}: {'unknown field ' + unknown[0] if unknown else 'no sources'}; "
            f"the fields are {', '.join(sorted(known))}."
        )
    return Recipe(**values)
