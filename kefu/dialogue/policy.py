"""The learned policy as a Rasa component."""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.featurizers.tracker_featurizers import MaxHistoryTrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.turns import Turn, TurnScorer, TurnTraining, train_turns
from kefu.nlu.stored import read_state, write_state

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class TurnTransformerPolicy(Policy):
    """Generalises from stories to dialogues that no story has word for word."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`max_history` in turns; `priority` below rules and memory; options of TurnTraining."""
        return {
            "max_history": 6,
            "priority": 1,
            "epochs": TurnTraining.epochs,
            "seed": TurnTraining.seed,
        }

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
            ModelError: the stored part is damaged.
        """
        scorer = TurnScorer.restore(read_state(model_storage, resource), TurnTraining())
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
        self._scorer = train_turns(
            [[_turn(state) for state in dialogue] for dialogue in states],
            [following[0] for following in actions],
            self.config["max_history"],
            plan,
            logger.info,
        )
        write_state(self._model_storage, self._resource, self._scorer.state())
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
            scores = self._scorer.probabilities([_turn(state) for state in states])
            for action, score in scores.items():
                if action in domain.action_names_or_texts:
                    row[domain.index_for_action(action)] = score
        return self._prediction(row)


def _turn(state: Any) -> Turn:
    """A Rasa state as a set of facts."""
    user, before = state.get("user", {}), state.get("prev_action", {})
    facts = {f"intent={user['intent']}"} if user.get("intent") else set()
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
