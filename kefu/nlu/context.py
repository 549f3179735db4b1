"""Elliptic messages as a Rasa component: their intent comes from the turn before.

Stands at the end of the pipeline. Rasa hands the conversation to whatever has a parameter
`tracker`. Without a conversation (`rasa shell nlu`, `rasa test`, `/model/parse`) that is an empty
tracker, and in training nothing calls a component that learns nothing: messages stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from kefu.nlu.context_reader import read_table, read_vocabulary
from kefu.nlu.context_table import Context, Decision, Parsed, Span, Table
from kefu.settings import HOME

INTENT_BEFORE_CONTEXT = "intent_before_context"

_TABLE = "kefu/nlu/context.yml"
_REACH = 3  # buyers come back to a matter after a thanks or an ok, hardly after more
_NEWS = "shop_event"  # in the metadata of what the assistant said of its own accord
_NEWS_SECONDS = 86_400.0  # what a session's first message may still be about
_SILENT = frozenset({"action_listen", "action_session_start", "action_unlikely_intent"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContextRules(GraphComponent, IntentClassifier):
    """Replaces the intent of a short message where a rule of the table says so."""

    @classmethod
    def required_components(cls) -> list[type]:
        """There is an intent to replace."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Paths, absolute or from the project's root: the rules, and the names they may use."""
        return {"table": _TABLE, "domain": "domain.yml"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ContextRules:
        """Called by Rasa's graph.

        Raises:
            ModelError: the table or the domain is missing or does not make sense.
        """
        return cls(read_table(HOME / config["table"], read_vocabulary(HOME / config["domain"])))

    def __init__(self, table: Table) -> None:
        self._table = table

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker | None = None
    ) -> list[Message]:
        """Sets intent and ranking anew where a rule fits, and keeps what they were.

        Args:
            messages: with intent, ranking and entities.
            tracker: the conversation before them.
        """
        if tracker is None:
            return messages
        context = read_context(tracker, self._table.talk)
        for message in messages:
            text = message.get(TEXT) or ""
            if not text or text.startswith(INTENT_MESSAGE_PREFIX):
                continue
            decision = self._table.decide(context, _parsed(message))
            if decision is not None and decision.intent != _name(message.get(INTENT)):
                _replace(message, decision)
        return messages


@dataclass
class _Turn:
    """A buyer's message, the form that was active then, and what the assistant did and said.

    The shop's news outside forms is a turn too, as if the buyer had asked for it.
    """

    intent: str | None
    form: str | None
    news_at: float | None = None
    did: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def answered_a_form(self) -> bool:
        """A form that takes an answer acts first; on anything else some other action does."""
        return self.form is not None and self.did[:1] == [self.form]


def read_context(tracker: DialogueStateTracker, talk: frozenset[str]) -> Context:
    """What the rules may look at, of this session.

    Args:
        tracker: events up to, and without, the message in question.
        talk: intents that leave the matter what it was.
    """
    turns = _turns(tracker)
    if not turns:
        return Context()
    slots = tracker.current_slot_values()
    return Context(
        matter=_matter(turns, talk),
        did=frozenset(turns[-1].did),
        said="\n".join(turns[-1].said),
        form=tracker.active_loop_name,
        asks=slots.get("requested_slot"),
        slots=slots,
    )


def _turns(tracker: DialogueStateTracker) -> list[_Turn]:
    turns: list[_Turn] = []
    form: str | None = None
    for event in tracker.events:
        if isinstance(event, Restarted | SessionStarted):
            turns, form = _news_before(event, turns), None
        elif isinstance(event, UserUttered):
            turns.append(_Turn(event.intent_name, form))
        elif isinstance(event, UserUtteranceReverted):
            del turns[-1:]
        elif isinstance(event, ActiveLoop):
            form = event.name
        elif form is None and isinstance(event, BotUttered) and _NEWS in event.metadata:
            matter = event.metadata[_NEWS]["matter"]
            turns.append(_Turn(matter, None, event.timestamp, said=[event.text]))
        elif turns and isinstance(event, ActionExecuted) and event.action_name not in _SILENT:
            turns[-1].did.append(event.action_name)
        elif turns and isinstance(event, BotUttered) and event.text:
            turns[-1].said.append(event.text)
    return turns


def _news_before(event: Event, turns: list[_Turn]) -> list[_Turn]:
    """The news that a new session begins with: the buyer comes back to ask about it."""
    return [
        turn
        for turn in turns[-1:]
        if isinstance(event, SessionStarted)
        and turn.news_at is not None
        and event.timestamp - turn.news_at <= _NEWS_SECONDS
    ]


def _matter(turns: list[_Turn], talk: frozenset[str]) -> str | None:
    told = [turn for turn in turns if not turn.answered_a_form][-_REACH:]
    return next((turn.intent for turn in reversed(told) if turn.intent not in talk), None)


def _parsed(message: Message) -> Parsed:
    return Parsed(
        text=message.get(TEXT),
        ranking=tuple(entry["name"] for entry in message.get(INTENT_RANKING_KEY) or ()),
        entities=tuple(
            Span(entity["entity"], entity["start"], entity["end"])
            for entity in message.get(ENTITIES) or ()
        ),
    )


def _name(intent: dict[str, Any] | None) -> str | None:
    return (intent or {}).get("name")


def _replace(message: Message, decision: Decision) -> None:
    """The new intent leads the ranking; it is as sure as the old one, for a rule has no doubts."""
    before = message.get(INTENT) or {"name": None, "confidence": 0.0}
    ranking = message.get(INTENT_RANKING_KEY) or []
    known = [entry["confidence"] for entry in ranking if entry["name"] == decision.intent]
    chosen = {"name": decision.intent, "confidence": max([before["confidence"], *known])}
    others = [entry for entry in ranking if entry["name"] != decision.intent]
    message.set(INTENT, chosen, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [chosen, *others], add_to_output=True)
    message.set(INTENT_BEFORE_CONTEXT, {**before, "rule": decision.rule}, add_to_output=True)
