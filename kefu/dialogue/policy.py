"""The learned policy as a Rasa component."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from rasa.core.featurizers.tracker_featurizers import MaxHistoryTrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.messages import digest, message_vectors
from kefu.dialogue.turns import HEARD, INTENT, Turn, TurnScorer, TurnTraining, train_turns
from kefu.nlu.shared import shared_encoder
from kefu.nlu.stored import check_encoder, read_state, write_state
from kefu.settings import HOME

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class TurnTransformerPolicy(Policy):
    """Generalises from stories to dialogues that no story has word for word."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`max_history` in turns; `priority` below rules and memory; options of TurnTraining.

        `messages` is the folder of NLU data whose words are lent to the stories; from the project's
        root where it is relative, None to do without.
        """
        return {
            "max_history": 6,
            "priority": 1,
            "epochs": TurnTraining.epochs,
            "seed": TurnTraining.seed,
            "messages": "data/nlu",
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Other messages or weights make another policy: Rasa's training cache must notice."""
        folder = config.get("messages")
        if folder is None:
            return None
        return f"{digest(HOME / folder)} {shared_encoder().fingerprint}"

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        scorer: TurnScorer | None = None,
    ) -> None:
        config = {**self.get_default_config(), **config}
        longest = config["max_history"]
        featurizer = MaxHistoryTrackerFeaturizer(state_featurizer=None, max_history=longest)
        super().__init__(config, model_storage, resource, execution_context, featurizer)
        self._scorer = scorer

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TurnTransformerPolicy:
        """Called by Rasa's graph with a trained model.

        Raises:
            ModelError: the stored part is damaged or belongs to another encoder.
        """
        state = read_state(model_storage, resource)
        if state["dimension"]:
            check_encoder(state, shared_encoder().fingerprint, "policy")
        scorer = TurnScorer.restore(state, TurnTraining())
        return cls(config, model_storage, resource, execution_context, scorer)

    def train(
        self,
        training_trackers: list[TrackerWithCachedStates],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Learns from stories; rules and augmented stories stay out, as in memoization."""
        trackers = [
            tracker
            for tracker in training_trackers
            if not tracker.is_rule_tracker and not getattr(tracker, "is_augmented", False)
        ]
        states, actions = self.featurizer.training_states_and_labels(
            trackers, domain, ignore_action_unlikely_intent=True
        )
        plan = TurnTraining(epochs=self.config["epochs"], seed=self.config["seed"])
        folder = self.config["messages"]
        self._scorer = train_turns(
            [[Turn(_facts(state)) for state in dialogue] for dialogue in states],
            [following[0] for following in actions],
            self.config["max_history"],
            plan,
            message_vectors(HOME / folder, plan.seed) if folder else {},
            logger.info,
        )
        encoder = shared_encoder().fingerprint if self._scorer.dimension else None
        state = {**self._scorer.state(), "encoder": encoder}
        write_state(self._model_storage, self._resource, state)
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Probabilities over the domain's actions."""
        row = [0.0] * domain.num_actions
        if self._scorer is not None:
            states = self._prediction_states(tracker, domain, rule_only_data=rule_only_data)
            turns = [Turn(_facts(state)) for state in states]
            if self._scorer.dimension:
                turns = _with_words(turns, tracker)
            for action, score in self._scorer.probabilities(turns).items():
                if action in domain.action_names_or_texts:
                    row[domain.index_for_action(action)] = score
        return self._prediction(row)


def _facts(state: Mapping[str, Any]) -> frozenset[str]:
    """A Rasa state as a set of facts.

    None before the first message: a story that begins with a slot has it there already, while news
    sets its offer after the conversation was opened.
    """
    user, before = state.get("user", {}), state.get("prev_action", {})
    if not user and not before:
        return frozenset()
    facts = {f"{INTENT}{user['intent']}"} if user.get("intent") else set()
    facts |= {f"entity={entity}" for entity in user.get("entities", ())}
    facts |= {
        f"slot={name}={','.join(str(value) for value in values)}"
        for name, values in state.get("slots", {}).items()
    }
    if state.get("active_loop"):
        facts.add(f"loop={state['active_loop'].get('name')}")
    if before:
        facts.add(f"after={before.get('action_name') or before.get('action_text')}")
    return frozenset(facts)


def _with_words(turns: list[Turn], tracker: DialogueStateTracker) -> list[Turn]:
    """The turns with the vectors of what was said in them.

    Rasa's states know no words. Going back from the latest, each turn in which a message has come
    takes the nearest message with its intent; turns that only rules may see are missing.
    """
    said = _said(tracker)
    found = list(turns)
    for place in range(len(turns) - 1, -1, -1):
        if HEARD not in turns[place].facts:
            continue
        text = next((text for intent, text in said if intent == turns[place].heard), None)
        if text is not None and not text.startswith("/"):  # a button's payload has no words
            vector = shared_encoder().sentence_vectors([text])[0]
            found[place] = Turn(turns[place].facts, vector)
    return found


def _said(tracker: DialogueStateTracker) -> Iterator[tuple[str | None, str]]:
    """Intents and texts of the conversation's messages, latest first."""
    for event in reversed(tracker.applied_events()):
        if isinstance(event, UserUttered) and event.text:
            yield event.intent_name, event.text
