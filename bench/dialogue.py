"""What the learned policy costs: training, loading, one decision after a message.

    python -m bench.dialogue

Trains `TurnTransformerPolicy` on data/stories and data/rules with the options that config.yml gives
it, loads what was stored, and has it decide on one core after each message of the stories, whose
intents are given the words of messages in data/nlu. The time of a decision includes MacBERT's for
the message's vector.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench.nlu import machine
from kefu.evaluation.predicting import quiet
from kefu.settings import HOME

POLICY = "kefu.dialogue.policy.TurnTransformerPolicy"
DECISIONS = 400
WARM_UP = 50  # decisions that are not counted
SEED = 7
LIMITS = {"training, s": 300.0, "loading, s": 5.0, "one decision, ms p50": 6.0}


def stories() -> tuple[Sequence[Any], Any]:
    """The trackers of all training stories and rules, and the domain."""
    from rasa.shared.core.generator import TrainingDataGenerator
    from rasa.shared.importers.rasa import RasaFileImporter

    paths = [str(HOME / "data" / name) for name in ("stories", "rules")]
    importer = RasaFileImporter(domain_path=str(HOME / "domain.yml"), training_data_paths=paths)
    domain = importer.get_domain()
    generator = TrainingDataGenerator(importer.get_stories(), domain, augmentation_factor=0)
    return generator.generate(), domain


def words() -> Mapping[str, Sequence[str]]:
    """Messages of each intent."""
    from rasa.shared.importers.utils import training_data_from_paths

    found: dict[str, list[str]] = {}
    files = sorted(str(file) for file in (HOME / "data" / "nlu").rglob("*.yml"))
    for example in training_data_from_paths(files, "zh").intent_examples:
        found.setdefault(example.get("intent"), []).append(example.get("text"))
    return found


def heard(
    trackers: Sequence[Any], said: Mapping[str, Sequence[str]], chance: random.Random
) -> Iterator[Any]:
    """Conversations that end with a message, each message in words of its intent."""
    from rasa.shared.core.events import UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    for tracker in trackers:
        events: list[Any] = []
        for event in tracker.events:
            if isinstance(event, UserUttered) and event.intent_name in said:
                text = chance.choice(said[event.intent_name])
                events.append(UserUttered(text, event.intent, event.entities))
                yield DialogueStateTracker.from_events("bench", events, tracker.slots.values())
            else:
                events.append(event)


def measured() -> dict[str, float]:
    """Each figure of LIMITS."""
    import torch
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    from kefu.dialogue.policy import TurnTransformerPolicy
    from kefu.nlu.shared import shared_encoder

    with quiet(), tempfile.TemporaryDirectory() as folder:
        trackers, domain = stories()
        pipeline = yaml.safe_load((HOME / "config.yml").read_text(encoding="utf-8"))
        (options,) = [part for part in pipeline["policies"] if part["name"] == POLICY]
        config = {**TurnTransformerPolicy.get_default_config(), **options}
        storage, resource = LocalModelStorage(Path(folder)), Resource("policy")
        context = ExecutionContext(GraphSchema({}), node_name="policy")
        shared_encoder()
        started = time.perf_counter()
        TurnTransformerPolicy.create(config, storage, resource, context).train(trackers, domain)
        trained = time.perf_counter()
        policy = TurnTransformerPolicy.load(config, storage, resource, context)
        loaded = time.perf_counter()

        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
        torch.set_num_threads(1)
        talks = list(heard(trackers, words(), random.Random(SEED)))
        took = []
        for tracker in random.Random(SEED).sample(talks, DECISIONS):
            at = time.perf_counter()
            policy.predict_action_probabilities(tracker, domain)
            took.append(1000.0 * (time.perf_counter() - at))
    p50 = float(np.percentile(took[WARM_UP:], 50))
    return dict(zip(LIMITS, (trained - started, loaded - trained, p50), strict=True))


def main() -> None:
    """Measure and print a table."""
    os.environ["LOG_LEVEL"] = "ERROR"  # Rasa's progress bars go by it
    print(", ".join(f"{name} {value}" for name, value in machine.facts().items()))
    print("\n| what | measured | at most |\n|---|---|---|")
    for name, value in measured().items():
        print(f"| {name} | {value:.2f} | {LIMITS[name]:g} |")


if __name__ == "__main__":
    main()
