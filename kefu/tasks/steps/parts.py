"""Answers of several parts, as JSON: `{"recipient": "张三", "phone": "13800000000"}`.

A buyer may leave a part out or mistype one. Then the form keeps the rest and asks for that part
alone; `given` puts both answers together.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping

from kefu.tasks.said import Reply, Said
from kefu.tasks.step import Situation, Step

Parts = dict[str, str]


def dumped(parts: Mapping[str, str]) -> str:
    """The answer that holds these parts."""
    return json.dumps(dict(parts), ensure_ascii=False)


def loaded(answer: str | None) -> Parts:
    """The parts of an answer; none of what is no such answer."""
    try:
        held = json.loads(answer or "{}")
    except ValueError:
        return {}
    if not isinstance(held, dict):
        return {}
    return {key: value for key, value in held.items() if isinstance(value, str)}


def given(answers: Mapping[str, str]) -> Parts:
    """The parts as first given, with those that were given anew since."""
    return {**loaded(answers.get("change")), **loaded(answers.get("wish"))}


class PartsStep(Step, ABC):
    """Asks for all parts in one question."""

    name = "change"

    @abstractmethod
    def parts(self, said: Said, situation: Situation, *, asked: bool) -> Parts:
        """The parts that a message names; `asked`: it replies to the question."""

    @abstractmethod
    def lacking(self, parts: Parts) -> tuple[str, ...]:
        """What to tell the buyer of parts that are missing or will not do; none where all do."""

    def find(self, said: Said, situation: Situation) -> str | None:
        """The parts of a message, over those given before: a correction leaves the others."""
        found = self.parts(said, situation, asked=False)
        return self._over(found, situation)

    def read(self, said: Said, situation: Situation) -> str | None:
        """The parts in a reply."""
        return self._over(self.parts(said, situation, asked=True), situation)

    def _over(self, found: Parts, situation: Situation) -> str | None:
        before = given(situation.answers)
        if not found:
            return None
        if all(before.get(part) == value for part, value in found.items()):
            return situation.answers.get(self.name)  # nothing new
        return dumped({**before, **found})


class LackingStep(Step):
    """Asks for the parts that another step lacks, and for nothing else."""

    name = "wish"
    about = ("change",)
    unclear = "还是没有看明白。"

    def __init__(self, of: PartsStep) -> None:
        self._of = of

    def ask(self, situation: Situation) -> Reply:
        """Says which parts will not do, and why."""
        return Reply("\n".join(self._of.lacking(given(situation.answers))))

    def read(self, said: Said, situation: Situation) -> str | None:
        """The parts in a reply, if with them none is lacking."""
        found = self._of.parts(said, situation, asked=True)
        whole = {**given(situation.answers), **found}
        return dumped(found) if found and not self._of.lacking(whole) else None


def steps_of(step: PartsStep, situation: Situation) -> tuple[Step, ...]:
    """The step, and after its answer the one for what that lacks."""
    answer = situation.answers.get(step.name)
    if answer is None or not step.lacking(loaded(answer)):
        return (step,)
    return (step, LackingStep(step))
