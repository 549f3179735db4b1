"""What is compared, and how each is trained: in a process of its own, on the same messages.

Two spans of seconds are taken. The command is what people wait for: it starts Python, reads the
data, computes vectors, learns and packs. The classifier is the learning alone, by what Rasa logs
when a component starts and ends. On a machine that has other work to do, both grow; the seconds
that processors worked for the command grow less.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

from bench.nlu import linear
from bench.nlu.sets import Sets
from kefu.errors import ModelError, SettingsError
from kefu.evaluation.validation import train
from kefu.settings import HOME

Show = Callable[[str], object]

_TRAINING = re.compile(r"(Starting to train|Finished training) component '(\w+)'")


@dataclass(frozen=True)
class Trained:
    """A model file and what it took.

    Attributes:
        seconds: of the whole command.
        cpu_seconds: that processors worked for it, summed over cores.
        classifier_seconds: of the learning in it.
    """

    arm: str
    file: Path
    seconds: float
    cpu_seconds: float
    classifier_seconds: float


class Arm(Protocol):
    """A way to learn messages."""

    @property
    def name(self) -> str:
        """In tables, logs and folders."""

    @property
    def finds_entities(self) -> bool:
        """Whether it does more than intents."""

    def train(self, sets: Sets, folder: Path, log: Path, show: Show) -> Trained:
        """Learn from the training messages.

        Args:
            sets: the messages.
            folder: for the model and whatever else is written.
            log: takes what a command prints.
            show: takes lines of it for people.

        Raises:
            KefuError: the training failed.
        """


@dataclass(frozen=True)
class LinearArm:
    """One of `linear.KINDS`."""

    name: str
    finds_entities: bool = False

    def train(self, sets: Sets, folder: Path, log: Path, show: Show) -> Trained:
        """See `Arm`."""
        file = folder / f"model{linear.KINDS[self.name]}"
        command = [sys.executable, "-m", "bench.nlu.linear", self.name]
        clock = _Clock()
        done = subprocess.run(
            [*command, str(sets.labels_file), str(file)],
            cwd=HOME,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds, worked = clock.spans()
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stderr, encoding="utf-8")
        if done.returncode != 0:
            end = "\n  ".join(done.stderr.splitlines()[-5:])
            raise ModelError(f"Training {self.name} failed; mend what its log says:\n  {end}")
        told = json.loads(done.stdout.splitlines()[-1])
        return Trained(self.name, file, seconds, worked, told["seconds"])


@dataclass(frozen=True)
class RasaArm:
    """`rasa train nlu` with a configuration of which one component's options are changed."""

    name: str
    config: Path
    component: str
    options: Mapping[str, Any] = field(default_factory=dict)
    finds_entities: bool = True

    def train(self, sets: Sets, folder: Path, log: Path, show: Show) -> Trained:
        """See `Arm`."""
        config = folder / f"{self.config.stem}.changed.yml"
        config.write_text(self.configuration(), encoding="utf-8")
        watch = _Watch(self.component)

        def listen(line: str) -> None:
            watch.hear(line)
            show(line)

        clock = _Clock()
        file = train(config, sets.rasa_file, folder, log, listen)
        return Trained(self.name, file, *clock.spans(), watch.seconds)

    def configuration(self) -> str:
        """The configuration with the options in it.

        Raises:
            SettingsError: not exactly one such component is in its pipeline.
        """
        config = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        parts = [p for p in config["pipeline"] if p["name"].rsplit(".")[-1] == self.component]
        if len(parts) != 1:
            raise SettingsError(
                f"{self.config} has {len(parts)} components {self.component}: give it one."
            )
        parts[0].update(self.options)
        return yaml.safe_dump(config, allow_unicode=True, sort_keys=False)


class _Clock:
    """Takes the time of commands that are started and have ended since it was made."""

    def __init__(self) -> None:
        self._started, self._worked = time.perf_counter(), _worked()

    def spans(self) -> tuple[float, float]:
        """Seconds gone by, and seconds that processors worked."""
        return time.perf_counter() - self._started, _worked() - self._worked


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Watch:
    """Takes the time between two lines of Rasa's log as they come."""

    def __init__(self, component: str) -> None:
        self._component = component
        self._started = self._ended = float("nan")

    def hear(self, line: str) -> None:
        """A line; others than the two are passed over."""
        found = _TRAINING.search(line)
        if found is None or found[2] != self._component:
            return
        if found[1].startswith("Starting"):
            self._started = time.perf_counter()
        else:
            self._ended = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Not a number before both were heard."""
        return self._ended - self._started


def joint(seed: int | None = None) -> RasaArm:
    """Ours: config.yml, with its own seed or another."""
    options = {} if seed is None else {"seed": seed}
    name = "joint" if seed is None else f"joint-{seed}"
    return RasaArm(name, HOME / "config.yml", "JointClassifier", options)


def diet(epochs: int) -> RasaArm:
    """Rasa's, over our tokenizer and featurizer: config.diet.yml with so many epochs."""
    options = {"epochs": epochs, "random_seed": 7}
    return RasaArm("diet", HOME / "config.diet.yml", "DIETClassifier", options)
