"""How much the wide part has to say beside the network, decided by messages held out of both.

Fine-tuned networks and linear models over n-grams err on different messages, so their
probabilities are joined: a weighted geometric mean, sharpened or softened by one temperature
(Guo et al. 2017, arXiv 1706.04599). Imports no Rasa.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kefu.nlu.intents import FloatArray, IntentScorer, IntentTraining, train_intents
from kefu.nlu.lessons import Lesson
from kefu.nlu.understanding import blend

_LITTLE = 1e-6  # probability of an intent that the wide part does not know


@dataclass(frozen=True)
class Joining:
    """What held-out messages decided.

    Attributes:
        weight: of the network, 0 to 1; the wide part has the rest.
        temperature: of both together.
        wide_temperature: of the wide part alone; None where nothing could be held out.
    """

    weight: float = 0.5
    temperature: float = 1.0
    wide_temperature: float | None = None


def join(
    deep: FloatArray,
    kept: Sequence[Lesson],
    held: Sequence[Lesson],
    intents: Sequence[str],
    plan: IntentTraining,
    report: Callable[[str], None],
) -> Joining:
    """The weight and temperature with the greatest likelihood of the held-out messages.

    Args:
        deep: the network's logits of `held`, (len(held), intents).
        kept: the messages that the network was trained on.
        held: messages with an intent, unseen by it.
        intents: the names of its columns.
        plan: hyperparameters of the wide part.
        report: takes lines for people.
    """
    targets = np.array([intents.index(str(lesson.intent)) for lesson in held])
    wide = train_wide(kept, plan)
    chances = wide.probabilities([lesson.reading.text for lesson in held])
    aligned = np.full((len(held), len(intents)), _LITTLE, dtype=np.float32)
    aligned[:, [intents.index(name) for name in wide.intents]] = chances
    rows = np.arange(len(held))
    best, least = Joining(), math.inf
    for weight, temperature in itertools.product(
        np.arange(0.1, 0.91, 0.1), np.geomspace(0.2, 2.0, 40)
    ):
        joined = blend(deep, aligned, float(weight), float(temperature))
        loss = -float(np.log(joined[rows, targets] + 1e-9).mean())
        if loss < least:
            best = Joining(float(weight), float(temperature), wide.temperature)
            least = loss
    right = {
        "deep": deep.argmax(1),
        "wide": aligned.argmax(1),
        "both": blend(deep, aligned, best.weight, best.temperature).argmax(1),
    }
    shares = ", ".join(f"{name} {(got == targets).mean():.3f}" for name, got in right.items())
    report(
        f"intents right of {len(held)} held out: {shares}; "
        f"weight {best.weight:.1f}, temperature {best.temperature:.2f}"
    )
    return best


def train_wide(
    lessons: Sequence[Lesson], plan: IntentTraining, temperature: float | None = None
) -> IntentScorer:
    """The linear model over the lessons that have an intent."""
    told = [lesson for lesson in lessons if lesson.intent is not None]
    return train_intents(
        [lesson.reading.text for lesson in told],
        [str(lesson.intent) for lesson in told],
        plan,
        temperature=temperature,
    )
