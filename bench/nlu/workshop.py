"""Trains each arm once, whichever parts of the bench ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.nlu import serving
from bench.nlu.arms import Arm, Trained
from bench.nlu.compare import Outcome, outcome
from bench.nlu.sets import Sets
from kefu.run.steps import Steps


class Workshop:
    """The messages, and the models made from them.

    Args:
        sets: what every arm learns from and is asked.
        folder: for models and caches, one folder an arm, so that no arm finds another's work.
        logs: what the trainings print.
        steps: shows what is being done.
    """

    def __init__(self, sets: Sets, folder: Path, logs: Path, steps: Steps) -> None:
        self.sets = sets
        self._folder, self._logs, self._steps = folder, logs, steps
        self._trained: dict[str, Trained] = {}
        self._outcomes: dict[str, Outcome] = {}

    def trained(self, arm: Arm) -> Trained:
        """The arm's model.

        Raises:
            KefuError: its training failed.
        """
        if arm.name not in self._trained:
            folder = self._folder / arm.name
            folder.mkdir()
            log = self._logs / f"bench-nlu-{arm.name}.log"
            with self._steps.step(f"training {arm.name}") as show:
                self._trained[arm.name] = arm.train(self.sets, folder, log, show)
        return self._trained[arm.name]

    def outcome(self, arm: Arm) -> Outcome:
        """The arm's figures on the messages held out.

        Raises:
            KefuError: it cannot be trained or asked.
        """
        if arm.name not in self._outcomes:
            trained = self.trained(arm)
            with self._steps.step(f"asking {arm.name}"):
                found = serving.together(trained.file, [e.text for e in self.sets.held])
            self._outcomes[arm.name] = outcome(self.sets.held, trained, found, arm.finds_entities)
        return self._outcomes[arm.name]

    def alone(self, arm: Arm, groups: Sequence[Sequence[str]]) -> serving.Alone:
        """How long the arm takes for each message of the groups.

        Raises:
            KefuError: it cannot be trained or asked.
        """
        trained = self.trained(arm)
        with self._steps.step(f"asking {arm.name} one message at a time"):
            return serving.alone(trained.file, groups)
