"""The torch core of the learned policy: a small transformer over a dialogue's turns.

As in TED (Vlasov et al. 2019, arXiv 1910.00486) a turn is what is known when an action has to be
chosen: intent, entities, slots, active loop and the action before; and the sentence vector of the
message that was just heard, so that the policy may use what intents lose. Stories name intents, not
words, so training lends each message of a story the words of a random one with its intent, another
in each epoch, and at times hides the intent. Imports no Rasa.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from kefu.dialogue.lending import Lender

FloatArray = NDArray[np.float32]
HEARD = "after=action_listen"  # the fact of a turn in which a message has just come
INTENT = "intent="  # how the fact begins that names its intent
_PAD, _UNKNOWN = 0, 1


@dataclass(frozen=True)
class Turn:
    """What is known at one moment of a dialogue.

    Attributes:
        facts: such as "intent=greet", "slot=offer=1.0,0.0", "after=action_listen".
        message: (dimension,) sentence vector of the message just heard; None where none was, or
            its words are not known.
    """

    facts: frozenset[str]
    message: FloatArray | None = None

    @property
    def heard(self) -> str | None:
        """The intent of the message just heard, None where none was."""
        if HEARD not in self.facts:
            return None
        named = (fact for fact in self.facts if fact.startswith(INTENT))
        return next((fact.removeprefix(INTENT) for fact in named), None)


@dataclass(frozen=True)
class TurnTraining:
    """Hyperparameters of the learned policy."""

    width: int = 64
    heads: int = 4
    layers: int = 1
    dropout: float = 0.2
    fact_dropout: float = 0.1
    message_dropout: float = 0.3  # share of the messages whose words are hidden
    intent_dropout: float = 0.15  # share of the messages, of the others, whose intent is hidden
    epochs: int = 60
    batch: int = 64
    learning_rate: float = 3e-3
    seed: int = 7


class TurnTransformer(nn.Module):
    """Logits over actions after the last turn of each dialogue."""

    def __init__(
        self, facts: int, actions: int, longest: int, dimension: int, plan: TurnTraining
    ) -> None:
        """`dimension` is that of the messages' vectors; 0 does without."""
        super().__init__()
        self.facts = nn.EmbeddingBag(facts + 2, plan.width, mode="sum", padding_idx=_PAD)
        self.messages = nn.Linear(dimension, plan.width, bias=False) if dimension else None
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

    def forward(self, facts: torch.Tensor, messages: torch.Tensor) -> torch.Tensor:
        """Logits (n, actions), of dialogues with the latest turn first.

        Args:
            facts: (n, turns, facts a turn) numbers.
            messages: (n, turns, dimension), zeros where there is none.
        """
        dialogues, turns, width = facts.shape
        held = self.facts(facts.reshape(dialogues * turns, width)).view(dialogues, turns, -1)
        held = held + self.places.weight[:turns]
        if self.messages is not None:
            held = held + self.messages(messages)
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
        self.dimension = model.messages.in_features if model.messages is not None else 0

    def probabilities(self, dialogue: Sequence[Turn]) -> dict[str, float]:
        """Probability of each known action after the dialogue's last turn."""
        facts = _facts([dialogue], self._facts, self._longest)
        messages = torch.zeros(1, self._longest, self.dimension)
        for place, turn in enumerate(list(reversed(dialogue))[: self._longest]):
            if self.dimension and turn.message is not None:
                messages[0, place] = torch.from_numpy(turn.message)
        with torch.inference_mode():
            row = self._model(facts, messages).softmax(-1)[0]
        return {action: float(p) for action, p in zip(self.actions, row, strict=True)}

    def state(self) -> dict[str, object]:
        """What `restore` needs, tensors and plain values only."""
        return {
            "weights": self._model.state_dict(),
            "facts": list(self._facts),
            "actions": self.actions,
            "longest": self._longest,
            "dimension": self.dimension,
        }

    @classmethod
    def restore(cls, state: dict[str, object], plan: TurnTraining) -> TurnScorer:
        """The scorer that `state` was taken from."""
        facts, actions, longest = state["facts"], state["actions"], state["longest"]
        dimension = state["dimension"]
        assert isinstance(facts, list)  # noqa: S101
        assert isinstance(actions, list)  # noqa: S101
        assert isinstance(longest, int)  # noqa: S101
        assert isinstance(dimension, int)  # noqa: S101
        model = TurnTransformer(len(facts), len(actions), longest, dimension, plan)
        model.load_state_dict(state["weights"])  # type: ignore[arg-type]
        return cls(model, facts, actions, longest)


def train_turns(
    dialogues: Sequence[Sequence[Turn]],
    actions: Sequence[str],
    longest: int,
    plan: TurnTraining,
    messages: Mapping[str, FloatArray] | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> TurnScorer:
    """Learns which action follows each dialogue.

    Args:
        dialogues: turns up to the moment of decision, the latest last.
        actions: the action that followed, one a dialogue.
        longest: turns to look at.
        plan: hyperparameters.
        messages: sentence vectors of messages with each intent, (any number, dimension).
        progress: takes lines for people.
    """
    torch.manual_seed(plan.seed)
    facts = sorted({fact for dialogue in dialogues for turn in dialogue for fact in turn.facts})
    known = sorted(set(actions))
    index = {fact: number + 2 for number, fact in enumerate(facts)}
    inputs = _facts(dialogues, index, longest)
    intents = torch.tensor(
        [index[fact] for fact in facts if fact.startswith(INTENT)], dtype=torch.long
    )
    chance = np.random.default_rng(plan.seed)
    heard = [[turn.heard for turn in list(reversed(d))[:longest]] for d in dialogues]
    lender = Lender(heard, longest, messages or {}, chance)
    model = TurnTransformer(len(facts), len(known), longest, lender.dimension, plan)
    targets = torch.tensor([known.index(action) for action in actions])
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.learning_rate, weight_decay=0.01)
    parts = len(dialogues) // plan.batch + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan.learning_rate, total_steps=plan.epochs * parts
    )
    model.train()
    for _ in range(plan.epochs):
        for rows in np.array_split(chance.permutation(len(dialogues)), parts):
            words, told = lender.lend(rows, 1 - plan.message_dropout)
            seen = _forget(inputs[rows], plan.fact_dropout)
            seen = _hide(seen, intents, told & (torch.rand(told.shape) < plan.intent_dropout))
            loss = nn.functional.cross_entropy(model(seen, words), targets[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    model.eval()
    with torch.inference_mode():
        words, _ = lender.lend(np.arange(len(dialogues)), 1.0)
        right = float((model(inputs, words).argmax(-1) == targets).float().mean())
    progress(f"policy: {right:.3f} of {len(dialogues)} training decisions right")
    return TurnScorer(model, facts, known, longest)


def _facts(
    dialogues: Sequence[Sequence[Turn]], index: dict[str, int], longest: int
) -> torch.Tensor:
    """Fact numbers (n, turns, facts a turn), latest turn first, padded with 0."""
    cut = [list(reversed(dialogue))[:longest] for dialogue in dialogues]
    widest = max((len(turn.facts) for dialogue in cut for turn in dialogue), default=1)
    numbers: NDArray[np.int64] = np.zeros((len(cut), longest, max(widest, 1)), dtype=np.int64)
    for row, dialogue in enumerate(cut):
        for place, turn in enumerate(dialogue):
            known = [index.get(fact, _UNKNOWN) for fact in sorted(turn.facts)]
            numbers[row, place, : len(known)] = known
    return torch.from_numpy(numbers)


def _forget(facts: torch.Tensor, share: float) -> torch.Tensor:
    """Hides some facts of earlier turns, so that small differences in history do not matter."""
    hidden = torch.rand(facts.shape) < share
    hidden[:, 0] = False
    return facts.masked_fill(hidden, _PAD)


def _hide(facts: torch.Tensor, intents: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """Makes the intents of some turns, (n, turns), unknown: only the words are left to tell."""
    return facts.masked_fill(torch.isin(facts, intents) & turns.unsqueeze(-1), _UNKNOWN)
