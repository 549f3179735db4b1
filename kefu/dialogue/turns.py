"""The torch core of the learned policy: a small transformer over a dialogue's turns.

As in TED (Vlasov et al. 2019, arXiv 1910.00486) a turn is what is known when an action has to be
chosen: intent, entities, slots, active loop and the action before. Imports no Rasa.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Turn = frozenset[str]  # facts such as "intent=greet", "slot=offer=1.0,0.0"
_PAD, _UNKNOWN = 0, 1


@dataclass(frozen=True)
class TurnTraining:
    """Hyperparameters of the learned policy."""

    width: int = 64
    heads: int = 4
    layers: int = 1
    dropout: float = 0.2
    fact_dropout: float = 0.1
    epochs: int = 60
    batch: int = 64
    learning_rate: float = 3e-3
    seed: int = 7


class TurnTransformer(nn.Module):
    """Logits over actions after the last turn of each dialogue."""

    def __init__(self, facts: int, actions: int, longest: int, plan: TurnTraining) -> None:
        super().__init__()
        self.facts = nn.EmbeddingBag(facts + 2, plan.width, mode="sum", padding_idx=_PAD)
        self.places = nn.Embedding(longest, plan.width)
        layer = nn.TransformerEncoderLayer(
            plan.width,
            plan.heads,
            2 * plan.width,
            plan.dropout,
            activation="gelu",
            batch_first=True,
        )
        self.turns = nn.TransformerEncoder(layer, plan.layers, enable_nested_tensor=False)
        self.out = nn.Linear(plan.width, actions)

    def forward(self, facts: torch.Tensor) -> torch.Tensor:
        """Logits (n, actions) from fact numbers (n, turns, facts a turn), latest turn first."""
        dialogues, turns, width = facts.shape
        held = self.facts(facts.reshape(dialogues * turns, width)).view(dialogues, turns, -1)
        held = held + self.places.weight[:turns]
        nothing = (facts == _PAD).all(-1)
        nothing[:, 0] = False
        logits: torch.Tensor = self.out(self.turns(held, src_key_padding_mask=nothing)[:, 0])
        return logits


class TurnScorer:
    """A trained transformer with its facts and actions."""

    def __init__(
        self, model: TurnTransformer, facts: list[str], actions: list[str], longest: int
    ) -> None:
        self._model = model.eval()
        self._facts = {fact: number + 2 for number, fact in enumerate(facts)}
        self.actions = actions
        self._longest = longest

    def probabilities(self, dialogue: Sequence[Turn]) -> dict[str, float]:
        """Probability of each known action after the dialogue's last turn."""
        with torch.inference_mode():
            batch = _batch([dialogue], self._facts, self._longest)
            row = self._model(batch).softmax(-1)[0]
        return {action: float(p) for action, p in zip(self.actions, row, strict=True)}

    def state(self) -> dict[str, object]:
        """What `restore` needs, tensors and plain values only."""
        return {
            "weights": self._model.state_dict(),
            "facts": list(self._facts),
            "actions": self.actions,
            "longest": self._longest,
        }

    @classmethod
    def restore(cls, state: dict[str, object], plan: TurnTraining) -> TurnScorer:
        """The scorer that `state` was taken from."""
        facts, actions, longest = state["facts"], state["actions"], state["longest"]
        assert isinstance(facts, list)  # noqa: S101
        assert isinstance(actions, list)  # noqa: S101
        assert isinstance(longest, int)  # noqa: S101
        model = TurnTransformer(len(facts), len(actions), longest, plan)
        model.load_state_dict(state["weights"])  # type: ignore[arg-type]
        return cls(model, facts, actions, longest)


def train_turns(
    dialogues: Sequence[Sequence[Turn]],
    actions: Sequence[str],
    longest: int,
    plan: TurnTraining,
    progress: Callable[[str], None] = lambda line: None,
) -> TurnScorer:
    """Learns which action follows each dialogue.

    Args:
        dialogues: turns up to the moment of decision, the latest last.
        actions: the action that followed, one a dialogue.
        longest: turns to look at.
        plan: hyperparameters.
        progress: takes lines for people.
    """
    torch.manual_seed(plan.seed)
    facts = sorted({fact for dialogue in dialogues for turn in dialogue for fact in turn})
    known = sorted(set(actions))
    model = TurnTransformer(len(facts), len(known), longest, plan)
    index = {fact: number + 2 for number, fact in enumerate(facts)}
    inputs = _batch(dialogues, index, longest)
    targets = torch.tensor([known.index(action) for action in actions])
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.learning_rate, weight_decay=0.01)
    parts = len(dialogues) // plan.batch + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan.learning_rate, total_steps=plan.epochs * parts
    )
    chance = np.random.default_rng(plan.seed)
    model.train()
    for _ in range(plan.epochs):
        for rows in np.array_split(chance.permutation(len(dialogues)), parts):
            loss = nn.functional.cross_entropy(
                model(_forget(inputs[rows], plan.fact_dropout)), targets[rows]
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    model.eval()
    with torch.inference_mode():
        right = float((model(inputs).argmax(-1) == targets).float().mean())
    progress(f"policy: {right:.3f} of {len(dialogues)} training decisions right")
    return TurnScorer(model, facts, known, longest)


def _batch(
    dialogues: Sequence[Sequence[Turn]], index: dict[str, int], longest: int
) -> torch.Tensor:
    """Fact numbers (n, turns, facts a turn), latest turn first, padded with 0."""
    cut = [list(reversed(dialogue))[:longest] for dialogue in dialogues]
    widest = max((len(turn) for dialogue in cut for turn in dialogue), default=1)
    numbers: NDArray[np.int64] = np.zeros((len(cut), longest, max(widest, 1)), dtype=np.int64)
    for row, dialogue in enumerate(cut):
        for place, turn in enumerate(dialogue):
            known = [index.get(fact, _UNKNOWN) for fact in sorted(turn)]
            numbers[row, place, : len(known)] = known
    return torch.from_numpy(numbers)


def _forget(facts: torch.Tensor, share: float) -> torch.Tensor:
    """Hides some facts of earlier turns, so that small differences in history do not matter."""
    hidden = torch.rand(facts.shape) < share
    hidden[:, 0] = False
    return facts.masked_fill(hidden, _PAD)
